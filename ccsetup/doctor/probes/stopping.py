"""Probe of variables with which Claude Code ends without an answer, whatever the provider says."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Broken, Case, Passed, Result
from ccsetup.knowledge import precedence
from ccsetup.knowledge.stopping import stopping_variables
from ccsetup.system import process
from ccsetup.system.display import clip


def check_stopping(case: Case) -> Iterator[Result]:
    """Check that no variable of the shell, the profile or a settings file stops Claude Code."""
    is_cloud = bool(precedence.load().selected(case.values)[0].flags)
    found = False
    for variable in stopping_variables():
        value = case.values.get(variable.name, "")
        effect = variable.effect(value)
        has_program = variable.without and process.find(variable.without, case.access.environment)
        if effect == "none" or has_program or (variable.first_party and is_cloud):
            continue
        found = True
        if effect == "stops":
            where = next((str(one.path) for one in case.surroundings.layers if variable.name in one.env), "this shell")
            yield case.finding(
                "variable-stops-claude", variable=variable.name, value=clip(value), what=variable.what, where=where
            )
        else:
            yield Broken(
                "stopping", f"with {variable.name} = {clip(value)} Claude Code may get no answer: {variable.what}"
            )
    if not found:
        yield Passed("stopping", "no variable stops Claude Code")
