"""A model's prices, and what stands for one that is not known."""

import datetime
import re
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Literal, TypeVar

import msgspec

from ccsetup.knowledge import strict

Kind = Literal["input", "output", "write_5m", "write_1h", "read", "web_search"]
TOKENS: tuple[Kind, ...] = ("input", "output", "write_5m", "write_1h", "read")  # USD per million; a search per thousand
Basis = Literal["rate-card", "contract", "list", "published"]
Scope = Literal["global", "multi-region", "regional"]
Family = tuple[str, tuple[int, ...]]  # ("opus", (4, 8))
Key = TypeVar("Key", bound=Hashable)

FILE = "_prices"
_FAMILY = re.compile(
    r"(?:(?:[a-z-]+\.)?anthropic\.)?claude-(?:(?P<tier>[a-z]+)-(?P<version>\d{1,2}(?:-\d{1,2})?)"
    r"|(?P<before>\d{1,2}(?:-\d{1,2})?)-(?P<tier_>[a-z]+))"
    r"(?:[-@](?:\d{8}|latest|default))?(?:-v\d(?::\d)?)?(?:\[1m\])?",
    re.ASCII,
)
_AMOUNT = re.compile(r"\d{1,9}(?:\.\d{1,12})?")
_CENT = Decimal("0.01")


class Unreadable(Exception):
    """A source answered, and its answer is not one that can be trusted."""


class Above(msgspec.Struct, frozen=True):
    """The prices of a whole request with a prompt of more than `tokens`; None if the seller does not say how many."""

    tokens: int | None
    prices: dict[Kind, Decimal]


class Disagreement(msgspec.Struct, frozen=True):
    """What another source says of the same kind."""

    kind: Kind
    price: Decimal
    basis: Basis
    source: str


class ModelPrice(msgspec.Struct, frozen=True):
    """What one model costs at one place. A kind that is not here has no price.

    `source` is where it was read at `read_at`, `published` the day that the source gives; `note` is to be read with it.
    `fast` are the prices of fast mode, for prompts of any length; empty if none were read.
    """

    model: str
    place: str
    scope: Scope
    prices: dict[Kind, Decimal]
    above: Above | None
    basis: Basis
    source: str
    read_at: datetime.datetime
    published: str | None = None
    disagrees: tuple[Disagreement, ...] = ()
    note: str = ""
    fast: dict[Kind, Decimal] = {}

    @property
    def missing(self) -> tuple[Kind, ...]:
        """The kinds of tokens that have no price, in either band."""
        above = self.above.prices if self.above else self.prices
        return tuple(kind for kind in TOKENS if kind not in self.prices or kind not in above)

    @property
    def lacks(self) -> str:
        """Why the price is not whole; empty if it is."""
        if self.missing:
            return f"no price for {', '.join(self.missing)} at {self.source}"
        if self.above is not None and self.above.tokens is None:
            return f"long prompts have another price, and {self.source} does not say from how many tokens on"
        return ""


class Unpriced(msgspec.Struct, frozen=True):
    """A model without a price, or without one for some kind, and why."""

    model: str
    reason: str


class Prices(msgspec.Struct, frozen=True):
    """What the sources say of a profile's models: at its own place, and `elsewhere` with --all-regions.

    `reached` is whether any source answered. `notes` say what could not be read, and why.
    """

    place: str
    models: tuple[ModelPrice, ...]
    unpriced: tuple[Unpriced, ...]
    reached: bool
    notes: tuple[str, ...] = ()
    elsewhere: tuple[ModelPrice, ...] = ()
    page: object = None  # Anthropic's page as a whole (PublishedPage), if it was read


class _Aws(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    service: str
    edition: str
    bulk: str
    region: str
    codes: dict[str, str]


class _Google(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    api: str
    published: str
    unasked: str


class _Anthropic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: str


class _Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    since: str
    tried: str
    note: str


class Geography(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By what a published price is multiplied for inference there, of models from a version on."""

    times: str
    since: tuple[int, ...]


class Sources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles/_prices.toml`."""

    title: str
    source: str
    seen: datetime.date
    keep_days: int
    aws: _Aws
    google: _Google
    anthropic: _Anthropic
    client: _Client
    long_context: dict[str, int]
    geography: dict[str, Geography]
    unpriced: dict[str, str]


@cache
def load_sources() -> Sources:
    """`profiles/_prices.toml`; a malformed file is a UserError that names file and key."""
    return strict.read_table(FILE, Sources)


def family_of(model: str) -> Family | None:
    """The one model that an id names: its tier and whole version, a date aside. None for an id that says more or less:
    what is like `claude-opus-4-8` is not priced as Opus 4."""
    if not (found := _FAMILY.fullmatch(model)):
        return None
    version = tuple(map(int, (found["version"] or found["before"]).split("-")))
    return found["tier"] or found["tier_"], version[:1] if version[1:] == (0,) else version


def amount(text: str) -> Decimal:
    """A price as a source writes it, "4.4"; Unreadable for any other form."""
    if not (text.isascii() and _AMOUNT.fullmatch(text)):
        raise Unreadable(f"{text[:40]!r} is not a price")
    return Decimal(text)


def price_text(price: Decimal) -> str:
    """A price as text: no exponent, at least two decimals."""
    plain = price.normalize()
    return f"{plain.quantize(_CENT) if plain == plain.quantize(_CENT) else plain:f}"


def sole(rates: Iterable[tuple[Key, Decimal]]) -> dict[Key, Decimal]:
    """The one price of each key. A key that has two has none, and neither has one of zero."""
    found: dict[Key, set[Decimal]] = {}
    for key, price in rates:
        found.setdefault(key, set()).add(price)
    return {key: next(iter(prices)) for key, prices in found.items() if len(prices) == 1 and prices != {Decimal(0)}}


def threshold(model: str) -> int | None:
    """Up to how many tokens a prompt of the model has the lower price, where that is known and not read."""
    tier, version = family_of(model) or ("", ())
    return load_sources().long_context.get("-".join((tier, *map(str, version))))


def differences(
    mine: Mapping[Kind, Decimal], other: Mapping[Kind, Decimal], basis: Basis, source: str
) -> tuple[Disagreement, ...]:
    """The kinds for which another source has another price."""
    return tuple(
        Disagreement(kind, other[kind], basis, source) for kind in mine if kind in other and other[kind] != mine[kind]
    )
