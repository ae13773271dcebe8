"""Probe of Claude Code's first start: it calls api.anthropic.com, whichever host the profile names."""

from collections.abc import Iterator
from pathlib import Path

from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge import urls
from ccsetup.knowledge.settings_files import STATE
from ccsetup.providers import http, network
from ccsetup.providers.access import ANTHROPIC
from ccsetup.system import lenient

DONE = "hasCompletedOnboarding"  # Claude Code 2.1.330, seen on loopback


def check_onboarding(case: Case) -> Iterator[Result]:
    """Check that api.anthropic.com can be reached, if an interactive first start with a gateway will call it."""
    base = case.access.environment.get(case.surface.base_variable, "")
    if not case.access.is_gateway or urls.is_loopback(urls.host(base)):
        yield Skipped("onboarding", "the profile names no host beyond this machine", telling=False)
        return
    folder = case.access.environment.get("CLAUDE_CONFIG_DIR")
    path = (Path(folder) if folder else case.system.home) / STATE
    if lenient.read_json(path, []).get(DONE) is True:
        yield Passed("onboarding", "Claude Code was started here before")
        return
    environment = case.access.environment
    try:
        case.once(("onboarding", network.route_key(environment)), lambda: http.request("GET", ANTHROPIC, environment))
    except http.Unanswered as error:
        if error.code != "NotTheApi":
            yield case.finding("onboarding-needs-anthropic", path=str(path), host=urls.host(base), words=str(error))
            return
    yield Passed("onboarding", urls.host(ANTHROPIC))
