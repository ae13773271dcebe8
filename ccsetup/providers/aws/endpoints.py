"""Endpoints that replace AWS's own hosts."""

import threading

from ccsetup.providers.access import Access, Failed

BASE = "ANTHROPIC_BEDROCK_BASE_URL"
_BASED = ("bedrock", "bedrock-runtime")  # the services that it moves
_LOCK = threading.Lock()
_WITHOUT_LISTING: set[str] = set()  # base URLs that were seen to serve models alone
_NO_OPERATION = ("UnknownOperationException", "UnknownOperation", "MissingAuthenticationToken")


def moved_to(access: Access, service: str) -> str | None:
    """The profile's own endpoint. The shell's AWS_ENDPOINT_URL* are not in its environment; boto3 reads them itself."""
    service_variable = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
    is_runtime = service.endswith("-runtime")
    is_based = service in _BASED and (is_runtime or access.environment.get(BASE) not in _WITHOUT_LISTING)
    # Observed in the client: AWS_ENDPOINT_URL* redirect its listing, but not its invocations.
    names = (
        *((BASE,) if is_based else ()),
        *((service_variable, "AWS_ENDPOINT_URL") if not is_runtime else ()),
    )
    return next((access.environment[name] for name in names if access.environment.get(name)), None)


def leave_base(access: Access, error: Failed) -> bool:
    """Whether listings go to the region's own control host from now on, as the profile's base URL has failed with
    `error`: it serves models alone (a runtime or VPC endpoint, a gateway)."""
    base = access.environment.get(BASE)
    is_absent = error.http_status in (404, 405, 501) or error.has_code(*_NO_OPERATION)
    with _LOCK:
        if not base or base in _WITHOUT_LISTING or not is_absent:
            return False
        _WITHOUT_LISTING.add(base)
        return True
