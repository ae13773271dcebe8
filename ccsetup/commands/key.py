"""`ccsetup key`: the profile's secret, for Claude Code's apiKeyHelper; or a new one for it."""

from typing import Annotated

import typer

from ccsetup import files, keyboard, report
from ccsetup.clouds import HEADERS
from ccsetup.commands import Context, Profile
from ccsetup.desk import Desk
from ccsetup.profile import Profile as Answers
from ccsetup.refusal import COULD_NOT_LOOK, Refusal

EXAMPLE = """Print the profile's secret (for apiKeyHelper), or store a new one.

  "apiKeyHelper": "ccsetup key work"           in Claude Code's settings

  ccsetup key work --set < new-key.txt         into the keyring
"""


def key(
    context: Context,
    name: Profile,
    set_: Annotated[bool, typer.Option("--set", help="Read a new secret from standard input.")] = False,
) -> None:
    desk = context.obj
    profile = desk.store.load(name)
    if set_:
        _store(desk, name, profile)
        return
    references = {answer: one for answer, one in desk.references(profile).items() if answer != HEADERS}
    secrets = desk.secrets(name, profile)
    if not references:
        raise _none(name)
    report.answer_with_secrets(f"{secrets[next(iter(references))].reveal()}\n")


def _store(desk: Desk, name: str, profile: Answers) -> None:
    """A new secret where ccsetup itself keeps it: in the keyring, or in its own private file."""
    references = desk.references(profile)
    if not references:
        raise _none(name)
    ours = [answer for answer, reference in references.items() if _is_ours(desk, name, answer, reference)]
    if not ours:
        where = ", ".join(references.values())
        raise Refusal(f"the secret of profile {name} is kept elsewhere: {where}", "change it there")
    answer = min(ours, key=lambda one: one == HEADERS)
    secret = keyboard.secret(f"{answer} of {name}", desk.world)
    with desk.store.lock():
        reference = desk.references(desk.store.load(name)).get(answer, "")
        if not _is_ours(desk, name, answer, reference):
            raise Refusal(f"{name} was changed by something else meanwhile", "nothing was stored")
        if reference == "keyring:":
            desk.entries.set(name, answer, secret)
            where = "the keyring"
        else:
            path = desk.entries.file(name, answer)
            files.private_folder(path.parent)
            files.write(path, secret.reveal().encode())
            where = report.redact(str(path), str(desk.world.home))
    report.say(f"stored the {answer} of {name} in {where}")


def _is_ours(desk: Desk, name: str, answer: str, reference: str) -> bool:
    return reference in ("keyring:", f"file:{desk.entries.file(name, answer)}")


def _none(name: str) -> Refusal:
    return Refusal(f"profile {name} has no secret", f"give it one with: ccsetup edit {name}", COULD_NOT_LOOK)
