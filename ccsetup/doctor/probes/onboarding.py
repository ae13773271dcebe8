"""Probe of Claude Code's first start: it calls api.anthropic.com, whichever host the profile names, unless a token or a
key helper signs. Seen on 2.1.332 (tests/claude_code/test_first_start.py)."""

from collections.abc import Iterator
from pathlib import Path

from ccsetup.doctor.probes import key_helper
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge import settings_files, urls
from ccsetup.providers import http, network
from ccsetup.providers.places import ANTHROPIC
from ccsetup.system import lenient

DONE = "hasCompletedOnboarding"  # Claude Code 2.1.330, seen on loopback


def check_onboarding(case: Case) -> Iterator[Result]:
    """Check that api.anthropic.com can be reached, if an interactive first start with a gateway will call it."""
    base = case.access.environment.get(case.surface.base_variable, "")
    # A base URL of the API on this machine is a stand-in for it, which a test has.
    if not case.access.is_gateway or (urls.is_loopback(urls.host(base)) and not case.surface.is_gateway):
        yield Skipped("onboarding", "the profile names no host beyond this machine", telling=False)
        return
    has_token = "auth_token" in case.access.secrets or case.access.environment.get("ANTHROPIC_AUTH_TOKEN")
    if has_token or key_helper.command(case):
        yield Skipped("onboarding", "a first start with a token or a key helper calls only the gateway", telling=False)
        return
    path = state_file(case)
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


def state_file(case: Case) -> Path:
    """The file in which Claude Code keeps its own state."""
    shell, own = case.system.environment, case.change.values.get(settings_files.MOVED)
    moved = shell.get(settings_files.MOVED) if case.is_ambient else own
    return Path(settings_files.state_file(str(moved or ""), shell, str(case.system.cwd)))
