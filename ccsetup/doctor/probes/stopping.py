"""Variables with which Claude Code ends without an answer, whatever the provider says."""

from collections.abc import Iterator

from ccsetup.claude_code import effective
from ccsetup.claude_code.settings import FOLDER
from ccsetup.doctor.probes.case import Broken, Case
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.stopping import StoppingVariable, stopping_variables
from ccsetup.profile.environment import apply_change
from ccsetup.system import process
from ccsetup.system.display import clip


def find_stopping(case: Case) -> Iterator[Finding | Broken]:
    """Yield what is known of each such variable of the shell, the profile or a settings file."""
    is_cloud = bool(precedence.load().selected(case.values)[0].flags)
    for variable in stopping_variables():
        value, where = _value(case, variable)
        effect = variable.effect(value)
        if effect == "none" or (variable.first_party and is_cloud):
            continue
        if variable.without and process.find(variable.without, case.access.environment):
            continue
        shown = clip(value)
        if effect == "stops":
            facts = {"variable": variable.name, "value": shown, "what": variable.what, "where": where}
            yield case.finding("variable-stops-claude", **facts)
        else:
            yield Broken("settings", f"with {variable.name} = {shown} Claude Code may get no answer: {variable.what}")


def _value(case: Case, variable: StoppingVariable) -> tuple[str, str]:
    """Return the value that Claude Code reads, and where it is set."""
    shell = case.surroundings.environment
    started = shell if case.is_ambient else apply_change(case.change, shell)
    read = tuple(one for one in case.surroundings.layers if not (variable.early and one.name in FOLDER))
    decided = effective.variables(read, started, case.change).get(variable.name)
    return (decided.value, str(decided.path or "this shell")) if decided else ("", "")
