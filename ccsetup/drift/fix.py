"""Replaces pins as proposed, through the store, and undoes it to the exact previous bytes."""

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
from ccsetup.system.display import pasted
from ccsetup.system.errors import UserError
from ccsetup.system.malformed import describe
from ccsetup.workspace import Workspace

MENDED = ("model-gone", "model-renamed", "model-legacy", "model-retiring")


@dataclass(frozen=True, slots=True)
class PinChange:
    """One pin to be replaced. `wider`: the new id has another prefix, and regions that the old one does not have."""

    profile: str
    tier: str
    old: str
    new: str
    place: str
    lifecycle: str
    reach: tuple[str, ...]
    wider: bool


class Undo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the last `--fix` replaced: the previous bytes of each profile, and the digest of the new ones."""

    at: datetime.datetime
    before: dict[str, bytes]
    after: dict[str, str]


def propose_changes(run: Run) -> tuple[PinChange, ...]:
    """Return a change for every ending or missing pin that has a replacement."""
    return tuple(
        _change(name, item.tier, item.model, item.replacement, live)
        for name, findings in run.found.items()
        if (live := run.live(name)) is not None
        for item in findings
        if item.finding.check in MENDED and item.tier and item.model and item.replacement
    )


def apply(workspace: Workspace, changes: Sequence[PinChange]) -> tuple[dict[str, Profile], tuple[str, ...]]:
    """Replace the pins. Returns the changed profiles, and the names of those skipped because they changed meanwhile."""
    changed: dict[str, Profile] = {}
    skipped: list[str] = []
    undo = Undo(workspace.system.now(), {}, {})
    for name in dict.fromkeys(change.profile for change in changes):
        own_changes = [change for change in changes if change.profile == name]
        with workspace.store.lock():
            before = workspace.store.text(name)
            current = effective(workspace.store.read(name, before), workspace.knowledge)
            if any(current.models.get(change.tier) != change.old for change in own_changes):
                skipped.append(name)
                continue
            after = _edited(
                before, {change.tier: change.new for change in own_changes}, workspace.knowledge.shared.models
            )
            workspace.store.read(name, after)
            undo = Undo(undo.at, {**undo.before, name: before}, {**undo.after, name: _digest(after)})
            _write(workspace, undo)  # first, so that the next steps can be undone even after a crash
            _keep_trust(workspace, name, before, after)
            changed[name] = effective(workspace.store.save(name, after), workspace.knowledge)
        workspace.pending.clear(name)
    _record(workspace, undo.at, [change for change in changes if change.profile in changed])
    return changed, tuple(skipped)


def undo(workspace: Workspace, names: Sequence[str]) -> tuple[str, ...]:
    """Restore what the last `--fix` replaced, in all profiles or in `names`.

    Raises UserError if one of them was changed since.
    """
    record = _read(workspace)
    wanted = names or sorted(record.before)
    for name in wanted:
        if name not in record.before:
            raise UserError(f"the last --fix did not change {name}", f"it changed: {', '.join(sorted(record.before))}")
    with workspace.store.lock():
        texts = {name: workspace.store.text(name) for name in wanted}
        changed = [
            name for name, text in texts.items() if text != record.before[name] and _digest(text) != record.after[name]
        ]
        if changed:
            raise UserError(
                f"changed since the last --fix: {', '.join(changed)}; nothing was undone",
                "re-pin by hand: ccsetup edit NAME; the others alone: ccsetup drift --undo NAME…",
            )
        for name in wanted:
            _keep_trust(workspace, name, texts[name], record.before[name])
            workspace.store.save(name, record.before[name])
    rest = sorted(record.before.keys() - set(wanted))
    _write(workspace, Undo(record.at, {n: record.before[n] for n in rest}, {n: record.after[n] for n in rest}))
    Memory(workspace.system.state / "drift").keep(
        {}, tuple(Event(workspace.system.now(), "undone", "-", profile=name) for name in wanted)
    )
    return tuple(wanted)


def _keep_trust(workspace: Workspace, name: str, before: bytes, after: bytes) -> None:
    """Keep an imported profile trusted: the new pins are ccsetup's own change."""
    if workspace.trust.allows_text(name, before):
        workspace.trust.allow(name, after)


def _change(profile: str, tier: str, pin: str, replacement: str, live: Live) -> PinChange:
    old = live.find(pin) or live.last_listed(catalogue.without_suffix(pin))
    new = live.find(replacement)
    lifecycle, reach = (new.lifecycle, new.destinations) if new else ("unknown", ())
    return PinChange(profile, tier, pin, replacement, live.listing.place, lifecycle, reach, _wider(old, new))


def _wider(old: Model | None, new: Model | None) -> bool:
    if old is None or new is None or old.prefix == new.prefix:
        return False
    return not set(new.destinations) <= set(old.destinations)


def _edited(text: bytes, pins: Mapping[str, str], variables: Mapping[str, str]) -> bytes:
    """Return the profile's file with other pins and everything else unchanged. A pin in `[env]` is replaced there."""
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
    for change in changes:
        yield Event(at, "re-pinned", change.place, None, change.old, change.new, change.profile, change.tier)


def _path(workspace: Workspace) -> Path:
    return workspace.system.state / "drift" / "undo.json"


def _write(workspace: Workspace, undo: Undo) -> None:
    files.private_folder(_path(workspace).parent)
    files.write(_path(workspace), msgspec.json.encode(undo) + b"\n")


def _read(workspace: Workspace) -> Undo:
    path = _path(workspace)
    try:
        record = decoding.from_json(files.read(path), Undo)
    except FileNotFoundError:
        record = None
    except msgspec.DecodeError as error:
        raise UserError(f"{path}: {describe(error, 'JSON')}", f"remove it: rm {pasted(str(path))}") from error
    if record is None or not record.before:
        raise UserError("nothing to undo", "`ccsetup drift --fix` re-pins what does not last")
    return record


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
