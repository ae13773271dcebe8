"""Probes of this shell and folder: what would keep Claude Code from following the profile."""

from collections.abc import Iterator

from ccsetup.claude_code import conflicts, main_model, misplaced, status
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result
from ccsetup.doctor.probes.stopping import find_stopping
from ccsetup.doctor.probes.unfollowed import find_unfollowed
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.catalogue import TIERS

_MOVED = "CLAUDE_CONFIG_DIR"


def check_settings(case: Case) -> Iterator[Result]:
    for variable in find_unfollowed(case):
        reason = f"{variable.path} sets {variable.name}, which ccsetup does not follow from a project's file"
        yield Broken("settings", reason)
    if case.access.environment.get(_MOVED) == "":  # seen on 2.1.332
        reason = f"{_MOVED} is set and empty: Claude Code takes its settings and login from the current folder"
        yield Broken("settings", f"{reason}, which ccsetup does not trust; unset it")
    findings = (*_findings(case), *find_stopping(case), *_replaced_aliases(case))
    yield from findings
    if not findings:
        yield Passed("settings", f"{len(case.surroundings.layers)} settings files, and this shell")


def _findings(case: Case) -> tuple[Finding, ...]:
    if case.is_ambient:
        return status.shell_findings(case.surroundings, case.system, case.knowledge)
    moved = case.change.values.get(_MOVED)
    folder, layers = str(moved) if moved else None, case.surroundings.layers
    return (
        *conflicts.of_profile(case.surroundings, case.change, case.surface, case.knowledge),
        *misplaced.find_misplaced(layers, folder, case.system, case.knowledge, case.change.values),
    )


def _replaced_aliases(case: Case) -> Iterator[Broken]:
    """Yield models that a settings file puts in place of what an unpinned tier asks for: they are not looked up."""
    if case.is_ambient or all(tier in case.pins for tier in TIERS):
        return
    for model, other in main_model.overrides_of(case.surroundings.layers).items():
        if other and other != model and model not in case.distinct_pins:
            yield Broken("settings", f"modelOverrides replaces {model} with {other}, which was not looked up")


def endpoints(case: Case) -> Iterator[Result]:
    """Report variables that divert ccsetup's requests but not Claude Code's own."""
    moved = {
        name: value
        for name, value in {**case.system.environment, **case.access.environment}.items()
        if name == "AWS_ENDPOINT_URL" or name.startswith("AWS_ENDPOINT_URL_BEDROCK")
        if value
    }
    for variable, url in moved.items():
        yield case.finding("look-ups-diverted", variable=variable, url=url)
    if not moved:
        yield Passed("endpoints")
