"""The output of `drift`: findings as a table, the history, the JSON."""

from collections.abc import Iterable

import msgspec

from ccsetup.drift.history import Event
from ccsetup.drift.report import Document, Entry, Row
from ccsetup.drift.state import Memory
from ccsetup.system import console
from ccsetup.system.redact import cleaned
from ccsetup.system.sentences import merged
from ccsetup.workspace import Workspace


def lines(document: Document) -> Iterable[str]:
    """Return one line per finding; findings about tiers that have no pin share a line."""
    rows = [
        (entry.profile, group[0].severity, group[0].check, words)
        for entry in document.profiles
        for group in _groups(entry)
        for words in _words(group)
    ]
    return console.table(("PROFILE", "", "FOUND", ""), rows) if rows else ()


def unread(document: Document, home: str) -> None:
    for entry in document.profiles:
        if entry.problem:
            console.say(console.redact(f"ccsetup: {entry.problem}", home))


def redacted(document: object) -> object:
    """Return the document for JSON, without secrets and passwords in URLs."""
    return cleaned(msgspec.to_builtins(document, str_keys=True), lambda text: console.redact(text, ""))


def events(workspace: Workspace, chosen: tuple[str, ...], *, json: bool) -> None:
    """Print the history, oldest first, of these profiles' places or of all."""
    history = Memory(workspace.system.state / "drift").read().history
    if chosen:
        from ccsetup.providers.places import place as place_of

        places = {place_of(workspace.store.load(name)) for name in chosen}
        history = tuple(
            event for event in history if event.profile in chosen or (event.profile is None and event.place in places)
        )
    if json:
        console.answer_json({"schema": 1, "history": history})
    elif history:
        console.answer(*console.table(("WHEN", "PLACE", "CHANGE", "OF", ""), _lines(history)))
    else:
        console.say("no changes recorded yet; `ccsetup drift` checks, and records them")


def _lines(history: Iterable[Event]) -> Iterable[tuple[str, ...]]:
    for event in history:
        of = event.model or " ".join(word for word in (event.profile, event.tier) if word) or "-"
        change = " → ".join(word for word in (event.before, event.after) if word)
        yield f"{event.at:%Y-%m-%d %H:%M}", event.place, event.what, of, change


def _groups(entry: Entry) -> Iterable[tuple[Row, ...]]:
    grouped: dict[object, list[Row]] = {}
    for number, row in enumerate(sorted(entry.findings, key=_weight)):
        key = number if row.model or not row.tier else (row.check, row.severity)
        grouped.setdefault(key, []).append(row)
    return map(tuple, grouped.values())


def _words(group: tuple[Row, ...]) -> tuple[str, ...]:
    each = tuple(map(_what, group))
    one = merged(each)
    return each if one is None else (one,)


def _what(row: Row) -> str:
    # Compared as a word, since opus-5-5 contains opus-5.
    instead = f" → {row.replacement}" if row.replacement and row.replacement not in row.title.split() else ""
    return f"{row.tier}: {row.title}{instead}" if row.tier and row.model else f"{row.title}{instead}"


def _weight(row: Row) -> int:
    return ("error", "warning", "info").index(row.severity)
