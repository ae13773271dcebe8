"""Anthropic's published prices: the one table under `## Model pricing` of a Markdown page, read strictly.

An unknown or missing head, a cell of another form, a short row: the page is refused whole. The table of fast mode is
read as strictly, but without it, or with another one, only fast mode has no price.
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

from ccsetup.providers.prices.price import Above, Family, Kind, ModelPrice, Unreadable, amount, family_of, load_sources
from ccsetup.system.display import visible

_HEADING = "## Model pricing"
_HEADS: Mapping[str, Kind | None] = {
    "Model": None,
    "Base input tokens": "input",
    "5m cache writes": "write_5m",
    "1h cache writes": "write_1h",
    "Cache hits and refreshes": "read",
    "Output tokens": "output",
}
_FAST_HEADING = "### Fast mode pricing"
_FAST_HEADS: Mapping[str, Kind | None] = {"Model": None, "Input": "input", "Output": "output"}
# What the page says of the kinds that its table of fast mode leaves out.
_FAST_CACHE = re.compile(r"Prompt caching multipliers(?:\]\([^\s()]*\))? apply on top of fast mode pricing")
_RULE = re.compile(r":?-+:?")
_CELL = re.compile(r"\$(\d+(?:\.\d+)?) / MTok(?:<sup>\d+</sup>)?")
_NAME = re.compile(
    r"(?P<name>Claude [A-Z][a-z]+ \d+(?:\.\d+)?|Claude \d+(?:\.\d+)? [A-Z][a-z]+)"
    r"(?: \((?:\[[A-Za-z][A-Za-z ,'-]*\]\((?:https:/)?/[^\s()]+\)"
    r"|deprecated|retired|legacy|limited availability|preview"
    r"|for prompts (?P<band>up to|over) (?P<tokens>\d{1,3}(?:,\d{3})+) tokens)\))?"
)
_SEARCH = re.compile(r"\$(\d+(?:\.\d+)?) per 1,000 searches")

Row = dict[Kind, Decimal]


class PublishedModel(msgspec.Struct, frozen=True):
    """One model of the page; `above` are the prices of long prompts, `fast` those of fast mode for any prompt."""

    family: Family
    prices: Row
    above: Above | None = None
    fast: Row = {}


class PublishedPage(msgspec.Struct, frozen=True):
    """All of the page's prices; `search` is that of a thousand web searches."""

    models: tuple[PublishedModel, ...]
    search: Decimal | None

    def price_of(self, model: str, place: str, read_at: datetime.datetime, note: str = "") -> ModelPrice | None:
        """What the page says of the model of an id: the same tier and the very same version, or nothing."""
        found = next((one for one in self.models if one.family == family_of(model)), None)
        if found is None:
            return None
        prices = dict(found.prices)
        if self.search is not None:
            prices["web_search"] = self.search
        above, page = found.above, load_sources().anthropic.page
        return ModelPrice(model, place, "global", prices, above, "published", page, read_at, note=note, fast=found.fast)


def read_page(content: bytes) -> PublishedPage:
    """The prices of the page; Unreadable for anything that is not exactly as known."""
    try:
        text = content.decode()
    except UnicodeDecodeError as why:
        raise Unreadable("the page is not text") from why
    bands: dict[Family, dict[str, tuple[int, Row]]] = {}
    for cells in _rows(text, _HEADING, _HEADS):
        family, band, tokens = _named(cells["Model"])
        row = {kind: _price(cells[head]) for head, kind in _HEADS.items() if kind is not None}
        if band in bands.setdefault(family, {}):
            raise Unreadable(f"the page has two rows for {visible(cells['Model'])[:80]}")
        bands[family][band] = (tokens, row)
    models, fast = [], _fast(text)
    for family, found in bands.items():
        if set(found) == {""}:
            row = found[""][1]
            models.append(PublishedModel(family, row, fast=_fast_row(row, fast.get(family))))
        elif set(found) == {"up to", "over"} and found["up to"][0] == found["over"][0]:
            models.append(PublishedModel(family, found["up to"][1], Above(*found["over"])))
        else:
            raise Unreadable(f"the page's prices of Claude {' '.join(map(str, family))} do not fit together")
    return PublishedPage(tuple(models), _search(text))


def _fast(text: str) -> dict[Family, Row]:
    """Input and output of the models that have a fast mode; none if the page does not say it as known, or says nothing
    of what is cached."""
    found: dict[Family, Row] = {}
    if not _FAST_CACHE.search(text):
        return {}
    try:
        for cells in _rows(text, _FAST_HEADING, _FAST_HEADS):
            row = {kind: _price(cells[head]) for head, kind in _FAST_HEADS.items() if kind is not None}
            for name in cells["Model"].split(" / "):
                family, band, _ = _named(name)
                if band or family in found:
                    return {}
                found[family] = row
    except Unreadable:
        return {}
    return found


def _fast_row(usual: Row, fast: Row | None) -> Row:
    """All kinds of fast mode: what is cached costs as many times the input as it usually does."""
    if fast is None:
        return {}
    return {kind: fast.get(kind) or usual[kind] * fast["input"] / usual["input"] for kind in usual}


def _rows(text: str, heading: str, known: Mapping[str, Kind | None]) -> Iterator[Mapping[str, str]]:
    """The rows of the one table under a heading, by head."""
    lines = [line.rstrip() for line in text.split("\n")]
    if lines.count(heading) != 1:
        raise Unreadable(f"the page has no one heading {heading!r}")
    start, level = lines.index(heading) + 1, heading.index(" ")
    end = next((at for at in range(start, len(lines)) if re.match(rf"#{{1,{level}}} ", lines[at])), len(lines))
    places = [at for at in range(start, end) if lines[at].lstrip().startswith("|")]
    if len(places) < 3 or places != list(range(places[0], places[-1] + 1)):
        raise Unreadable("the page has not exactly one table of prices")
    heads, rule, *rows = ([cell.strip() for cell in _split(lines[at])] for at in places)
    if sorted(heads) != sorted(known):
        raise Unreadable(f"the table's heads are {visible(' | '.join(heads))[:200]}")
    if len(rule) != len(heads) or not all(_RULE.fullmatch(cell) for cell in rule):
        raise Unreadable("the table has no line under its heads")
    for row in rows:
        if len(row) != len(heads):
            raise Unreadable(f"a row has {len(row)} cells: {visible(' | '.join(row))[:200]}")
        yield dict(zip(heads, row, strict=True))


def _split(line: str) -> list[str]:
    line = line.strip()
    if len(line) < 2 or not line.endswith("|") or "\\" in line:
        raise Unreadable(f"a row has another form: {visible(line)[:200]}")
    return line[1:-1].split("|")


def _named(cell: str) -> tuple[Family, str, int]:
    """Tier and version, the band ("" for all prompts) and its limit."""
    found = _NAME.fullmatch(cell) if cell.isascii() else None
    family = family_of(found["name"].lower().replace(" ", "-").replace(".", "-")) if found else None
    if found is None or family is None:
        raise Unreadable(f"the table names {visible(cell)[:80]}")
    return family, found["band"] or "", int((found["tokens"] or "0").replace(",", ""))


def _price(cell: str) -> Decimal:
    found = _CELL.fullmatch(cell) if cell.isascii() else None
    if found is None or not (price := amount(found[1])):
        raise Unreadable(f"a cell of the table is {visible(cell)[:80]}")
    return price


def _search(text: str) -> Decimal | None:
    """The price of a thousand web searches, if the page says one and no other."""
    found = {amount(said) for said in _SEARCH.findall(text)}
    return found.pop() if len(found) == 1 else None
