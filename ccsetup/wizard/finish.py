"""The last step of the wizard: preview, confirmation, saving, and what to do next."""

from ccsetup.doctor import messages
from ccsetup.profile.vault import has_keyring
from ccsetup.system import console
from ccsetup.system.errors import USAGE, UserError
from ccsetup.system.pasting import in_callers_shell
from ccsetup.wizard import equivalent_command
from ccsetup.wizard.draft import KEYRING, Draft, check_draft, name_private_files, save
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.provider import GiveUp, Settled, ask_after_failure, ask_for_change
from ccsetup.wizard.session import Session
from ccsetup.workspace import Workspace

_FLAGS = {"verified": (), "pending": ("--force",), "unverified": ("--no-verify",)}


def finish_wizard(session: Session, draft: Draft, settled: Settled, *, dry_run: bool, force: bool) -> int:
    """Show, confirm, save and report; return the exit code."""
    workspace = session.workspace
    check_draft(workspace, draft)
    asked = workspace.knowledge.surface(draft.surface).secret
    usual = asked.name if asked else None
    if draft.private_files and draft.secrets and not has_keyring():
        name_private_files(workspace, draft)
    text = draft.text().decode()
    extra = tuple(dict.fromkeys((*_FLAGS[settled.state], *(("--force",) if force else ()))))
    if dry_run:
        console.answer_document(text)
        console.say("nothing was saved: --dry-run")
        _print_command(equivalent_command.command(draft, usual, *extra, "--dry-run"))
        return 0
    _confirm(session, draft, text, settled)
    while True:
        try:
            save(workspace, draft, force=force, pending=settled.pending)
            break
        except UserError as error:
            console.refuse(error, str(workspace.system.home))
            ask_after_failure(session, error, saving=True)
            session.talk.forget()
    print_saved(workspace, draft.name, settled.state)
    _print_command(equivalent_command.command(draft, usual, *extra))
    return 0


def print_saved(workspace: Workspace, name: str, state: str) -> None:
    """Print the file's path and what to do next."""
    if state == "verified":
        workspace.verified.mark(name, workspace.store.text(name), workspace.system.now().date().isoformat())
    if state == "unverified":
        messages.print_doubts(workspace.store.load(name))
    console.say(f"saved {name}, {state}: {console.redact(str(workspace.store.path(name)), str(workspace.system.home))}")
    if state == "pending":
        console.say(f"next: fix what was found, then ccsetup doctor {name}")
    else:
        switch = f'eval "$(ccsetup env {name})"'
        console.say(f"next: {in_callers_shell(switch)}", f"  or: ccsetup run {name}")
        if state == "unverified" and _needs_login(workspace, name):
            console.say(f"  not signed in yet? ccsetup run {name} -- claude auth login")


def _needs_login(workspace: Workspace, name: str) -> bool:
    """Whether Claude Code uses its own login with the profile."""
    profile = workspace.store.load(name)
    surface = workspace.knowledge.surface(profile.surface)
    return surface.signs == "login" and not any(ask.secret and ask.name in profile.set for ask in surface.ask)


def _confirm(session: Session, draft: Draft, text: str, settled: Settled) -> None:
    talk, workspace = session.talk, session.workspace
    path = console.redact(str(workspace.store.path(draft.name)), str(workspace.system.home))
    in_file = any(draft.set.get(answer) != KEYRING for answer in draft.secrets)
    where = "a private file (mode 0600)" if in_file else "the keyring"
    secret = f" and store the secret in {where}" if draft.secrets else ""
    talk.tell("", f"Will write {path}{secret}:", "", *(f"  {line}" for line in text.rstrip("\n").split("\n")), "")
    rows = [
        Choice("save", f"Save {draft.name}", settled.state),
        Choice("change", "Change an answer"),
        Choice("leave", "Quit without saving"),
    ]
    picked = talk.choose("save", "Save it?", rows, "save")
    if picked == "change":
        ask_for_change(session)
    if picked == "leave":
        raise GiveUp(USAGE)


def _print_command(command: str) -> None:
    console.say("Same thing, non-interactively:")
    console.say(f"  {console.redact(command, '')}")
    if "--key-stdin" in command:
        console.say("  with the secret on standard input")
