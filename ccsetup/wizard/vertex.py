"""The questions for Google Cloud's surfaces: project, workspace, location, credentials."""

from pathlib import Path

from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.surfaces import Surface
from ccsetup.providers import regions
from ccsetup.wizard import platforms
from ccsetup.wizard.draft import Draft
from ccsetup.wizard.found import MachineSetup
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.session import Session

_OTHER, _GCLOUD = "\0other", "\0gcloud"  # a NUL is not possible in a project, location or path
_KINDS = {
    "user": "your gcloud login",
    "service-account": "a service account's",
    "external": "workload identity",
    "impersonated": "impersonating a service account",
}
_WHERE = {"global": "any region; gets new models first", "us": "in the United States", "eu": "in the European Union"}


def ask_google(session: Session, draft: Draft, surface: Surface, geography: str = "") -> None:
    """Ask for project, workspace and location if needed, and for credentials_file if it is not gcloud's own."""
    project, location = surface.question("project"), surface.question("location")
    if project and "project" not in draft.set:
        draft.set["project"] = _project(session, project)
    workspace = surface.question("workspace")
    if workspace and "workspace" not in draft.set:
        draft.set["workspace"] = platforms.ask_line(session, draft, workspace)
    if location and location.required and "location" not in draft.set:
        draft.set["location"] = _location(session, draft, location, geography)
    if "credentials_file" not in draft.set:
        _credentials(session, draft)


def _project(session: Session, question: Ask) -> str:
    def check(typed: str) -> str:
        return "" if question.accepts(typed) else question.refusal(typed)

    projects = [project for project in session.found.projects if question.accepts(project)]
    if projects:
        choices = [Choice(project, project, _origin(session.found, project)) for project in projects]
        picked = session.talk.choose("project", question.text, [*choices, Choice(_OTHER, "another one …")], projects[0])
        if picked != _OTHER:
            return picked
    return session.talk.type("project.id", question.text, "", check)


def _origin(setup: MachineSetup, project: str) -> str:
    """Describe where the project was found."""
    gcloud = [configuration for configuration in setup.configurations if configuration.project == project]
    if gcloud:
        return f"gcloud configuration {gcloud[0].name}{', active' if gcloud[0].active else ''}"
    return "Google credentials" if project in (setup.adc.project, setup.adc.quota_project) else "the environment"


def _location(session: Session, draft: Draft, question: Ask, geography: str) -> str:
    current = session.found.answer(draft.surface, "location")
    first = [current] if current and current not in regions.FIRST else []
    choices = [Choice(place, place, _WHERE[place]) for place in regions.FIRST]
    choices += [Choice(place, place, "in use now") for place in first]
    choices.append(Choice(_OTHER, "a single region …", "older models only"))
    wanted = geography if geography in regions.FIRST else current or regions.FIRST[0]
    picked = session.talk.choose("location", "Location", choices, wanted)
    if picked != _OTHER:
        return picked

    def check(typed: str) -> str:
        if session.verify:
            return str(regions.unknown("location", typed) or "")
        return "" if question.accepts(typed) else question.refusal(typed)

    return session.talk.type("location.id", "Region", "us-east5", check, regions.LOCATIONS)


def _credentials(session: Session, draft: Draft) -> None:
    """Ask for the credentials file; gcloud's own needs no setting, since every Google library uses it."""
    adc = session.found.adc
    kind = ", ".join(filter(None, (_KINDS.get(adc.state), adc.account)))
    choices = []
    if adc.named and adc.usable and adc.path is not None:
        choices.append(Choice(_short(session, adc.path), _short(session, adc.path), kind))
        choices.append(Choice(_GCLOUD, "whatever the environment provides"))
    else:
        states = {
            "none": "not signed in yet",
            "metadata": "this machine's service account",
            "unreadable": "cannot be read",
        }
        missing = f"{adc.path} not found" if adc.state == "missing" else ""
        choices.append(Choice(_GCLOUD, "Application Default Credentials", kind or missing or states.get(adc.state, "")))
    choices.append(Choice(_OTHER, "a credentials file …", "a service account's key, for example"))
    picked = session.talk.choose("credentials_file", "Google credentials", choices, choices[0].value)
    if picked == _OTHER:
        draft.set["credentials_file"] = session.talk.type(
            "credentials_file.path",
            "Path of the file",
            "",
            lambda typed: _no_file(typed, session.workspace.system.home),
        )
    elif picked != _GCLOUD:
        draft.set["credentials_file"] = picked
    elif not adc.usable:
        session.talk.tell(
            "  No Google credentials found. In another terminal, run:",
            "    gcloud auth application-default login",
        )


def _short(session: Session, path: Path) -> str:
    """Return the path with ~/ for the home folder, as it is stored in the profile."""
    home = session.workspace.system.home
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _no_file(typed: str, home: Path) -> str:
    path = home / typed[2:] if typed.startswith("~/") else Path(typed)
    if not path.is_absolute():
        return "must start with / or ~/"
    try:
        return "" if path.is_file() else f"file not found: {typed}"
    except OSError as error:
        return f"{typed}: {error.strerror}"
