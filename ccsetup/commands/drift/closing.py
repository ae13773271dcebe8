"""The end of a `drift` run: next steps, a line for the log, the record, the notification."""

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


def print_next_steps(
    workspace: Workspace, run: Run, document: Document, code: int, left: tuple[str, ...] | None
) -> None:
    """Print what the user can do, and the result."""
    interactive = workspace.system.interactive
    console.say(*(left or ()))
    if interactive and left is None and fix.propose_changes(run):
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
            console.say(f"{entry.profile}: not checked, {entry.skipped}")
    if interactive:
        for check in sorted(checks):
            console.say(f"more: ccsetup explain {check}")
    if not document.profiles and not document.shard:
        console.say("no profiles yet; create one with: ccsetup init")
    print_result(workspace, document, code)


def print_result(workspace: Workspace, document: Document, code: int) -> None:
    """Print the line that a log keeps."""
    when = "" if workspace.system.interactive else f"{workspace.system.now():%Y-%m-%dT%H:%M:%SZ} "
    console.say(f"{when}drift: {document.summary}; exit code {code}")


def notify_and_record(
    workspace: Workspace, document: Document, code: int, chosen: tuple[str, ...], to: str | None
) -> UserError | None:
    """Send a notification if something changed since the last one, or else since the last run, and record a run over
    all profiles. Returns the error if that fails.

    The next run repeats a notification that could not be sent.
    """
    try:
        run = LastRun(workspace.system.now(), code, document.summary, document.digest)
        if to is not None:
            _notify(workspace, document, run, chosen, to)
        if not chosen and not document.shard:
            last_run.all_profiles(workspace.system.state).record(run)
    except UserError as error:
        return error
    return None


def _notify(workspace: Workspace, document: Document, run: LastRun, chosen: tuple[str, ...], to: str) -> None:
    """Notify this command or URL if the result differs from the last one it got.

    Each has its own record, so that a manual run in between hides nothing.
    """
    whole = not chosen and not document.shard
    recipient = hashlib.sha256("\0".join((to, document.shard or "", *sorted(chosen))).encode()).hexdigest()[:16]
    everything = last_run.all_profiles(workspace.system.state)
    notified = Runs(everything.folder / "told" / recipient)
    former = notified.last() or (everything.last() if whole else None)
    # Only one run reports a moved alias, so the digest ignores it.
    moved = any(row.check == "alias-moved" for row in document.rows)
    if moved or (run.code != 0 if former is None else former.digest != run.digest):
        payload = msgspec.to_builtins(document) | {"text": f"ccsetup drift: {document.summary}"}
        message = console.redact(console.json_text(document_without_secrets(payload)), "")
        if problem := notify.send_notification(to, message.encode(), workspace.system.environment):
            console.say(f"the notification was not sent: {problem}")
            run = msgspec.structs.replace(run, digest=former.digest if former else "")
    notified.record(run)
