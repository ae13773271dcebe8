"""What `ccsetup env` would do, for a person at a terminal: without secrets, and without fetching any."""

from collections.abc import Iterator

from ccsetup.claude_code import effective
from ccsetup.knowledge import secret_shapes
from ccsetup.profile import cleared, environment
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system import console
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace

_USE = {"fish": "ccsetup env {} | source", "powershell": "ccsetup env {} | Out-String | Invoke-Expression"}


def switching(name: str, spoken: str) -> str:
    """Return the command that switches a shell of this dialect to the profile, without the hook."""
    return _USE.get(spoken, 'eval "$(ccsetup env {})"').format(name)


def lines(workspace: Workspace, name: str | None, spoken: str) -> Iterator[str]:
    """Yield the lines: what is set, unset and saved, and how to do it. Without a name: what --off would do."""
    if name is None:
        active = workspace.system.environment.get(environment.ACTIVE)
        yield f"{active} is active; this restores your variables:" if active else "No profile is active."
        if active:
            yield from _restored(workspace)
    else:
        profile = workspace.store.load(name)
        workspace.refuse_unusable(name, profile)
        home = str(workspace.system.home)
        change = effective.change_without_secrets(name, profile, workspace.knowledge, home)
        yield f"{environment.describe(name, profile, workspace.knowledge)} would change this shell:"
        yield from _changes(workspace, change.with_strays(workspace.system.environment), workspace.references(profile))
    yield ""
    yield f"Do it:              {switching(name or '--off', spoken)}"
    yield f"With the hook:      ccuse {name or '--off'}      (see ccsetup hook --help)"
    yield f"Print the code:     ccsetup env {name or '--off'} --shell {spoken}"


def _changes(workspace: Workspace, change: EnvironmentChange, references: dict[str, str]) -> Iterator[str]:
    present = {**workspace.system.environment, **environment.values_to_restore(workspace.system.environment)}
    values = {name: value for name, value in change.values.items() if value is not None}
    shown = {name: _shown(name, value, ", ".join(references.values())) for name, value in values.items()}
    yield "  sets"
    yield from (f"    {line}" for line in console.pairs(shown))
    unset = [name for name, value in change.values.items() if value is None and present.get(name) is not None]
    if unset:
        yield f"  unsets    {', '.join(sorted(unset))}"
    owned = environment.owned_names(workspace.knowledge, workspace.system.environment)
    if lost := cleared.cleared_names(owned, workspace.system.environment):
        yield f"            (--off does not restore {', '.join(lost)})"
    saved = [name for name in change.borrowed if present.get(name) is not None]
    if saved:
        yield f"  saves     {', '.join(sorted(saved))} (restored by --off)"


def _restored(workspace: Workspace) -> Iterator[str]:
    restored = environment.values_to_restore(workspace.system.environment)
    names = [name for name in restored if not name.startswith((environment.SAVED, environment.BORROWED))]
    if names:
        yield f"  restores  {', '.join(sorted(names))}"
    owned = environment.owned_names(workspace.knowledge, workspace.system.environment)
    if present := [name for name in owned if name in workspace.system.environment]:
        yield f"  unsets    {', '.join(sorted(present))}"
    if message := cleared.at_off(workspace.system.environment):
        yield f"  {message.removeprefix('ccsetup: ')}"


def _shown(name: str, value: object, references: str) -> str:
    if isinstance(value, Secret):
        return f"(the secret from {references})"
    return console.redact(secret_shapes.printable(name, str(value)), "")
