"""`ccsetup init --from-env` and `--from-settings`: adopts an existing set-up as a profile."""

from collections.abc import Iterable

from ccsetup.profile.profile import check_name
from ccsetup.profile.vault import has_keyring
from ccsetup.system import console, prompt
from ccsetup.system.errors import UserError
from ccsetup.wizard import adopt, adoption
from ccsetup.wizard.adoption import Adopted, Held
from ccsetup.wizard.draft import Draft
from ccsetup.workspace import Workspace


def adopt_draft(
    workspace: Workspace,
    name: str | None,
    surface: str | None,
    given: Iterable[str],
    *,
    settings: bool,
    yes: bool,
    dry_run: bool,
) -> Draft:
    """Return the draft of the existing set-up and report what was not adopted; a secret moves only after confirmation.

    `given` are flags `KEY=VALUE` that override the set-up.
    """
    if name is None:
        raise UserError("init needs the new profile's name", "for example: ccsetup init mine --from-env")
    flags = frozenset(flag.partition("=")[0] for flag in given)
    source = (
        adoption.find_strongest_source(workspace.surroundings(workspace.config_dir))
        if settings
        else adoption.shell_source(workspace)
    )
    adopted = adopt.adopt(workspace, check_name(name), source, flags)
    title = workspace.knowledge.surface(adopted.draft.surface).title
    if surface is not None and surface != adopted.draft.surface:
        raise UserError(f"{source.name} selects {adopted.draft.surface}, not {surface}", "leave --surface out")
    home = str(workspace.system.home)
    console.say(console.redact(f"adopting {title} from {source.name}", home))
    for left, reason in adopted.left:
        console.say(f"not adopted: {left}: {reason}")
    for secret in adopted.secrets:
        if secret.answer not in flags:
            _move_to_keyring(workspace, adopted, secret, yes=yes or dry_run)
    return adopted.draft


def _move_to_keyring(workspace: Workspace, adopted: Adopted, secret: Held, *, yes: bool) -> None:
    """Move a secret into the keyring after confirmation, or into a private file on a machine without one.

    It cannot stay in its variable, which the next switch unsets, nor in a settings file, which is plain text.
    """
    where = "this machine's keyring" if has_keyring() else "a private file (mode 0600; this machine has no keyring)"
    question = f"Move {secret.variable} ({secret.secret}) into {where}?"
    if not prompt.confirm(question, workspace.system, yes=yes):
        raise UserError(
            "a profile holds no secret in plain text, and nothing was saved",
            f"say where it is kept: --set {secret.answer}=file:PATH (mode 0600), op://… or cmd:COMMAND",
        )
    adopted.draft.private_files = yes or not has_keyring()
    adopt.keep_in_keyring(adopted, secret)


def hint(workspace: Workspace) -> None:
    """Warn that the adopted settings are still in their file and override every other profile."""
    source = adoption.find_strongest_source(workspace.surroundings(workspace.config_dir))
    if source.layer is None:
        return
    home = str(workspace.system.home)
    console.say(console.redact(f"{source.name} still contains these lines, and overrides every other profile", home))
    console.say(f"  remove them: ccsetup apply --clear --scope {source.layer.name}")
