"""The models that a provider lists now at one place, and which of them to pin for each tier."""

import datetime
import fnmatch
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal
from urllib.parse import unquote

import msgspec

from ccsetup.knowledge.surfaces import find_surface
from ccsetup.knowledge.traits import PROFILES, VERSIONS

TIERS = ("opus", "sonnet", "haiku", "fable")  # what Claude Code's aliases name
NEEDED = ("opus", "sonnet", "haiku")  # on a cloud, the client probes and guesses these if unpinned
WORLD = "global"  # a destination without a region: anywhere

Lifecycle = Literal["active", "legacy", "ended", "unknown"]
Kind = Literal["model", "inference-profile", "application-profile"]

MANTLE_ID = re.compile(r"anthropic\.claude-[a-z]+(-\d+)+")
"""What goes to Mantle where that is on beside Bedrock: without date and version, which belong to Bedrock."""
_DATED = re.compile(r"[-@]\d{8}$")
_VERSION_ALIAS = re.compile(r"@(default|latest)$")
_FAMILY = re.compile(r"\bclaude-(?P<rest>[a-z0-9.-]+)")
_FAMILIES = (*TIERS, "mythos", "instant")


class Model(msgspec.Struct, frozen=True):
    """One entry of a catalogue: an id that can be pinned, in the provider's spelling.

    Dates are UTC; None if the provider gives none. `destinations` are the regions that may serve a request, empty if
    the provider does not list them. `previewed` models are never recommended. `base` is the foundation model of a
    Bedrock entry.
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
        """The residency of an inference profile's id: `us` in `us.anthropic.claude-…`; None for other ids."""
        head, dot, _ = self.id.partition(".anthropic.")
        return head if dot else None

    @property
    def shown_version(self) -> str:
        return ".".join(str(number) for number in self.version)


class Listing(msgspec.Struct, frozen=True):
    """The listing of one place at one time: `looked_at` by this machine's clock, `told_at` by the provider's.

    `unseen` is the reason if lifecycles are unknown because that request was not allowed. `accepted`: the
    listing shows that the credential was accepted; a gateway may show it to everyone.
    """

    surface: str
    place: str
    models: tuple[Model, ...]
    looked_at: datetime.datetime
    told_at: datetime.datetime | None = None
    unseen: str = ""
    accepted: bool = True

    def find(self, pin: str) -> Model | None:
        """The entry for a pin, by id or ARN, ignoring the client's `[1m]` suffix; None if not found."""
        wanted = without_suffix(pin)
        exact = next((model for model in self.models if wanted in (model.id, model.arn)), None)
        patterns = (model for model in self.models if "*" in model.id)  # a gateway may list patterns: claude-*
        return exact or next((model for model in patterns if fnmatch.fnmatchcase(wanted, model.id)), None)

    def meant(self, pin: str) -> Model | None:
        """The entry that a pin means to the provider; None if not found. Outside Bedrock an undated id means the dated
        one. In a path of Google's `%40` is `@`, and `@default` the version without a date."""
        lists, wanted = find_surface(self.surface).lists, without_suffix(pin)
        if lists == VERSIONS:
            wanted = unquote(wanted).removesuffix("@default")
        found = self.find(wanted)
        if found is not None or lists == PROFILES or (lists == VERSIONS and "@" in unquote(pin)):
            return found
        return next((model for model in self.models if _DATED.sub("", model.id) == wanted), None)

    def as_sent(self, pin: str, sent: str) -> str:
        """The id that Claude Code sends for a pin, where `sent` is its own id of that model. Seen on 2.1.332 on
        Bedrock: the listed one with its prefix, else with another."""
        end = sent[sent.find("anthropic.") :]
        if pin == sent or find_surface(self.surface).lists != PROFILES or not end:
            return sent
        same = [model.id for model in self.models if model.id.endswith(end)]
        return min(same, key=lambda id_: (id_ != sent, id_.startswith(WORLD)), default=sent)

    def is_unlisted(self, pin: str) -> bool:
        """Whether the pin is of a kind that no listing has, so that not finding it says nothing."""
        lists, wanted = find_surface(self.surface).lists, unquote(without_suffix(pin))
        kind = lists == PROFILES and not is_listable(pin)
        alias = lists == VERSIONS and _VERSION_ALIAS.search(wanted) is not None
        return (kind or alias) and self.meant(pin) is None


def sort_models(models: Iterable[Model]) -> tuple[Model, ...]:
    """The models sorted by tier, newest first."""
    listed = sorted(models, key=lambda model: model.id)
    listed.sort(key=lambda model: model.version, reverse=True)
    listed.sort(key=lambda model: TIERS.index(model.tier) if model.tier in TIERS else len(TIERS))
    return tuple(listed)


def without_suffix(pin: str) -> str:
    """The pin without the client's `[1m]` suffix, as it is sent."""
    return pin[:-4] if pin.lower().endswith("[1m]") else pin


def is_alias(pin: str, aliases: Collection[str]) -> bool:
    """Whether the pin is one of the names that the client takes in place of an id, in any case."""
    return without_suffix(pin).lower() in aliases


def ids_of(models: Mapping[str, str], aliases: Collection[str]) -> dict[str, str]:
    """The models of a profile that are ids, by tier: without its aliases."""
    return {tier: pin for tier, pin in models.items() if not is_alias(pin, aliases)}


def is_expected(model: str, pinned: Collection[str], aliases: Collection[str]) -> bool:
    """Whether the model, without the client's suffix, is pinned, or it is an alias."""
    return without_suffix(model) in pinned or is_alias(model, aliases)


def parse_family(id_: str) -> tuple[str | None, tuple[int, ...]]:
    """Tier and version in a model id: ("opus", (4, 8)) for `us.anthropic.claude-opus-4-8`.

    Both naming orders are supported (`claude-3-5-sonnet-20241022-v2:0`); dates and `-v1:0` are not versions. (None, ())
    if it is not a Claude model.
    """
    match = _FAMILY.search(id_.lower().replace("@", "-").replace(":", "-"))
    if not match:
        return None, ()
    words = match["rest"].split("-")
    tier = next((word for word in words if word in _FAMILIES), None)
    numbers = []
    for word in words:
        if re.fullmatch(r"v\d+|\d{6,}|default|latest", word):
            break
        numbers += [int(part) for part in word.split(".") if part.isdigit() and len(part) < 6]
    return tier, tuple(numbers[:2])


def lifecycle_words(model: Model) -> str:
    """A model's lifecycle and its date, for display: "legacy, ends 2027-01-31"."""
    if model.ends_on is None:
        return model.lifecycle
    joint = {"legacy": ", ends", "ended": ""}.get(model.lifecycle, ", at least until")
    return f"{model.lifecycle}{joint} {model.ends_on:%Y-%m-%d}"


def lifecycle_at(now: datetime.datetime, legacy: bool | None, ends_on: datetime.datetime | None) -> Lifecycle:
    """The lifecycle at `now`, from the provider's legacy flag (None if unknown) and end date."""
    if ends_on is not None and ends_on <= now:
        return "ended"
    if legacy is None:
        return "unknown"
    return "legacy" if legacy else "active"


def recommend(models: Iterable[Model], prefix: str | None) -> dict[str, str]:
    """The pin for each tier that has one: {tier: id}, in the order of TIERS.

    The newest model of the tier that is active (or of unknown lifecycle) and served with the residency `prefix` (None
    if ids have no residency). Never one that is legacy, ended, previewed, or guessed.
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
            # Of two ids with one version, the shorter is undated, and the provider keeps it current.
            pins[tier] = max(of_tier, key=lambda model: (model.version, -len(model.id), model.id)).id
    return pins


def choose_residency(models: Iterable[Model], chosen: str | None = None) -> str | None:
    """The prefix to use: `chosen` if given, else the place's geography if it serves most of the tiers that the client
    needs, else `global`, else any geography; None if ids have no prefix.

    Data stays in its geography even if one tier is not available there, which is reported. Of two geographies (jp and
    apac in Tokyo), the one that serves more tiers is preferred, then the one with fewer regions.
    """
    if chosen:
        return chosen
    models = tuple(models)
    reach: dict[str, int] = {}
    for model in models:
        if model.prefix is not None and model.kind == "inference-profile":
            reach[model.prefix] = max(reach.get(model.prefix, 0), len(model.destinations))
    serves = {prefix: len({*recommend(models, prefix)} & {*NEEDED}) for prefix in reach}
    local = sorted(
        (prefix for prefix in reach if prefix != WORLD),
        key=lambda geography: (-serves[geography], reach[geography], geography),
    )
    if local and (2 * serves[local[0]] > len(NEEDED) or serves[local[0]] >= serves.get(WORLD, 0)):
        return local[0]
    return WORLD if WORLD in reach else None


def is_listable(pin: str) -> bool:
    """Whether a Bedrock listing, or a request for the ARN, would know the pin; not one of a provisioned, imported or
    custom model, or of a prompt."""
    kinds = (":inference-profile/", ":application-inference-profile/", ":foundation-model/")
    return not pin.startswith("arn:") or any(kind in pin for kind in kinds)


def nearest(pin: str, listing: Listing, most: int = 3) -> tuple[str, ...]:
    """The available ids closest to a pin that was not found: by tier first, then by spelling."""
    import difflib

    tier, _ = parse_family(pin)
    live = [model for model in listing.models if model.lifecycle != "ended"]
    ids = [model.id for model in live if model.tier == tier] or [model.id for model in live]
    return tuple(difflib.get_close_matches(without_suffix(pin), ids, n=most, cutoff=0.0))


def describe_nearest(pin: str, listing: Listing) -> str:
    """Like `nearest`, as text for a page; empty if the listing is."""
    return " or ".join(nearest(pin, listing))


def as_document(listing: Listing, pins: Mapping[str, str]) -> list[dict[str, object]]:
    """The models in the contract's JSON format; dates as days."""
    pinned = {without_suffix(pin) for pin in pins.values()}
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
