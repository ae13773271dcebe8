"""The wizard of `ccsetup init`: asks for what the flags did not give, verifies, previews, saves.

Before the user confirms, only caches of what providers list and charge are written.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.profile import check_name
from ccsetup.providers import regions
from ccsetup.system import console
from ccsetup.system.errors import UserError
from ccsetup.system.system import System
from ccsetup.wizard import (
    bedrock,
    direct,
    equivalent_command,
    finish,
    models,
    platforms,
    secrets,
    surfaces,
    urls,
    vertex,
)
from ccsetup.wizard.draft import REPLACES, Draft, move_owned
from ccsetup.wizard.found import find_setup
from ccsetup.wizard.prompts import Person
from ccsetup.wizard.provider import GiveUp, Looks, Settled, ask_after_failure
from ccsetup.wizard.session import Session
from ccsetup.wizard.suits import Picked
from ccsetup.wizard.talk import Again, Talk
from ccsetup.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Start:
    """The command line's options. `fill` puts its settings into a draft, and refuses invalid ones."""

    name: str | None
    surface: str | None
    fill: Callable[[Draft], None]
    key_stdin: bool = False
    verify: bool = True
    dry_run: bool = False
    force: bool = False


def needs_questions(workspace: Workspace, start: Start) -> bool:
    """Whether questions are possible, and something is left to ask."""
    if not can_ask(workspace.system):
        return False
    if start.name is None or start.surface is None:
        return True
    draft = Draft(start.name, start.surface)
    start.fill(draft)
    surface = workspace.knowledge.surface(start.surface)
    needed = {*surface.wizard.needs, *(ask.name for ask in surface.ask if ask.required)}
    one_of = surface.exactly_one
    return not needed <= set(draft.set) or any(not set(some) & set(draft.set) for some in one_of)


def can_ask(system: System) -> bool:
    """Whether the terminal can show a list to choose from."""
    return system.interactive and system.environment.get("TERM", "") not in ("", "dumb")


def run_wizard(workspace: Workspace, start: Start, person: Person) -> int:
    """Run the wizard from the first question to the saved profile; return the exit code. Ctrl-C saves nothing and says
    so."""
    try:
        return _run(workspace, start, person)
    except (KeyboardInterrupt, EOFError):
        console.say("", "Nothing was saved.")
        raise


def _run(workspace: Workspace, start: Start, person: Person) -> int:
    if start.name is not None:
        check_name(start.name)
        if not start.force:
            workspace.store.refuse_taken(start.name, REPLACES)
    setup = find_setup(workspace.system, workspace.knowledge)
    talk = Talk(person)
    session = Session(workspace, setup, talk, start.verify)
    looks = Looks(session)
    for note in setup.notes:
        talk.tell(f"note: {console.redact(note, str(workspace.system.home))}")
    while True:
        talk.restart()
        try:
            draft, settled = _ask_all(session, start, looks)
            return finish.finish_wizard(session, draft, settled, dry_run=start.dry_run, force=start.force)
        except Again:
            continue
        except GiveUp as decision:
            console.say("Nothing was saved.")
            return decision.code
        except UserError as error:
            if not talk.answers:
                raise
            if (code := _refused(session, error)) is not None:
                return code


def _refused(session: Session, error: UserError) -> int | None:
    """Show why the answers were refused, and ask what to do; return the exit code if the user quits."""
    console.refuse(error, str(session.workspace.system.home))
    try:
        ask_after_failure(session, error, saving=True)
        session.talk.forget()
    except Again:
        pass
    except GiveUp as decision:
        console.say("Nothing was saved.")
        return decision.code
    return None


def _ask_all(session: Session, start: Start, looks: Looks) -> tuple[Draft, Settled]:
    """Ask all questions in order."""
    workspace, talk = session.workspace, session.talk
    picked = Picked(start.surface) if start.surface else surfaces.choose(session)
    surface_name = picked.surface
    surface = workspace.knowledge.surface(surface_name)
    trial = Draft("", surface_name)
    start.fill(trial)
    talk.note(*(f"note: {note}" for note in urls.understand_all(surface, trial)))
    _refuse_invalid(start, trial, surface)
    name = start.name or surfaces.name(talk, surface_name, workspace.store, force=start.force)
    draft = Draft(name, surface_name)
    start.fill(draft)
    urls.understand_all(surface, draft)
    secret_setting = draft.secret_question(surface)
    if start.key_stdin and secret_setting is not None:
        secrets.paste(talk, draft, secret_setting)
    _questions(session, draft, surface, picked)
    move_owned(workspace, draft)
    settled = Settled("unverified")
    if start.verify:
        settled, listing = looks.settle(draft)
        if listing is not None:
            models.choose(session, draft, surface, listing)
            if settled.pending or models.unlisted(draft, listing):
                settled, _ = looks.settle(draft, strict=True)
        elif surface.lists == "none" or surface.own is None or not surface.own.host:
            models.ask_names(session, draft)
    equivalent_command.sort_answers(
        draft, tuple(ask.name for ask in surface.ask), tuple(workspace.knowledge.shared.models)
    )
    return draft, settled


def _refuse_invalid(start: Start, draft: Draft, surface: Surface) -> None:
    """Raise UserError for invalid flags before the first question."""
    for ask in surface.ask:
        value = draft.set.get(ask.name)
        if value is None or ask.secret:
            continue
        if not ask.accepts(value):
            raise UserError(f"--set {ask.name}: {ask.refusal(value)}", f"see: ccsetup surfaces {surface.name}")
        if start.verify:
            regions.refuse(draft.surface, ask.name, value)


def _questions(session: Session, draft: Draft, surface: Surface, picked: Picked) -> None:
    match surface.wizard.questions:
        case "aws":
            bedrock.ask_aws(session, draft, surface, picked.geography)
        case "google":
            vertex.ask_google(session, draft, surface, picked.geography)
        case "key":
            direct.ask_key(session, draft, surface)
        case "login":
            direct.ask_subscription(session, draft, surface, picked.plan)
        case "foundry":
            platforms.ask_foundry(session, draft, surface)
        case "gateway":
            platforms.ask_gateway(session, draft, surface)
        case "":  # the required settings, as declared in its file
            for ask in surface.ask:
                if ask.name in draft.set or not (ask.required or ask.name in surface.wizard.needs):
                    continue
                if ask.secret:
                    secrets.ask_secret(session.talk, draft, ask, session.found.keys.get(surface.name))
                else:
                    draft.set[ask.name] = session.talk.type(ask.name, ask.text, "", _judge(ask))


def _judge(ask: Ask) -> Callable[[str], str]:
    return lambda typed: "" if ask.accepts(typed) else ask.refusal(typed)
