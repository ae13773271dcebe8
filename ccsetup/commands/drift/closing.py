"""How a run of `drift` ends: what to do next, one line for the log, the record, the notification."""

import hashlib

import msgspec

from ccsetup.drift import fix, last_run, notify
from ccsetup.drift.last_run import LastRun, Runs
from ccsetup.drift.report import UNASKED, UNREACHABLE, Document
from ccsetup.drift.run import Run
from ccsetup.knowledge import pages
from ccsetup.system import console
from ccsetup.system.errors import UserError
from ccsetup.system.redact import document_without_secrets
from ccsetup.workspace import Workspace


def say(workspace: Workspace, run: Run, document: Document, code: int, left: str | None) -> None:
    """What a person can do about it, and the result."""
    interactive = workspace.system.interactive
    for line in (left or "").splitlines():
        console.say(line)
    if interactive and left is None and fix.proposed(run):
        console.say("re-pin with: ccsetup drift --fix")
    checks = {row.check for row in document.rows}
    if interactive and "destinations-changed" in checks:
        console.say("agree to where requests are served from with: ccsetup drift --accept")
    if interactive and "price-moved" in checks:
        console.say("agree to the new prices with: ccsetup drift --accept")
    for entry in document.profiles:
        for row in entry.findings:
            if row.check in UNASKED and row.check != UNREACHABLE:
                _, remedy = pages.load_page(row.check).filled({"profile": entry.profile})
                console.say(f"{entry.profile} was not checked; see: {'; '.join(remedy.commands)}")
        if entry.skipped and interactive:
            console.say(f"{entry.profile}: not looked at, {entry.skipped}")
    if interactive:
        for check in sorted(checks):
            console.say(f"more: ccsetup explain {check}")
    if not document.profiles and not document.shard:
        console.say("no profiles yet; make one with: ccsetup init")
    result(workspace, document, code)


def result(workspace: Workspace, document: Document, code: int) -> None:
    """The one line that a log keeps."""
    when = "" if workspace.system.interactive else f"{workspace.system.now():%Y-%m-%dT%H:%M:%SZ} "
    console.say(f"{when}drift: {document.summary}; exit code {code}")


def told_and_recorded(
    workspace: Workspace, document: Document, code: int, chosen: tuple[str, ...], to: str | None
) -> UserError | None:
    """Tell whoever wants to know when something changed since they were told last, or else since the last run; and
    record a run over all profiles. What could not be told is told by the next run."""
    try:
        run = LastRun(workspace.system.now(), code, document.summary, document.digest)
        if to is not None:
            _tell(workspace, document, run, chosen, to)
        if not chosen and not document.shard:
            last_run.all_profiles(workspace.system.state).record(run)
    except UserError as why:
        return why
    return None


def _tell(workspace: Workspace, document: Document, run: LastRun, chosen: tuple[str, ...], to: str) -> None:
    """A manual run in between takes no news away: what this command or URL was told last has a record of its own."""
    whole = not chosen and not document.shard
    who = hashlib.sha256("\0".join((to, document.shard or "", *sorted(chosen))).encode()).hexdigest()[:16]
    everything = last_run.all_profiles(workspace.system.state)
    told = Runs(everything.folder / "told" / who)
    former = told.last() or (everything.last() if whole else None)
    # An alias that moved is said by one run alone, and so is no difference between two.
    moved = any(row.check == "alias-moved" for row in document.rows)
    if moved or (run.code != 0 if former is None else former.digest != run.digest):
        payload = msgspec.to_builtins(document) | {"text": f"ccsetup drift: {document.summary}"}
        words = console.redact(msgspec.json.encode(document_without_secrets(payload)).decode(), "")
        if problem := notify.tell(to, words.encode(), workspace.system.environment):
            console.say(f"nobody was told: {problem}")
            run = msgspec.structs.replace(run, digest=former.digest if former else "")
    told.record(run)
