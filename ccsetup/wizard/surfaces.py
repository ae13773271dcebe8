"""The first questions: the surface and the profile's name."""

from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.profile import is_name
from ccsetup.profile.store import Store
from ccsetup.wizard.found import MachineSetup
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.session import Session
from ccsetup.wizard.suits import Picked, help_to_choose
from ccsetup.wizard.talk import Talk

_HELP = "?"


def choose(session: Session) -> Picked:
    """Ask for a surface; return it with what the help learned."""
    setup, knowledge = session.found, session.workspace.knowledge
    usual = sorted(knowledge.surfaces.values(), key=lambda surface: surface.wizard.order)
    marks = {surface.name: _mark(surface, setup) for surface in usual}
    selected = [selection.surface for selection in setup.selections]
    order = sorted(marks, key=lambda name: (not marks[name], name not in selected))
    choices = [
        Choice(name, knowledge.surfaces[name].title, marks[name] or knowledge.surfaces[name].bills) for name in order
    ]
    picked = session.talk.choose(
        "surface", "How should Claude Code reach Claude?", [*choices, Choice(_HELP, "Help me choose")], order[0]
    )
    return help_to_choose(session, marks) if picked == _HELP else Picked(picked)


def name(talk: Talk, surface: str, store: Store, *, force: bool) -> str:
    """Ask for a name that is not in use."""
    taken = store.names()
    numbered = (f"{surface}-{number}" for number in range(2, len(taken) + 3))
    free = surface if surface not in taken else next(name for name in numbered if name not in taken)

    def check(typed: str) -> str:
        if not is_name(typed):
            return (
                "use at most 64 letters (a-z, A-Z), digits, dots, dashes and underscores; start with a letter or digit"
            )
        if not force and store.exists(typed):
            return f"profile {typed!r} already exists"
        return ""

    return talk.type("name", "Name of the profile", free, check)


def _mark(surface: Surface, setup: MachineSetup) -> str:
    """Describe what was detected for a surface on this machine; "" if nothing."""
    marks = []
    match surface.wizard.found:
        case "aws":
            if setup.aws:
                marks.append("1 AWS profile" if len(setup.aws) == 1 else f"{len(setup.aws)} AWS profiles")
            elif "AWS_ACCESS_KEY_ID" in setup.aws_environment:
                marks.append("AWS_ACCESS_KEY_ID")
        case "google":
            if setup.adc.usable:
                marks.append("Google credentials")
            elif setup.configurations:
                marks.append("gcloud")
        case "login":
            if setup.login is not None:
                marks.append(f"signed in, {setup.login.plan}" if setup.login.plan else "signed in")
        case "":
            pass
    if surface.name in setup.keys:
        marks.append(setup.keys[surface.name].removeprefix("env:"))
    if any(
        selection.surface == surface.name and selection.source != "the environment" for selection in setup.selections
    ):
        marks.append("in use now")
    return f"found: {', '.join(marks)}" if marks else ""
