"""Variables with which Claude Code ends without an answer, whatever the provider says."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Broken, Case
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.stopping import stopping_variables
from ccsetup.system import process
from ccsetup.system.display import clip


def find_stopping(case: Case) -> Iterator[Finding | Broken]:
    """Yield what is known of each such variable of the shell, the profile or a settings file."""
    is_cloud = bool(precedence.load().selected(case.values)[0].flags)
    for variable in stopping_variables():
        value = case.values.get(variable.name, "")
        effect = variable.effect(value)
        if effect == "none" or (variable.first_party and is_cloud):
            continue
        if variable.without and process.find(variable.without, case.access.environment):
            continue
        shown = clip(value)
        if effect == "stops":
            where = next((str(one.path) for one in case.surroundings.layers if variable.name in one.env), "this shell")
            facts = {"variable": variable.name, "value": shown, "what": variable.what, "where": where}
            yield case.finding("variable-stops-claude", **facts)
        else:
            yield Broken("settings", f"with {variable.name} = {shown} Claude Code may get no answer: {variable.what}")
