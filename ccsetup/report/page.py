"""A page from its content: every text is escaped, and the policy allows nothing but the page's own style."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from markupsafe import Markup

from ccsetup import __version__
from ccsetup.system.console import redact
from ccsetup.system.display import visible

_FOLDER = resources.files("ccsetup.report")


@dataclass(frozen=True, slots=True)
class Table:
    """The first `words` columns are text, the others figures. `data` are the rows' attributes, for programs that read
    the page: `data-NAME="VALUE"`."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    data: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A table, with a chart of it or without. `legend` names a chart's series; `folded` hides a long table."""

    name: str
    title: str
    note: str
    table: Table
    chart: Markup | None = None
    legend: Sequence[str] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """`facts` are (label, value, remark)."""

    title: str
    lead: str
    facts: Sequence[tuple[str, str, str]]
    figures: Sequence[Figure]
    notes: Sequence[str]


def text(value: object) -> str:
    """Text from outside: no secret, nothing of a key's known shape, and no character that cannot be seen."""
    return visible(redact(str(value), ""))


def render(page: HtmlPage) -> bytes:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    style = _content("page.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    templates = Environment(
        loader=FunctionLoader(_content),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = templates.get_template("page.html").render(
        page=page,
        style=Markup(style),  # noqa: S704 - our own file, which holds no `<`
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        version=__version__,
    )
    return html.encode(errors="replace")


def _content(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
