"""The question for a secret's source: the environment, a paste into the keyring, or a reference."""

from ccsetup.knowledge.ask import Ask
from ccsetup.profile.profile import REFERENCES
from ccsetup.profile.vault import has_keyring
from ccsetup.wizard.draft import KEYRING, Draft
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.talk import Talk

_IN_FILE = "stored in a private file (mode 0600): no keyring here"
_LIMIT = 16_384  # characters; the client does not accept longer keys


def ask_secret(talk: Talk, draft: Draft, question: Ask, reference: str | None, none: str = "") -> None:
    """Ask for the secret setting `question`. `reference` was detected; `none` is the label for no secret."""
    choices = []
    place = "stored in this machine's keyring" if has_keyring() else _IN_FILE
    if none:
        choices.append(Choice("none", none))
    if reference:
        choices.append(Choice(reference, f"use the value of {reference.removeprefix('env:')}", place))
    choices.append(Choice("paste", "paste it", f"hidden; {place}"))
    choices.append(Choice("refer", "use a reference", "file:PATH, op://…, cmd:COMMAND, env:NAME"))
    picked = talk.choose(question.name, question.text, choices, choices[0].value)
    match picked:
        case "none":
            return
        case "paste":
            paste(talk, draft, question)
        case "refer":
            draft.set[question.name] = talk.type(f"{question.name}.reference", "Reference", "", _no_reference)
        case _:
            draft.set[question.name] = picked


def paste(talk: Talk, draft: Draft, question: Ask) -> None:
    """Ask for a new secret for the keyring, or for a private file on a machine without one."""
    if not has_keyring():
        draft.private_files = True
        talk.tell("  This machine has no keyring, so the key goes into a file that only you can read (mode 0600).")
    draft.secrets[question.name] = talk.hide(f"{question.name}.secret", question.text, _no_key)
    draft.set[question.name] = KEYRING


def _no_key(text: str) -> str:
    """Return the problem with a typed key, "" if none. Never quotes it."""
    if not text:
        return "required"
    if len(text) > _LIMIT or not text.isascii() or not text.isprintable() or " " in text:
        return "that doesn't look like a key: it must be one line without spaces"
    return ""


def _no_reference(text: str) -> str:
    if not text.startswith(REFERENCES):  # not quoted, since it may be the secret itself
        return f'start with {", ".join(REFERENCES)} (pasting a key? choose "paste it")'
    rest = text.partition(":")[2].removeprefix("//")
    if not rest and text != KEYRING:
        return "incomplete: something must follow the prefix"
    if text.startswith("file:") and not rest.startswith(("/", "~/")):
        return "a file path must start with / or ~/"
    return ""
