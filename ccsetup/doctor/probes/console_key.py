"""Probe of the Claude Console's key, which Claude Code sends to a gateway beside the gateway's token."""

import dataclasses
from collections.abc import Iterator

from ccsetup.claude_code import signing
from ccsetup.doctor.probes import key_helper
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.doctor.probes.onboarding import state_file
from ccsetup.knowledge import urls
from ccsetup.providers.places import ANTHROPIC

_TOKEN = "auth_token"  # noqa: S105 - the name of an answer


def check_console_key(case: Case) -> Iterator[Result]:
    """Check that no key of the Claude Console goes to the gateway. ccsetup does not send it there: whether the gateway
    refuses it is unknown. A profile's token can be used without it, by `ccsetup run`."""
    if not case.access.is_gateway or {*case.access.credentials} != {_TOKEN} or key_helper.command(case):
        yield Skipped("console-key", "no token of a gateway signs alone", telling=False)
        return
    system = dataclasses.replace(case.system, environment=case.access.environment, home=case.access.home)
    key = signing.console_key_beside(signing.BEARER, case.values, system)
    if key is None:
        yield Passed("console-key", "no key of the Claude Console goes to the gateway")
        return
    host = urls.host(case.access.environment.get(case.surface.base_variable, ""))
    if host != urls.host(ANTHROPIC):
        yield case.finding("console-key-beside-token", key=str(key), host=host, path=str(state_file(case)))
    active = case.surroundings.active
    if case.is_ambient or (active is not None and active.profile == case.name):
        yield Broken("console-key", f"unknown whether {host} accepts the key beside the token")
