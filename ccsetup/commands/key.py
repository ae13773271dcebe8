"""`ccsetup key`: prints the profile's secret, for Claude Code's apiKeyHelper, or stores a new one."""

from collections.abc import Mapping
from typing import Annotated

import typer

from ccsetup.commands.arguments import Context, Profile
from ccsetup.profile.profile import Profile as Answers
from ccsetup.providers.access import HEADERS
from ccsetup.system import console, files, prompt
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.workspace import Workspace

EXAMPLE = """Print a profile's secret (for apiKeyHelper), or store a new one.

  "apiKeyHelper": "ccsetup key work"      # in Claude Code's settings
  ccsetup key work --set < new-key.txt    # store it in the keyring
  ccsetup key gateway headers --set < headers.txt
"""


def key(
    context: Context,
    name: Profile,
    answer: Annotated[
        str | None, typer.Argument(metavar="SETTING", help="Which secret, such as headers. [default: the credential]")
    ] = None,
    set_: Annotated[
        bool, typer.Option("--set", help="Store a new secret: prompts for it, or reads standard input.")
    ] = False,
) -> None:
    workspace = context.obj
    profile = workspace.store.load(name)
    if not set_:
        workspace.refuse_unusable(name, profile)
    asked = workspace.knowledge.surface(profile.surface).secret
    references = _select_references(name, workspace.references(profile), answer, asked.name if asked else "")
    if set_:
        _store(workspace, name, profile, references)
        return
    secrets = workspace.secrets(name, profile)
    console.answer_with_secrets(f"{secrets[next(iter(references))].reveal()}\n")


def _select_references(name: str, references: Mapping[str, str], answer: str | None, usual: str) -> Mapping[str, str]:
    """Return the references that the command is about: `answer`, or all but headers, which are not a credential.
    `usual` is the setting that a profile of this surface may keep its secret in."""
    selected = {setting: reference for setting, reference in references.items() if setting == (answer or setting)}
    if answer is None:
        selected.pop(HEADERS, None)
    if selected:
        return selected
    if answer is not None:  # not repeated: it could be a key in the wrong place
        raise UserError(f"profile {name} has no secret of that name", f"it has: {', '.join(references) or 'none'}")
    if references:
        raise UserError(
            f"profile {name} has no credential of its own",
            f"for its other secrets, name one: ccsetup key {name} {next(iter(references))}",
            UNAVAILABLE,
        )
    hint = f'to give it one, add {usual} = "keyring:" under [set]: ccsetup edit {name}' if usual else ""
    raise UserError(f"profile {name} has no secret", hint, UNAVAILABLE)


def _store(workspace: Workspace, name: str, profile: Answers, references: Mapping[str, str]) -> None:
    """Store a new secret for the first setting that ccsetup keeps itself, in the keyring or in a private file."""
    stored = next((answer for answer in references if _is_kept_here(workspace, name, profile, answer)), None)
    if stored is None:
        raise UserError(
            f"the secret of profile {name} is kept elsewhere: {', '.join(references.values())}", "change it there"
        )
    secret = prompt.read_secret(f"{stored} of {name}", workspace.system, lines=stored == HEADERS)
    with workspace.store.lock():
        current = workspace.store.load(name)
        if not _is_kept_here(workspace, name, current, stored):
            raise UserError(f"{name} was changed by another program in the meantime", "nothing was stored")
        path = workspace.entries.own_file(workspace.references(current)[stored])
        if path:
            files.private_folder(path.parent)
            files.write(path, secret.reveal().encode())
        else:
            workspace.entries.set(name, stored, secret)
    where = console.redact(str(path), str(workspace.system.home)) if path else "the keyring"
    console.say(f"stored the {stored} of {name} in {where}")


def _is_kept_here(workspace: Workspace, name: str, profile: Answers, answer: str) -> bool:
    """Whether ccsetup keeps this secret itself. A private file that an imported profile names belongs to another
    profile."""
    reference = workspace.references(profile).get(answer, "")
    is_file = workspace.entries.own_file(reference) is not None and not workspace.trust.is_imported(name)
    return answer in workspace.own_entries(profile) or is_file
