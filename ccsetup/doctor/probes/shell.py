"""Probes of this shell and folder: what would keep Claude Code from following the profile."""

from collections.abc import Iterator

from ccsetup.claude_code import conflicts, misplaced
from ccsetup.doctor.probes.case import Case, Passed, Result


def check_settings(case: Case) -> Iterator[Result]:
    moved = case.change.values.get("CLAUDE_CONFIG_DIR")
    findings = (
        *conflicts.of_profile(case.surroundings, case.change, case.surface, case.knowledge),
        *misplaced.find_misplaced(case.surroundings.layers, str(moved) if moved else None, case.system, case.knowledge),
    )
    yield from findings
    if not findings:
        yield Passed("settings", f"{len(case.surroundings.layers)} settings files, and this shell")


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
