"""One run of drift: read the profiles, query each place once, judge, and remember. Prints nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from ccsetup.claude_code.effective import change_without_secrets as effective_change
from ccsetup.drift import lookups, prices, report, state
from ccsetup.drift.agreed import judge_guard
from ccsetup.drift.judge import Live, PinFinding, alias_key, judge, unreachable
from ccsetup.drift.lookups import Lookup, LookupResult
from ccsetup.drift.report import Document, Entry
from ccsetup.drift.state import LastAnswer, Memory
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge, find_surface
from ccsetup.profile import environment
from ccsetup.profile.profile import Profile
from ccsetup.providers import access, catalogue, regions
from ccsetup.providers.access import Access, Answers, Failed
from ccsetup.providers.agreed import is_guarded
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.providers.places import place as place_of
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

UNREAD = "unreadable/"  # plus a profile's name: the shard key of a profile without a place


@dataclass(frozen=True)
class Run:
    """The profiles of a run and the answers. `lives` are the places that answered, by key."""

    profiles: Mapping[str, Profile]
    problems: Mapping[str, str]  # why a profile's file could not be read
    unusable: Mapping[str, Finding]  # why a profile must not be queried
    places: Mapping[str, Lookup]  # by profile
    answers: Mapping[str, LookupResult]
    lives: Mapping[str, Live]
    found: Mapping[str, tuple[PinFinding, ...]]  # by profile
    shard: str | None

    def live(self, name: str) -> Live | None:
        """Return the current state of the profile's place; None if it was not reached."""
        return self.lives.get(self.places[name].key) if name in self.places else None

    def _unlisted(self, name: str) -> str | None:
        live = self.live(name)
        return live.unlisted(self.profiles[name]) if live else None

    @property
    def document(self) -> Document:
        entries = [
            report.entry(name, profile.surface, place_of(profile), self.found[name], self._unlisted(name))
            if name in self.places
            else report.entry(name, profile.surface, place_of(profile), (PinFinding(self.unusable[name]),))
            if name in self.unusable
            else _unqueried(name, profile, self.found[name])
            for name, profile in self.profiles.items()
        ]
        entries += [Entry(name, "unknown", (), problem=error) for name, error in self.problems.items()]
        return Document(report.SCHEMA, tuple(sorted(entries, key=lambda entry: entry.profile)), self.shard)


def read_profiles(workspace: Workspace, names: tuple[str, ...]) -> tuple[dict[str, Profile], dict[str, str]]:
    """Return the profiles with these names, or all, and the error of each unreadable one.

    Raises UserError for an unknown name.
    """
    profiles: dict[str, Profile] = {}
    problems: dict[str, str] = {}
    for name in names or workspace.store.names():
        if not workspace.store.exists(name):
            workspace.store.text(name)  # raises, with the nearest names
        try:
            profiles[name] = effective(workspace.store.load(name), workspace.knowledge)
        except UserError as error:
            problems[name] = error.message
    return profiles, problems


def effective(profile: Profile, knowledge: Knowledge) -> Profile:
    """Return the profile with its effective pins: a model's variable in `[env]` overrides `[models]`."""
    env_pins = {key: profile.env[name] for key, name in knowledge.shared.models.items() if profile.env.get(name)}
    return msgspec.structs.replace(profile, models={**profile.models, **env_pins}) if env_pins else profile


def check_pins(
    workspace: Workspace,
    names: tuple[str, ...],
    *,
    within: int,
    shard: tuple[int, int] | None,
    accept: bool,
    progress: Callable[[int], Callable[[str], None]],
    answers: Answers | None = None,
) -> Run:
    """Query and judge. `progress` is called with the number of places, and returns the function to call for each.
    `answers` are shared with whatever else asks in this process."""
    profiles, problems = read_profiles(workspace, names)
    unusable = {name: finding for name, item in profiles.items() if (finding := workspace.unusable(name, item))}
    before = Memory(workspace.system.state / "drift").read()
    usable = {name: item for name, item in profiles.items() if name not in unusable and _unqueryable(item) is None}
    requested = {place.key: place for place in lookups.group(usable)}
    if shard is not None:
        placeless = [UNREAD + name for name in (*problems, *(name for name in profiles if name not in usable))]
        own_keys = lookups.shard([*requested, *placeless], *shard)
        requested = {key: place for key, place in requested.items() if key in own_keys}
        own_names = {name for place in requested.values() for name in place.names}
        profiles = {
            name: profile for name, profile in profiles.items() if name in own_names or UNREAD + name in own_keys
        }
        problems = {name: error for name, error in problems.items() if UNREAD + name in own_keys}
    access.scrub(workspace.knowledge)

    def opened(name: str, profile: Profile) -> Access:
        return replace(workspace.access(name, profile), run=answers, answers=answers)

    results = lookups.query_all(requested.values(), profiles, opened, progress(len(requested)))
    lives = {}
    for key, answer in results.items():
        seen = before.places.get(key) or before.places.get(requested[key].former)
        if answer.listing is not None and (problem := _implausible(answer.listing, seen)):
            results[key] = LookupResult(None, UserError(problem))
        elif answer.listing is not None:
            listing = answer.listing
            # By the provider's clock; without one by ours, but never earlier than what is known.
            at = listing.told_at or (max(listing.looked_at, seen.at) if seen else listing.looked_at)
            if accept and seen is not None:
                seen = msgspec.structs.replace(seen, accepted={})
            lives[key] = Live(listing, answer.owned or {}, seen, at, within)
    of = {name: place for place in requested.values() for name in place.names}
    run = Run(profiles, problems, unusable, of, results, lives, {}, f"{shard[0]}/{shard[1]}" if shard else None)
    return judge_profiles(workspace, run, profiles)


def judge_profiles(workspace: Workspace, run: Run, profiles: Mapping[str, Profile]) -> Run:
    """Return the run, judged for `profiles`, which `--fix` may have changed."""
    now, aliases = workspace.system.now(), workspace.knowledge.shared.aliases
    findings = {
        name: (
            *_judge_profile(workspace, name, profile, run),
            *prices.judge_prices(
                name,
                profile,
                workspace.prices.known(name, profile),
                aliases,
                _sent_id(workspace, name, profile, run),
                now,
            ),
            *_judge_guard(workspace, name, profile, run),
        )
        if name in run.places
        else tuple(_judge_guard(workspace, name, profile, run))
        for name, profile in profiles.items()
        if name not in run.unusable
    }
    return replace(run, profiles=profiles, found=findings)


def _sent_id(workspace: Workspace, name: str, profile: Profile, run: Run) -> Callable[[str], str]:
    """Return what gives the id that Claude Code sends for a pin: as the place lists it, if its listing was read."""
    own, live = partial(workspace.sent_id, name, profile), run.lives.get(run.places[name].key)
    return partial(live.called, sent_id=own) if live else own


def remember(workspace: Workspace, run: Run, *, accept: bool) -> None:
    """Store the places' answers, in the state and for `models --offline`. A place without an answer keeps its previous
    one."""
    for name in run.places if accept else ():
        workspace.prices.agree(name, run.profiles[name])
    answers: dict[str, LastAnswer] = {}
    for key, live in run.lives.items():
        names = [name for name, place in run.places.items() if place.key == key]
        pins = {
            live.called(pin, partial(workspace.sent_id, name, run.profiles[name]))
            for name in names
            for pin in run.profiles[name].models.values()
        }
        listed = {pin: model for pin in sorted(pins) if isinstance(model := live.find(pin), Model)}
        renamed = {
            catalogue.without_suffix(item.model): catalogue.without_suffix(item.replacement)
            for name in names
            for item in run.found[name]
            if item.finding.check == "model-renamed" and item.model and item.replacement
        }
        aliases = {
            alias_key(tier, target.id): target.id
            for name in names
            for tier, target in workspace.unpinned(name, run.profiles[name]).items()
            if target.id
        }
        answers[key] = state.update_answer(live.listing, live.at, live.before, listed, renamed, aliases, accept=accept)
        for name in dict.fromkeys(
            name for place in run.places.values() if place.key == key for _, name in place.askers
        ):
            workspace.catalogues.keep(name, run.profiles[name], live.listing)
    former = {place.key: place.former for place in run.places.values()}
    Memory(workspace.system.state / "drift").keep(answers, former=former)


def _judge_profile(workspace: Workspace, name: str, profile: Profile, run: Run) -> tuple[PinFinding, ...]:
    place = run.places[name]
    live = run.lives.get(place.key)
    if live is not None:
        words = workspace.knowledge.shared.aliases
        targets = workspace.unpinned(name, profile)
        return judge(name, profile, live, words, targets, partial(workspace.sent_id, name, profile))
    facts = {"profile": name, "place": place.place}
    match run.answers[place.key].failure:
        case Failed(finding=cause):
            finding = unreachable(cause, facts)
            if access.is_network(cause.check) and (doubts := regions.doubts(profile)):
                finding = Finding(finding.check, {**finding.facts, "reason": doubts[0]})
        case UserError(message=message):
            finding = Finding("catalogue-unreachable", {**facts, "reason": message})
        case None:
            raise AssertionError(place.key)
    return (PinFinding(finding),)


def _judge_guard(workspace: Workspace, name: str, profile: Profile, run: Run) -> Iterator[PinFinding]:
    """Yield what leaves the regions or the operator that the profile expects."""
    if not is_guarded(profile):
        return
    change = effective_change(name, profile, workspace.knowledge, str(workspace.system.home))
    child = {variable: value for variable, value in environment.reveal(change).items() if value}
    targets = workspace.unpinned(name, profile) if find_surface(profile.surface).fixed_aliases else {}
    aliases = workspace.knowledge.shared.aliases
    yield from judge_guard(name, profile, child, run.live(name), aliases, targets)


def _unqueried(name: str, profile: Profile, findings: tuple[PinFinding, ...]) -> Entry:
    """Return the entry of a profile whose provider cannot be queried; its guard may still be broken."""
    rows = tuple(report.row(finding) for finding in findings)
    verdict = report.verdict(rows)
    if verdict == "ok" and profile.models:
        verdict = "unknown"
    return Entry(name, verdict, rows, profile.surface, place_of(profile), skipped=_unqueryable(profile))


def _implausible(listing: Listing, before: LastAnswer | None) -> str:
    """Return why an answer is not credible, "" if it is: that no Claude model is left says nothing about one pin."""
    kinds = {model.kind for model in listing.models}
    if not kinds:
        return f"{listing.place} lists no Claude model at all"
    if before and "inference-profile" in {model.kind for model in before.models} - kinds:
        return f"{listing.place} lists no inference profile any more"
    return ""


def _unqueryable(profile: Profile) -> str | None:
    """Return why this profile cannot be queried; None if it can."""
    surface = find_surface(profile.surface)
    if surface.lists == "none":
        return f"surface {profile.surface} has no live catalogue"
    if surface.signs == "login" and "oauth_token" not in profile.set:
        return "signed in by Claude Code itself; ccsetup has no token for a request"
    return None
