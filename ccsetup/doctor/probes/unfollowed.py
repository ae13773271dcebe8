"""Variables of a project's or local settings file that Claude Code follows and doctor does not: anyone can write such a
file, and no credential is sent where it leads. What doctor finds wrong without them says nothing about Claude Code."""

from collections.abc import Sequence

from ccsetup.claude_code import effective
from ccsetup.claude_code.effective import Decided
from ccsetup.doctor.probes.case import Broken, Case, Probe, Result
from ccsetup.knowledge import decisive_settings, secret_shapes
from ccsetup.knowledge.pages import Finding, load_page
from ccsetup.providers.access import is_network


def find_unfollowed(case: Case) -> tuple[Decided, ...]:
    """Return the variables that are left out of doctor's requests; for a saved profile those of the network alone,
    since the others are overrides of the profile, which have their own finding."""
    surroundings, sent = case.surroundings, case.access.environment
    if not case.here:
        return ()
    active = surroundings.active if case.is_ambient else case.change
    network = decisive_settings.load().network
    decided = effective.variables(surroundings.layers, surroundings.environment, active).values()
    return tuple(
        variable
        for variable in decided
        if variable.from_folder
        and (case.is_ambient or network.has(variable.name))
        and variable.value != sent.get(variable.name, "")
        and (variable.name not in sent or not secret_shapes.kind(variable.name, variable.value))
    )


def settle(case: Case, probe: Probe, results: Sequence[Result]) -> tuple[Result, ...]:
    """Return the results, with "could not run" for an error about the provider that such a variable may prevent."""
    if probe.local or not any(isinstance(result, Finding) and result.weight == "error" for result in results):
        return tuple(results)
    names = [variable.name for variable in find_unfollowed(case) if _decides(variable.name, case)]
    return tuple(_unless_error(case, probe, result, names) for result in results) if names else tuple(results)


def _decides(name: str, case: Case) -> bool:
    known = decisive_settings.load()
    leads = known.network.has(name) or effective.leads_away(name)
    return leads or known.decides(name, case.surface.name, case.access.environment)


def _unless_error(case: Case, probe: Probe, result: Result, names: Sequence[str]) -> Result:
    if not isinstance(result, Finding) or result.weight != "error":
        return result
    if not case.is_ambient and not is_network(result.check):
        return result
    title, _ = load_page(result.check).filled(result.facts)
    needed = f"a project's file sets {', '.join(names)}, which ccsetup does not follow"
    return Broken(probe.name, f"{needed}; without that: {title}")
