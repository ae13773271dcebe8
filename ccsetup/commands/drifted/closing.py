"""How a run of `drift` ends: what to do next, one line for the log, the record, the notification."""

import hashlib

import msgspec

from ccsetup import report
from ccsetup.desk import Desk
from ccsetup.drift import fix, notify
from ccsetup.drift.outcome import Document
from ccsetup.drift.run import Run
from ccsetup.refusal import Refusal
from ccsetup.watch import LastRun, Runs


def say(desk: Desk, run: Run, document: Document, code: int, left: str | None) -> None:
    """What a person can do about it, and the result in one line."""
    interactive = desk.world.interactive
    for line in (left or "").splitlines():
        report.say(line)
    if interactive and left is None and fix.proposed(run):
        report.say("re-pin with: ccsetup drift --fix")
    checks = {row.check for row in document.rows}
    if interactive and "destinations-changed" in checks:
        report.say("agree to where requests are served from with: ccsetup drift --accept")
    for entry in document.profiles:
        if entry.skipped and interactive:
            report.say(f"{entry.profile}: not looked at, {entry.skipped}")
    if interactive:
        for check in sorted(checks):
            report.say(f"more: ccsetup explain {check}")
    when = "" if interactive else f"{desk.world.now():%Y-%m-%dT%H:%M:%SZ} "
    report.say(f"{when}drift: {document.summary}; exit code {code}")


def told_and_recorded(
    desk: Desk, document: Document, code: int, chosen: tuple[str, ...], to: str | None
) -> Refusal | None:
    """Tell whoever wants to know when something changed since the last run of the same profiles, and record this one.
    What could not be told counts as unchanged, so that the next run tells it."""
    runs = _runs(desk, document, chosen)
    try:
        last = runs.last()
        digest = document.digest
        if to is not None and _changed(document, last, code):
            payload = msgspec.to_builtins(document) | {"text": f"ccsetup drift: {document.summary}"}
            words = report.redact(msgspec.json.encode(payload).decode(), "")
            if problem := notify.tell(to, words.encode(), desk.world.environment):
                report.say(f"nobody was told: {problem}")
                digest = last.digest if last else ""
        if to is not None or not (chosen or document.shard):
            runs.record(LastRun(desk.world.now(), code, document.summary, digest))
    except Refusal as why:
        return why
    return None


def _changed(document: Document, last: LastRun | None, code: int) -> bool:
    if any(row.check == "alias-moved" for row in document.rows):  # is itself a change, and said once
        return True
    return code != 0 if last is None else last.digest != document.digest


def _runs(desk: Desk, document: Document, chosen: tuple[str, ...]) -> Runs:
    """A part of the profiles has a record of its own: it must not pass for the whole."""
    folder = desk.world.state / "drift"
    if not chosen and not document.shard:
        return Runs(folder)
    part = hashlib.sha256("\0".join((*sorted(chosen), document.shard or "")).encode()).hexdigest()[:16]
    return Runs(folder / "parts" / part)
