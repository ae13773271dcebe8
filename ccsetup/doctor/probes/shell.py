"""This shell and folder: what in them would keep Claude Code from doing as the profile says."""

from collections.abc import Iterator

from ccsetup.claude_code import conflicts
from ccsetup.doctor.probes.case import Case, Passed, Result


def check_settings(case: Case) -> Iterator[Result]:
    found = tuple(conflicts.of_profile(case.surroundings, case.change, case.surface, case.knowledge))
    yield from found
    if not found:
        yield Passed("settings", f"{len(case.surroundings.layers)} settings files, and this shell")


def endpoints(case: Case) -> Iterator[Result]:
    """Variables that move what ccsetup asks, and nothing that Claude Code itself invokes."""
    moved = {
        name: value
        for name, value in case.system.environment.items()
        if name == "AWS_ENDPOINT_URL" or name.startswith("AWS_ENDPOINT_URL_BEDROCK")
        if value
    }
    for variable, url in moved.items():
        yield case.finding("look-ups-diverted", variable=variable, url=url)
    if not moved:
        yield Passed("endpoints")
