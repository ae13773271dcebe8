"""Endpoints that replace AWS's own hosts."""

import re
import threading

from ccsetup.knowledge import urls
from ccsetup.providers.access import Access, Failed

BASE = "ANTHROPIC_BEDROCK_BASE_URL"
_BASED = ("bedrock", "bedrock-runtime")  # the services that it moves
# A service's host in a region: AWS's own, with FIPS, with both protocols, or a VPC endpoint of it.
_HOST = re.compile(
    r"(?:vpce-[a-z0-9-]+\.)?(?P<service>[a-z][a-z0-9-]*?)(?:-fips)?\.(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d)"
    r"\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)"
)
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


def has_left_base(access: Access) -> bool:
    """Whether the profile's base URL was seen to list nothing, so that listings come from the control host."""
    return access.environment.get(BASE, "") in _WITHOUT_LISTING


def of_another(url: str, own_host: str, region: str) -> tuple[str, str, bool] | None:
    """What the host of a base URL belongs to, what requests are for, and whether it is another service (else another
    region); None if both are right, and for a host that is not AWS's."""
    host = _HOST.fullmatch(urls.host(url).lower())
    if host is None:
        return None
    service = own_host.partition(".")[0]
    if host["service"] != service:
        return f"the service {host['service']}", f"the service {service}", True
    return None if host["region"] == region else (host["region"], region, False)
