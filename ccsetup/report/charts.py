"""Charts as static SVG elements, drawn by pygal, without what a page's policy forbids: no script, no style.

Their colours are the page's own, by class. Each bar has its figure as a title; the whole chart is one image to a
screen reader, with a title and a description.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

_UNUSED = ("tooltip-overlay", "text-overlay", "titles")
_WIDTH = 720
_BAR = 26  # of a horizontal bar, in units of the drawing
Series = Mapping[str, Sequence[float]]
"""{name: a number for each label}; two or more are stacked."""


def columns(
    name: str,
    title: str,
    labels: Sequence[str],
    series: Series,
    spell: Callable[[float], str],
    most: float | None = None,
) -> Markup:
    """Upright bars side by side: something over time. `most` is the end of the axis; the largest when left out."""
    import pygal

    more = {} if most is None else {"range": (0, most)}
    every = max(1, -(-len(labels) // 10))
    chart = pygal.StackedBar(
        **_settings(spell, height=260, truncate_label=-1, show_minor_x_labels=False, x_labels_major_every=every, **more)
    )
    return _drawn(chart, name, title, labels, series, spell)


def bars(name: str, title: str, labels: Sequence[str], series: Series, spell: Callable[[float], str]) -> Markup:
    """Lying bars, one below the other: the first label on top."""
    import pygal

    height = 60 + _BAR * len(labels)
    chart = pygal.HorizontalStackedBar(**_settings(spell, height=height, truncate_label=34))
    upward = {one: list(reversed(values)) for one, values in series.items()}
    return _drawn(chart, name, title, list(reversed(labels)), upward, spell)


def _settings(spell: Callable[[float], str], **more: object) -> dict[str, object]:
    from pygal.style import Style

    style = Style(label_font_size=12, major_label_font_size=12)  # for the room that labels take, as in page.css
    fixed = {
        "style": style,
        "css": (),
        "js": (),
        "width": _WIDTH,
        "show_legend": False,
        "title": None,
        "margin": 8,
        "spacing": 6,
    }
    return {**fixed, "max_scale": 6, "formatter": spell, "value_formatter": spell, **more}


def _drawn(
    chart: Any,  # noqa: ANN401 - pygal has no types
    name: str,
    title: str,
    labels: Sequence[str],
    series: Series,
    spell: Callable[[float], str],
) -> Markup:
    chart.x_labels = list(labels)
    for one, values in series.items():
        chart.add(one, list(values))
    svg = _bare(chart.render_tree(is_unicode=True))
    for number, (one, values) in enumerate(series.items()):
        _entitle(svg, number, [f"{label}, {one}: {spell(value)}" for label, value in zip(labels, values, strict=True)])
    for tag, text in (("desc", _description(labels, series, spell)), ("title", title)):
        element = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        element.text = text
        svg.insert(0, element)
    size = svg.get("viewBox", "")
    svg.attrib.clear()
    svg.attrib |= {"viewBox": size, "role": "img", "aria-labelledby": f"{name}-title {name}-desc", "class": "chart"}
    return Markup(ElementTree.tostring(svg, encoding="unicode", method="html"))  # noqa: S704 - ElementTree escapes


def _bare(svg: ElementTree.Element) -> ElementTree.Element:
    """The tree in HTML's own namespace, without scripts, styles, comments and what only a script would show."""
    for parent in list(svg.iter()):
        if isinstance(parent.tag, str):
            parent.tag = parent.tag.rpartition("}")[2]
            for attribute in ("style", "id", "rx", "ry"):
                parent.attrib.pop(attribute, None)
        for child in list(parent):
            tag = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else "comment"
            if tag in ("defs", "comment", "title", "script", "style") or set(child.get("class", "").split()) & {
                *_UNUSED
            }:
                parent.remove(child)
    return svg


def _entitle(svg: ElementTree.Element, number: int, texts: Sequence[str]) -> None:
    """A title for each bar of a series, in place of pygal's descriptions."""
    drawn = [one for one in svg.iter("g") if one.get("class", "").startswith(f"series serie-{number} ")]
    for bar, text in zip(
        (bar for one in drawn for bar in one.iter("g") if bar.get("class") == "bar"), texts, strict=False
    ):
        for child in list(bar):
            if child.tag == "desc":
                bar.remove(child)
        ElementTree.SubElement(bar, "title").text = text


def _description(labels: Sequence[str], series: Series, spell: Callable[[float], str]) -> str:
    """The sum and the largest of each series; all figures are in the table beside."""
    found = []
    for one, values in series.items():
        if values:
            largest = max(range(len(values)), key=lambda at: values[at])
            found.append(f"{one}: most {spell(values[largest])} at {labels[largest]}.")
    return " ".join([*found, "All figures are in the table."])
