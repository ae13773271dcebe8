"""The questions for Foundry, gateways and a workspace."""

from collections.abc import Sequence

from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.surfaces import Surface
from ccsetup.wizard import secrets
from ccsetup.wizard.draft import Draft
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.session import Session
from ccsetup.wizard.urls import understand

_NONE = "\0none"  # a NUL is not possible in the name of a setting


def ask_foundry(session: Session, draft: Draft, surface: Surface) -> None:
    """Ask for resource or base_url, and for a secret unless Azure's own sign-in is used."""
    if "resource" not in draft.set and "base_url" not in draft.set:
        choices = [
            Choice("resource", "a Foundry resource, by its name or URL", "NAME.services.ai.azure.com"),
            Choice("base_url", "a base URL", "of a gateway, or of another Azure cloud"),
        ]
        default = "base_url" if session.found.answer(draft.surface, "base_url") else "resource"
        picked = session.talk.choose("where", "Where is it?", choices, default)
        if question := surface.question(picked):
            draft.set[picked] = ask_line(session, draft, question)
    _credential(session, draft, surface, ("key", "auth_token"), "your Azure sign-in (az login)")


def ask_gateway(session: Session, draft: Draft, surface: Surface) -> None:
    """Ask for base_url, and for a token or a key."""
    question = surface.question("base_url")
    if question and "base_url" not in draft.set:
        draft.set["base_url"] = ask_line(session, draft, question)
    _credential(session, draft, surface, ("auth_token", "key"), "none: the gateway needs no credential")


def ask_line(session: Session, draft: Draft, question: Ask) -> str:
    """Ask for one line; the default is Claude Code's current setting."""

    surface = session.workspace.knowledge.surface(draft.surface)

    def check(text: str) -> str:
        value, _ = understand(surface, question, text)
        return "" if question.accepts(value) else question.refusal(text)

    current = session.found.answer(draft.surface, question.name) or ""
    value, note = understand(surface, question, session.talk.type(question.name, question.text, current, check))
    if note:
        session.talk.tell(f"  {note}")
    return value


def _credential(session: Session, draft: Draft, surface: Surface, names: Sequence[str], none: str) -> None:
    if any(name in draft.set for name in names):
        return
    questions = [question for name in names if (question := surface.question(name))]
    choices = [Choice(question.name, question.text) for question in questions]
    picked = session.talk.choose("credential", "Credential", [*choices, Choice(_NONE, none)], choices[0].value)
    for question in questions:
        if question.name == picked:
            reference = session.found.keys.get(draft.surface)
            fits = reference if reference and reference.endswith(question.name.upper()) else None
            secrets.ask_secret(session.talk, draft, question, fits)
