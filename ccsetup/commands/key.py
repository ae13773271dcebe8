"""`ccsetup key`: the profile's secret, for Claude Code's apiKeyHelper; or a new one for it."""

from typing import Annotated

import typer

from ccsetup import keyboard, report
from ccsetup.clouds import HEADERS
from ccsetup.commands import Context, Profile
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
    references = {answer: one for answer, one in desk.references(profile).items() if answer != HEADERS}
    secrets = {} if set_ else desk.secrets(name, profile)
    if not references:
        raise Refusal(f"profile {name} has no secret", f"give it one with: ccsetup edit {name}", COULD_NOT_LOOK)
    if set_:
        stored = [answer for answer, reference in references.items() if reference == "keyring:"]
        if not stored:
            raise Refusal(
                f"the secret of profile {name} is kept elsewhere: {', '.join(references.values())}",
                "change it there",
            )
        secret = keyboard.secret(f"{stored[0]} of {name}", desk.world)
        with desk.store.lock():
            if desk.references(desk.store.load(name)).get(stored[0]) != "keyring:":
                raise Refusal(f"{name} was changed by something else meanwhile", "nothing was stored")
            desk.entries.set(name, stored[0], secret)
        report.say(f"stored the {stored[0]} of {name} in the keyring")
        return
    for answer, secret in secrets.items():
        if answer == HEADERS:
            continue
        report.answer_with_secrets(f"{secret.reveal()}\n")
        return
