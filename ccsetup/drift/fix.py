"""Re-pinning: what is proposed, done through the store, and undone to the exact former bytes."""

import datetime
import hashlib
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ccsetup.drift.history import Event
from ccsetup.drift.judge import Live
from ccsetup.drift.run import Run, effective
from ccsetup.drift.state import Memory
from ccsetup.profile.profile import Profile
from ccsetup.providers import catalogue
from ccsetup.providers.catalogue import Model
from ccsetup.system import decoding, files
from ccsetup.system.display import visible
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

MENDED = ("model-gone", "model-renamed", "model-legacy", "model-retiring")


@dataclass(frozen=True, slots=True)
class PinChange:
    """One pin to be replaced. `wider`: the new id has another residency, and is served from more regions."""

    profile: str
    tier: str
    old: str
    new: str
    place: str
    lifecycle: str
    reach: tuple[str, ...]
    wider: bool


class Undo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the last `--fix` replaced: by profile the former bytes, and the digest of what came in their place."""

    at: datetime.datetime
    before: dict[str, bytes]
    after: dict[str, str]


def proposed(run: Run) -> tuple[PinChange, ...]:
    """Every pin that does not last and has a replacement."""
    return tuple(
        _change(name, one.tier, one.model, one.replacement, live)
        for name, found in run.found.items()
        if (live := run.live(name)) is not None
        for one in found
        if one.finding.check in MENDED and one.tier and one.model and one.replacement
    )


def apply(workspace: Workspace, changes: Sequence[PinChange]) -> tuple[dict[str, Profile], tuple[str, ...]]:
    """Re-pin; the changed profiles, and those that somebody else changed meanwhile and that were left alone."""
    done: dict[str, Profile] = {}
    left: list[str] = []
    undo = Undo(workspace.system.now(), {}, {})
    for name in dict.fromkeys(change.profile for change in changes):
        mine = [change for change in changes if change.profile == name]
        with workspace.store.lock():
            before = workspace.store.text(name)
            now = effective(workspace.store.read(name, before), workspace.knowledge)
            if any(now.models.get(change.tier) != change.old for change in mine):
                left.append(name)
                continue
            after = _edited(before, {change.tier: change.new for change in mine}, workspace.knowledge.shared.models)
            workspace.store.read(name, after)
            undo = Undo(undo.at, {**undo.before, name: before}, {**undo.after, name: _digest(after)})
            _write(workspace, undo)  # first: whatever happens next can be undone
            _keep_trust(workspace, name, before, after)
            done[name] = effective(workspace.store.save(name, after), workspace.knowledge)
        workspace.pending.clear(name)
    _record(workspace, undo.at, [change for change in changes if change.profile in done])
    return done, tuple(left)


def undo(workspace: Workspace, names: Sequence[str]) -> tuple[str, ...]:
    """Put back what the last `--fix` replaced, all of it or these profiles; a UserError when one was changed since."""
    kept = _read(workspace)
    wanted = names or sorted(kept.before)
    for name in wanted:
        if name not in kept.before:
            raise UserError(f"the last --fix did not change {name}", f"it changed: {', '.join(sorted(kept.before))}")
    with workspace.store.lock():
        texts = {name: workspace.store.text(name) for name in wanted}
        changed = [
            name for name, text in texts.items() if text != kept.before[name] and _digest(text) != kept.after[name]
        ]
        if changed:
            raise UserError(
                f"changed since the last --fix: {', '.join(changed)}; nothing was undone",
                "re-pin by hand: ccsetup edit NAME; the others alone: ccsetup drift --undo NAME…",
            )
        for name in wanted:
            _keep_trust(workspace, name, texts[name], kept.before[name])
            workspace.store.save(name, kept.before[name])
    rest = sorted(kept.before.keys() - set(wanted))
    _write(workspace, Undo(kept.at, {n: kept.before[n] for n in rest}, {n: kept.after[n] for n in rest}))
    Memory(workspace.system.state / "drift").keep(
        {}, tuple(Event(workspace.system.now(), "undone", "-", profile=name) for name in wanted)
    )
    return tuple(wanted)


def _keep_trust(workspace: Workspace, name: str, before: bytes, after: bytes) -> None:
    """An imported profile that was allowed stays so: other pins are ccsetup's own change."""
    if workspace.trust.allows_text(name, before):
        workspace.trust.allow(name, after)


def _change(profile: str, tier: str, pin: str, replacement: str, live: Live) -> PinChange:
    old = live.find(pin) or live.known(catalogue.without_suffix(pin))
    new = live.find(replacement)
    lifecycle, reach = (new.lifecycle, new.destinations) if new else ("unknown", ())
    return PinChange(profile, tier, pin, replacement, live.listing.place, lifecycle, reach, _wider(old, new))


def _wider(old: Model | None, new: Model | None) -> bool:
    if old is None or new is None or old.prefix == new.prefix:
        return False
    return not set(new.destinations) <= set(old.destinations)


def _edited(text: bytes, pins: Mapping[str, str], variables: Mapping[str, str]) -> bytes:
    """The profile's file with other pins, and everything else as its owner wrote it. A pin that `[env]` gives is
    replaced there."""
    import tomlkit

    document: MutableMapping[str, Any] = tomlkit.parse(text)
    for tier, pin in pins.items():
        variable = variables[tier]
        table, key = ("env", variable) if document.get("env", {}).get(variable) else ("models", tier)
        document[table][key] = pin
    return tomlkit.dumps(document).encode()


def _record(workspace: Workspace, at: datetime.datetime, changes: Sequence[PinChange]) -> None:
    events = tuple(_events(at, changes))
    Memory(workspace.system.state / "drift").keep({}, events)


def _events(at: datetime.datetime, changes: Sequence[PinChange]) -> Iterator[Event]:
    for one in changes:
        yield Event(at, "re-pinned", one.place, None, one.old, one.new, one.profile, one.tier)


def _path(workspace: Workspace) -> Path:
    return workspace.system.state / "drift" / "undo.json"


def _write(workspace: Workspace, undo: Undo) -> None:
    files.private_folder(_path(workspace).parent)
    files.write(_path(workspace), msgspec.json.encode(undo) + b"\n")


def _read(workspace: Workspace) -> Undo:
    path = _path(workspace)
    try:
        kept = decoding.from_json(files.read(path), Undo)
    except FileNotFoundError:
        kept = None
    except msgspec.DecodeError as why:
        raise UserError(f"{path}: {visible(str(why))}", f"remove it: rm {path}") from why
    if kept is None or not kept.before:
        raise UserError("there is nothing to undo", "`ccsetup drift --fix` re-pins what does not last")
    return kept


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
