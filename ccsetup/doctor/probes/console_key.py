"""Probe of the Claude Console's key, which Claude Code sends to a gateway, beside the gateway's token or alone."""

import dataclasses
from collections.abc import Iterator

from ccsetup.claude_code import signing
from ccsetup.doctor.probes import key_helper
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.doctor.probes.onboarding import state_file
from ccsetup.knowledge import precedence, urls
from ccsetup.providers.places import ANTHROPIC

_TOKEN = "auth_token"  # noqa: S105 - the name of an answer


def check_console_key(case: Case) -> Iterator[Result]:
    """Check that no key of the Claude Console goes to the gateway. ccsetup does not send it there beside a token:
    whether the gateway refuses it is unknown. A profile's token can be used without it, by `ccsetup run`."""
    system = dataclasses.replace(case.system, environment=case.access.environment, home=case.access.home)
    values, stored = case.values, case.surroundings.console_key
    found = signing.find_signing(precedence.load().selected(values)[0], values, system, stored)
    is_alone = case.access.is_gateway and found.chosen_by == signing.CONSOLE_KEY
    is_token = case.access.is_gateway and {*case.access.credentials} == {_TOKEN} and not key_helper.command(case)
    if not is_alone and not is_token:
        yield Skipped("console-key", "no token of a gateway signs alone", telling=False)
        return
    if stored is None or not (is_alone or signing.sends_console_key(signing.BEARER, values)):
        yield Passed("console-key", "no key of the Claude Console goes to the gateway")
        return
    host = urls.host(case.access.environment.get(case.surface.base_variable, ""))
    if host != urls.host(ANTHROPIC):
        check = "console-key-to-gateway" if is_alone else "console-key-beside-token"
        yield case.finding(check, key=str(stored), host=host, path=str(state_file(case)))
    active = case.surroundings.active
    is_sent = "key" in case.access.credentials  # here, by ccsetup too
    if not is_sent and (case.is_ambient or (active is not None and active.profile == case.name)):
        yield Broken("console-key", f"unknown whether {host} accepts the key")
