"""`ccsetup init --from-env` and `--from-settings`: what is set up already, as a profile."""

from collections.abc import Iterable

from ccsetup.profile.profile import check_name
from ccsetup.system import console, prompt
from ccsetup.system.errors import UserError
from ccsetup.wizard import adopt
from ccsetup.wizard.adopt import Adopted, Held
from ccsetup.wizard.draft import Draft
from ccsetup.workspace import Workspace


def lead(
    workspace: Workspace,
    name: str | None,
    surface: str | None,
    given: Iterable[str],
    *,
    settings: bool,
    yes: bool,
    dry_run: bool,
) -> Draft:
    """The draft of what is there, with what could not be adopted said; a secret moves only with agreement.

    `given` are the flags `KEY=VALUE` that go before it.
    """
    if name is None:
        raise UserError("init needs the new profile's name", "for example: ccsetup init mine --from-env")
    flags = frozenset(flag.partition("=")[0] for flag in given)
    source = adopt.strongest(workspace.surroundings(workspace.config_dir)) if settings else adopt.shell(workspace)
    found = adopt.adopt(workspace, check_name(name), source, flags)
    title = workspace.knowledge.surface(found.draft.surface).title
    if surface is not None and surface != found.draft.surface:
        raise UserError(f"{source.name} selects {found.draft.surface}, not {surface}", "leave --surface out")
    home = str(workspace.system.home)
    console.say(console.redact(f"adopting {title} from {source.name}", home))
    for left, reason in found.left:
        console.say(f"not adopted: {left}: {reason}")
    for held in found.secrets:
        if held.answer not in flags:
            _keep(workspace, found, held, yes=yes or dry_run)
    return found.draft


def _keep(workspace: Workspace, found: Adopted, held: Held, *, yes: bool) -> None:
    """A secret goes into the keyring, with agreement; with --yes on a machine without one, into a private file.

    The variable it stands in is no place for it: the next switch unsets that, and a settings file is plain text.
    """
    question = f"Move {held.variable} ({held.secret}) into this machine's keyring?"
    if not prompt.confirm(question, workspace.system, yes=yes):
        raise UserError(
            "a profile holds no secret in plain text, and nothing was saved",
            f"say where it is kept: --set {held.answer}=file:PATH (mode 0600), op://… or cmd:COMMAND",
        )
    found.draft.private_files = yes
    adopt.keep_in_keyring(found, held)


def hint(workspace: Workspace) -> None:
    """What was adopted still stands in its file, and would beat every other profile."""
    source = adopt.strongest(workspace.surroundings(workspace.config_dir))
    if source.layer is None:
        return
    home = str(workspace.system.home)
    console.say(console.redact(f"{source.name} still says the same, and beats every other profile", home))
    console.say(f"  take it out: ccsetup apply --clear --scope {source.layer.name}")
