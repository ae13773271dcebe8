"""AWS's own hosts: of one service in one region."""

import re

from ccsetup.lab.call import Ask, Fails
from ccsetup.lab.wire import Answer

HOST = re.compile(
    r"(?:vpce-[\w-]+\.)?(?P<service>[\w-]+?)(?:-fips)?\.(?P<place>[a-z]{2,4}(?:-[a-z]+)+-\d)"
    r"\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)"
)
_BEDROCK = ("bedrock", "bedrock-runtime")


def is_elsewhere(ask: Ask) -> bool:
    """Whether a request to Bedrock reached a host of another service, or is signed for another region."""
    host = HOST.fullmatch(ask.call.host.lower())
    if host is None or ask.service not in _BEDROCK:
        return False
    scope = ask.call.scope
    return host["service"] != ask.service or (scope is not None and scope.region != host["place"])


def refuse(ask: Ask) -> Answer:
    """Answer as the host that was reached."""
    host = HOST.fullmatch(ask.call.host.lower())
    if host and ask.call.scope and ask.call.scope.region != host["place"]:
        raise Fails(403, "InvalidSignatureException", "Credential should be scoped to a valid region.")
    if host and ask.call.scope and host["service"] not in _BEDROCK:
        raise Fails(
            403, "InvalidSignatureException", f"Credential should be scoped to correct service: '{host['service']}'."
        )
    raise Fails(404, "UnknownOperationException", "")
