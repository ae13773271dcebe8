"""The models a provider lists right now at one place, and which of them a tier should be pinned to."""

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

TIERS = ("opus", "sonnet", "haiku", "fable")  # what Claude Code's aliases name
NEEDED = ("opus", "sonnet", "haiku")  # unpinned, the client probes and guesses these on a cloud
WORLD = "global"  # a destination without a region: anywhere

Lifecycle = Literal["active", "legacy", "ended", "unknown"]
Kind = Literal["model", "inference-profile", "application-profile"]

_FAMILY = re.compile(r"\bclaude-(?P<rest>[a-z0-9.-]+)")
_FAMILIES = (*TIERS, "mythos", "instant")


class Model(msgspec.Struct, frozen=True):
    """One entry of a catalogue: an id that can be pinned, as the provider spells it.

    Dates are UTC; None where the provider gives none. `destinations` are the regions a request may be served from,
    empty where the provider does not say. `previewed` models are never recommended. `base` is the foundation model
    behind an entry of Bedrock.
    """

    id: str
    tier: str | None
    version: tuple[int, ...]
    name: str
    lifecycle: Lifecycle
    kind: Kind
    legacy_on: datetime.datetime | None = None
    ends_on: datetime.datetime | None = None
    destinations: tuple[str, ...] = ()
    previewed: bool = False
    arn: str | None = None
    base: str = ""

    @property
    def prefix(self) -> str | None:
        """The residency of an inference profile's id: `us` of `us.anthropic.claude-…`."""
        head, dot, _ = self.id.partition(".anthropic.")
        return head if dot else None

    @property
    def shown_version(self) -> str:
        return ".".join(str(number) for number in self.version)


class Listing(msgspec.Struct, frozen=True):
    """What one place listed at one time: `looked_at` by this machine's clock, `told_at` by the provider's own.

    `unseen` is why lifecycles are not told, where that look-up was not allowed.
    """

    surface: str
    place: str
    models: tuple[Model, ...]
    looked_at: datetime.datetime
    told_at: datetime.datetime | None = None
    unseen: str = ""

    def find(self, pin: str) -> Model | None:
        """The entry that a pin means: its id or its ARN; the client's own `[1m]` suffix does not count."""
        wanted = bare(pin)
        return next((model for model in self.models if wanted in (model.id, model.arn)), None)


def ordered(models: Iterable[Model]) -> tuple[Model, ...]:
    """Tier by tier, newest first."""
    known = sorted(models, key=lambda model: model.id)
    known.sort(key=lambda model: model.version, reverse=True)
    known.sort(key=lambda model: TIERS.index(model.tier) if model.tier in TIERS else len(TIERS))
    return tuple(known)


def bare(pin: str) -> str:
    """A pin as it is sent: without the client's `[1m]`."""
    return pin.removesuffix("[1m]")


def family(id_: str) -> tuple[str | None, tuple[int, ...]]:
    """Tier and version that a model id spells: ("opus", (4, 8)) for `us.anthropic.claude-opus-4-8`.

    Both orders of the family's history are read (`claude-3-5-sonnet-20241022-v2:0`); dates and `-v1:0` are not
    versions. (None, ()) for what is no Claude model.
    """
    found = _FAMILY.search(id_.lower().replace("@", "-").replace(":", "-"))
    if not found:
        return None, ()
    words = found["rest"].split("-")
    tier = next((word for word in words if word in _FAMILIES), None)
    numbers = []
    for word in words:
        if re.fullmatch(r"v\d+|\d{6,}|default|latest", word):
            break
        numbers += [int(part) for part in word.split(".") if part.isdigit() and len(part) < 6]
    return tier, tuple(numbers[:2])


def lifecycle_words(model: Model) -> str:
    """A model's lifecycle and its date, for a person: "legacy, ends 2027-01-31"."""
    if model.ends_on is None:
        return model.lifecycle
    joint = {"legacy": ", ends", "ended": ""}.get(model.lifecycle, ", not before")
    return f"{model.lifecycle}{joint} {model.ends_on:%Y-%m-%d}"


def lifecycle_at(now: datetime.datetime, legacy: bool | None, ends_on: datetime.datetime | None) -> Lifecycle:
    """The lifecycle that a provider's word (None for none) and end date give on the day `now`."""
    if ends_on is not None and ends_on <= now:
        return "ended"
    if legacy is None:
        return "unknown"
    return "legacy" if legacy else "active"


def recommended(models: Iterable[Model], prefix: str | None) -> dict[str, str]:
    """The pin for each tier that can have one: {tier: id}, in the order of TIERS.

    The newest model of the tier that is active (or of which the provider says nothing), servable with the residency
    `prefix`; None where ids carry no residency. Never legacy, ended, previewed, or guessed.
    """
    fit = [
        model
        for model in models
        if model.lifecycle in ("active", "unknown")
        and model.kind in ("model", "inference-profile")
        and not model.previewed
        and model.version
        and model.prefix == prefix
    ]
    pins = {}
    for tier in TIERS:
        of_tier = [model for model in fit if model.tier == tier]
        if of_tier:
            # Of two ids of one version the shorter is the undated one, which the provider keeps current.
            pins[tier] = max(of_tier, key=lambda model: (model.version, -len(model.id), model.id)).id
    return pins


def residency(models: Iterable[Model], chosen: str | None = None) -> str | None:
    """The prefix in force: the one `chosen`, else the geography of the place if it can serve most of the tiers that the
    client needs, else `global`, else what there is.

    Data stays where it is even if one tier cannot be had there, which is then said. Of two geographies (jp and apac in
    Tokyo) the one that serves more, then the one that keeps data in fewer regions.
    """
    if chosen:
        return chosen
    models = tuple(models)
    reach: dict[str, int] = {}
    for model in models:
        if model.prefix is not None and model.kind == "inference-profile":
            reach[model.prefix] = max(reach.get(model.prefix, 0), len(model.destinations))
    serves = {prefix: len({*recommended(models, prefix)} & {*NEEDED}) for prefix in reach}
    local = sorted((prefix for prefix in reach if prefix != WORLD), key=lambda one: (-serves[one], reach[one], one))
    if local and (2 * serves[local[0]] > len(NEEDED) or serves[local[0]] >= serves.get(WORLD, 0)):
        return local[0]
    return WORLD if WORLD in reach else None


def nearest(pin: str, listing: Listing, most: int = 3) -> tuple[str, ...]:
    """The live ids closest to a pin that is not there: same tier first, then spelling."""
    import difflib

    tier, _ = family(pin)
    live = [model for model in listing.models if model.lifecycle != "ended"]
    ids = [model.id for model in live if model.tier == tier] or [model.id for model in live]
    return tuple(difflib.get_close_matches(bare(pin), ids, n=most, cutoff=0.0))


def closest(pin: str, listing: Listing) -> str:
    """The same in words, for a page; "none" where the listing has none at all."""
    return " or ".join(nearest(pin, listing)) or "none"


def as_document(listing: Listing, pins: Mapping[str, str]) -> list[dict[str, object]]:
    """The models as the contract's JSON has them; dates as days."""
    pinned = {bare(pin) for pin in pins.values()}
    return [
        {
            "id": model.id,
            "tier": model.tier,
            "version": model.shown_version,
            "name": model.name,
            "lifecycle": model.lifecycle,
            "legacy_on": _day(model.legacy_on),
            "ends_on": _day(model.ends_on),
            "kind": model.kind,
            "destinations": list(model.destinations),
            "pinned": bool(pinned & {model.id, model.arn or model.id}),
        }
        for model in listing.models
    ]


def _day(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()
