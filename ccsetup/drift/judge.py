"""Judges a profile's pins against what its place lists now and what it listed before."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ccsetup.claude_code.alias_targets import AliasTarget
from ccsetup.drift.state import LastAnswer
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import catalogue
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import NEEDED, Listing, Model


@dataclass(frozen=True, slots=True)
class PinFinding:
    """One finding about one pin. `replacement` is the id to pin instead, `date` the day on which the model ends."""

    finding: Finding
    tier: str | None = None  # the key in [models]
    model: str | None = None
    replacement: str | None = None
    date: datetime.date | None = None


@dataclass(frozen=True)
class Live:
    """The data by which all profiles of a place are judged: its listing, read at `at`, and its previous answer."""

    listing: Listing
    owned: Mapping[str, Model | Failed]  # application profiles by ARN
    before: LastAnswer | None
    at: datetime.datetime
    within: int  # days

    def find(self, pin: str) -> Model | None:
        """Return the model that a pin means; None if not found.

        Outside Bedrock an undated id means the dated model, as for the provider, unless the undated id was listed
        before: then it was renamed.
        """
        wanted = catalogue.without_suffix(pin)
        found = self.listing.find(wanted)
        if found is None and isinstance(own := self.owned.get(wanted), Model):
            found = own
        known = self.last_listed(wanted)
        return found or (self.listing.meant(wanted) if known is None or known.id != wanted else None)

    def called(self, pin: str, sent_id: Callable[[str], str]) -> str:
        """Return the id by which a pin is judged: as it is written if it is or was listed, else as Claude Code sends
        it."""
        bare = catalogue.without_suffix(pin)
        if bare in self.owned or self.find(bare) or self.last_listed(bare):
            return bare
        return self.listing.as_sent(bare, sent_id(bare))

    def is_unlisted(self, pin: str) -> bool:
        """Whether no listing has a model of this kind, so that the pin cannot be judged."""
        known = self.last_listed(pin)
        return self.listing.is_unlisted(pin) and self.find(pin) is None and (known is None or known.id != pin)

    def unlisted(self, profile: Profile) -> str | None:
        """Return why some pins were not judged; None if all were."""
        pins = dict.fromkeys(catalogue.without_suffix(pin) for pin in profile.models.values())
        unlisted = [pin for pin in pins if self.is_unlisted(pin)]
        return f"{', '.join(unlisted)}: in no listing" if unlisted else None

    def last_listed(self, pin: str) -> Model | None:
        """Return the pinned model as it was when last listed under this id."""
        return self.before.pins.get(pin) if self.before else None

    def days_to(self, moment: datetime.datetime) -> int:
        return (moment.date() - self.at.date()).days

    def recommended(self, tier: str | None, prefix: str | None) -> str | None:
        """Return the model to pin a tier to: the newest with this prefix that does not end soon; None if not found."""
        if prefix not in self._memo:  # computed once for all profiles of the place
            lasting = [
                model for model in self.listing.models if not model.ends_on or self.days_to(model.ends_on) > self.within
            ]
            self._memo[prefix] = catalogue.recommend(lasting, prefix)
        return self._memo[prefix].get(tier or "")

    @cached_property
    def residency(self) -> str | None:
        return catalogue.choose_residency(self.listing.models)

    @cached_property
    def _memo(self) -> dict[str | None, dict[str, str]]:
        return {}


def judge(
    name: str,
    profile: Profile,
    live: Live,
    aliases: tuple[str, ...],
    targets: Mapping[str, AliasTarget],
    sent_id: Callable[[str], str],
) -> tuple[PinFinding, ...]:
    """Return the findings about the profile's pins. `aliases` are names that the client accepts in place of ids;
    `targets` are what it requests for the unpinned tiers, and `sent_id` gives the id that it sends for a pin."""
    facts = {"profile": name, "place": live.listing.place}
    findings: list[PinFinding] = []
    for tier, pin in catalogue.ids_of(profile.models, aliases).items():
        findings += _pin(tier, pin, live.called(pin, sent_id), live, facts)
    prefix = profile.set.get("prefix") or live.residency
    for tier, target in targets.items():
        findings += _unpinned(tier, profile.surface, live, prefix, target, facts)
    return tuple(findings)


def _pin(tier: str, pin: str, bare: str, live: Live, facts: Mapping[str, str]) -> Iterator[PinFinding]:
    """Yield at most one finding about the model's lifecycle, and one about its destinations. `bare` is the id by which
    the pin is judged."""
    facts = {**facts, "tier": tier, "model": pin}
    if isinstance(failure := live.owned.get(bare), Failed) and not failure.has_code("ResourceNotFoundException"):
        yield PinFinding(unreachable(failure.finding, facts), tier, pin)
        return
    model = live.find(bare)
    if model is None:
        if live.is_unlisted(bare):
            return
        yield _missing(tier, pin, bare, live, facts)
        return
    if (known := live.last_listed(bare)) and model.id not in (bare, known.id):  # an undated id, whose model has a date
        words = {"tier": pin, "former": known.id, "model": model.id}
        yield PinFinding(Finding("alias-moved", {**facts, **words}), tier, pin)
    yield from _life(tier, pin, model, live, facts)
    yield from _reach(tier, pin, model, live, facts)


def _missing(tier: str, pin: str, bare: str, live: Live, facts: Mapping[str, str]) -> PinFinding:
    known = live.last_listed(bare)
    if renamed := _renamed(bare, known, live):
        called = _as_pinned(pin, renamed.id)
        return PinFinding(Finding("model-renamed", {**facts, "replacement": called}), tier, pin, called)
    family = known.tier if known else catalogue.parse_family(bare)[0]
    new = None if bare.startswith("arn:") else live.recommended(family, _prefix(bare))
    close = new or catalogue.describe_nearest(pin, live.listing)
    ended = known.ends_on.date() if known and known.ends_on and live.days_to(known.ends_on) <= 0 else None
    finding = Finding("model-gone", {**facts, "lists": "lists", "nearest": close})
    return PinFinding(finding, tier, pin, new and _as_pinned(pin, new), ended)


def _renamed(pin: str, known: Model | None, live: Live) -> Model | None:
    """Return the same model under another id; None if not found.

    It has the same family and version, and either the same prefix or no new destinations; or another prefix, if its id
    appeared when the old one vanished.
    """
    tier, version = (known.tier, known.version) if known else catalogue.parse_family(pin)
    if tier is None or not version or pin.startswith("arn:"):
        return None
    same = [
        model
        for model in live.listing.models
        if (model.tier, model.version) == (tier, version)
        and model.lifecycle != "ended"
        and model.kind != "application-profile"
    ]
    same_prefix = next((model for model in same if model.prefix == _prefix(pin)), None)
    if same_prefix or known is None or live.before is None:
        return same_prefix
    former = {model.id for model in live.before.models}
    appeared = {model.id for model in same if model.id not in former} if pin in former else set()
    appeared |= {live.before.renamed.get(pin, "")}
    return next(
        (model for model in same if model.id in appeared or set(model.destinations) <= set(known.destinations)), None
    )


def _life(tier: str, pin: str, model: Model, live: Live, facts: Mapping[str, str]) -> Iterator[PinFinding]:
    # A replacement for an application profile has to be created, so its id is not known yet.
    new = None if model.kind == "application-profile" else live.recommended(model.tier, model.prefix)
    new = None if new in (model.id, catalogue.without_suffix(pin)) else new
    replacement = _as_pinned(pin, new) if new else None
    facts = {**facts, "replacement": replacement or "none"}
    ends = model.ends_on.date() if model.ends_on else None
    days = live.days_to(model.ends_on) if model.ends_on else None
    if model.lifecycle == "ended":
        lists = f"lists as alive; it ended on {ends}" if ends else "lists as alive; it has ended"
        finding = Finding("model-gone", {**facts, "lists": lists, "nearest": replacement or ""})
        yield PinFinding(finding, tier, pin, replacement, ends)
    elif ends is not None and days is not None and days <= live.within:
        finding = Finding("model-retiring", {**facts, "date": f"{ends}", "days": f"{max(days, 0)}"})
        yield PinFinding(finding, tier, pin, replacement, ends)
    elif model.lifecycle == "legacy":
        until = f"it ends on {ends}" if ends else "the provider gives no end date"
        yield PinFinding(Finding("model-legacy", {**facts, "until": until}), tier, pin, replacement, ends)
    elif new and catalogue.parse_family(new)[1] > model.version:
        yield PinFinding(Finding("model-newer", facts), tier, pin, replacement)


def _reach(tier: str, pin: str, model: Model, live: Live, facts: Mapping[str, str]) -> Iterator[PinFinding]:
    agreed = live.before.accepted.get(model.id) if live.before else None
    if agreed is None or not model.destinations or set(agreed) == set(model.destinations):
        return
    words = {"before": " ".join(sorted(agreed)), "after": " ".join(sorted(model.destinations))}
    yield PinFinding(Finding("destinations-changed", {**facts, **words}), tier, pin)


def _unpinned(
    tier: str, surface: str, live: Live, prefix: str | None, target: AliasTarget, facts: Mapping[str, str]
) -> Iterator[PinFinding]:
    """Yield findings about an alias: where `init` pins the tiers, an alias that decides is named; on Anthropic's own
    API it is meant to move."""
    facts = {**facts, "tier": tier}
    if find_surface(surface).pins and tier in NEEDED:
        new = live.recommended(tier, prefix)
        words = {"means": target.words, "model": new or "ID"}
        yield PinFinding(Finding("pin-missing", {**facts, **words}), tier, None, new)
    before = live.before.aliases.get(alias_key(tier, target.id)) if live.before and target.id else None
    if before and before != target.id:
        words = {"former": before, "model": target.words}
        yield PinFinding(Finding("alias-moved", {**facts, **words}), tier, None, target.id)


def alias_key(tier: str, id_: str) -> str:
    """Under which an alias's id is remembered: one place has an id for each prefix."""
    return f"{_prefix(id_) or ''}:{tier}"


def unreachable(cause: Finding, facts: Mapping[str, str]) -> Finding:
    """Return the finding that the catalogue could not be read because of `cause`."""
    from ccsetup.knowledge import pages

    title, _ = pages.load_page(cause.check).filled(cause.facts)
    return Finding("catalogue-unreachable", {**facts, "cause": cause.check, "reason": title})


def _prefix(pin: str) -> str | None:
    head, dot, _ = pin.partition(".anthropic.")
    return head if dot else None


def _as_pinned(pin: str, id_: str) -> str:
    """Return `id_` with the client's suffix `[1m]` if the pin had it."""
    return f"{id_}[1m]" if pin.lower().endswith("[1m]") else id_
