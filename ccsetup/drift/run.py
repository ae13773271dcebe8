"""One run: read the profiles, ask each place once, judge, and remember. Prints nothing; the command does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import msgspec

from ccsetup.drift import lookups, report, state
from ccsetup.drift.judge import Live, PinFinding, alias_key, judge, unreachable
from ccsetup.drift.lookups import Lookup, LookupResult
from ccsetup.drift.report import Document, Entry
from ccsetup.drift.state import LastAnswer, Memory
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge, find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import access, catalogue
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

UNREAD = "unreadable/"  # with a profile's name, the key of what has no place


@dataclass(frozen=True)
class Run:
    """What was read and what was answered. `lives` are the places that could be looked at, by key."""

    profiles: Mapping[str, Profile]
    problems: Mapping[str, str]  # why a profile's file could not be read
    unusable: Mapping[str, Finding]  # why nothing may be asked for a profile
    places: Mapping[str, Lookup]  # by profile
    answers: Mapping[str, LookupResult]
    lives: Mapping[str, Live]
    found: Mapping[str, tuple[PinFinding, ...]]  # by profile
    shard: str | None

    def live(self, name: str) -> Live | None:
        """How the profile's place looks now; None where nobody could be asked."""
        return self.lives.get(self.places[name].key) if name in self.places else None

    @property
    def document(self) -> Document:
        entries = [
            report.entry(name, profile.surface, access.place(profile), self.found[name])
            if name in self.places
            else report.entry(name, profile.surface, access.place(profile), (PinFinding(self.unusable[name]),))
            if name in self.unusable
            else Entry(name, "unknown" if profile.models else "ok", (), profile.surface, skipped=_unasked(profile))
            for name, profile in self.profiles.items()
        ]
        entries += [Entry(name, "unknown", (), problem=why) for name, why in self.problems.items()]
        return Document(report.SCHEMA, tuple(sorted(entries, key=lambda one: one.profile)), self.shard)


def read_profiles(workspace: Workspace, names: tuple[str, ...]) -> tuple[dict[str, Profile], dict[str, str]]:
    """The profiles of these names, or all; and what is wrong with those that cannot be read. An unknown name is a
    UserError."""
    profiles: dict[str, Profile] = {}
    problems: dict[str, str] = {}
    for name in names or workspace.store.names():
        if not workspace.store.exists(name):
            workspace.store.text(name)  # refuses, and offers the nearest names
        try:
            profiles[name] = effective(workspace.store.load(name), workspace.knowledge)
        except UserError as why:
            problems[name] = why.message
    return profiles, problems


def effective(profile: Profile, knowledge: Knowledge) -> Profile:
    """The profile with its pins as the client gets them: what `[env]` says of a model's variable counts."""
    told = {key: profile.env[name] for key, name in knowledge.shared.models.items() if profile.env.get(name)}
    return msgspec.structs.replace(profile, models={**profile.models, **told}) if told else profile


def check_pins(
    workspace: Workspace,
    names: tuple[str, ...],
    *,
    within: int,
    shard: tuple[int, int] | None,
    accept: bool,
    progress: Callable[[int], Callable[[str], None]],
) -> Run:
    """Ask and judge. `progress` is told how many places there are, and gives what is to be told of each."""
    profiles, problems = read_profiles(workspace, names)
    unusable = {name: finding for name, one in profiles.items() if (finding := workspace.unusable(name, one))}
    before = Memory(workspace.system.state / "drift").read()
    usable = {name: one for name, one in profiles.items() if name not in unusable and _unasked(one) is None}
    asked = {place.key: place for place in lookups.group(usable)}
    if shard is not None:
        alone = [UNREAD + name for name in (*problems, *(name for name in profiles if name not in usable))]
        mine = lookups.shard([*asked, *alone], *shard)
        asked = {key: place for key, place in asked.items() if key in mine}
        kept = {name for place in asked.values() for name in place.names}
        profiles = {name: profile for name, profile in profiles.items() if name in kept or UNREAD + name in mine}
        problems = {name: why for name, why in problems.items() if UNREAD + name in mine}
    access.scrub(workspace.knowledge)
    answers = lookups.ask_all(asked.values(), profiles, workspace.access, progress(len(asked)))
    lives = {}
    for key, answer in answers.items():
        seen = before.places.get(key) or before.places.get(asked[key].former)
        if answer.listing is not None and (hollow := _hollow(answer.listing, seen)):
            answers[key] = LookupResult(None, UserError(hollow))
        elif answer.listing is not None:
            listing = answer.listing
            # By the provider's clock; where it tells none, by ours, but never earlier than what is known.
            at = listing.told_at or (max(listing.looked_at, seen.at) if seen else listing.looked_at)
            if accept and seen is not None:
                seen = msgspec.structs.replace(seen, accepted={})
            lives[key] = Live(listing, answer.owned or {}, seen, at, within)
    of = {name: place for place in asked.values() for name in place.names}
    run = Run(profiles, problems, unusable, of, answers, lives, {}, f"{shard[0]}/{shard[1]}" if shard else None)
    return judged(workspace, run, profiles)


def judged(workspace: Workspace, run: Run, profiles: Mapping[str, Profile]) -> Run:
    """The same answers, judged for these profiles: after `--fix` they are others."""
    found = {name: _found(workspace, name, profile, run) for name, profile in profiles.items() if name in run.places}
    return replace(run, profiles=profiles, found=found)


def remember(workspace: Workspace, run: Run, *, accept: bool) -> None:
    """Keep what the places said, in the state and for `models --offline`. One that said nothing keeps its last word."""
    kept: dict[str, LastAnswer] = {}
    for key, live in run.lives.items():
        names = [name for name, place in run.places.items() if place.key == key]
        pins = {catalogue.bare(pin) for name in names for pin in run.profiles[name].models.values()}
        listed = {pin: model for pin in sorted(pins) if isinstance(model := live.find(pin), Model)}
        renamed = {
            catalogue.bare(one.model): catalogue.bare(one.replacement)
            for name in names
            for one in run.found[name]
            if one.finding.check == "model-renamed" and one.model and one.replacement
        }
        aliases = {
            alias_key(tier, target.id): target.id
            for name in names
            for tier, target in workspace.unpinned(name, run.profiles[name]).items()
            if target.id
        }
        kept[key] = state.seen(live.listing, live.at, live.before, listed, renamed, aliases, accept=accept)
        for name in dict.fromkeys(
            name for place in run.places.values() if place.key == key for _, name in place.askers
        ):
            workspace.catalogues.keep(name, run.profiles[name], live.listing)
    former = {place.key: place.former for place in run.places.values()}
    Memory(workspace.system.state / "drift").keep(kept, former=former)


def _found(workspace: Workspace, name: str, profile: Profile, run: Run) -> tuple[PinFinding, ...]:
    place = run.places[name]
    live = run.lives.get(place.key)
    if live is not None:
        words = workspace.knowledge.shared.aliases
        return judge(name, profile, live, words, workspace.unpinned(name, profile))
    facts = {"profile": name, "place": place.place}
    match run.answers[place.key].failure:
        case Failed(finding=cause):
            finding = unreachable(cause, facts)
        case UserError(message=what):
            finding = Finding("catalogue-unreachable", {**facts, "reason": what})
        case None:
            raise AssertionError(place.key)
    return (PinFinding(finding),)


def _hollow(listing: Listing, before: LastAnswer | None) -> str:
    """Why an answer is no catalogue, empty for a good one: that all of Claude went in a day says nothing of a pin."""
    kinds = {model.kind for model in listing.models}
    if not kinds:
        return f"{listing.place} lists no Claude model at all"
    if before and "inference-profile" in {model.kind for model in before.models} - kinds:
        return f"{listing.place} lists no inference profile any more"
    return ""


def _unasked(profile: Profile) -> str | None:
    """Why there is nobody to ask about this profile; None where there is."""
    surface = find_surface(profile.surface)
    if surface.lists == "none":
        return f"surface {profile.surface} has no live catalogue"
    if surface.signs == "login" and "oauth_token" not in profile.set:
        return "signed in by Claude Code itself; there is no token to ask with"
    return None
