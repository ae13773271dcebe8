"""Endpoints that replace AWS's own hosts."""

import os
import re
import threading

from ccsetup.knowledge import urls
from ccsetup.providers import network
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.aws import client_files
from ccsetup.providers.aws.client_files import AwsFiles

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
    """The profile's own endpoint of a service. The shell's AWS_ENDPOINT_URL* may be missing in its environment."""
    is_runtime = service.endswith("-runtime")
    is_based = service in _BASED and (is_runtime or access.environment.get(BASE) not in _WITHOUT_LISTING)
    # Observed in the client: AWS_ENDPOINT_URL* redirect its listing, but not its invocations.
    names = (
        *((BASE,) if is_based else ()),
        *(_variables(service) if not is_runtime else ()),
    )
    return next((access.environment[name] for name in names if access.environment.get(name)), None)


def find(access: Access, files: AwsFiles, service: str) -> str | None:
    """The endpoint that requests for a service go to; None for AWS's own. Seen on 2.1.332: variables, in settings files
    too, come before the AWS files, of which only the profile in AWS_PROFILE counts, even for the role of another."""
    if (moved := moved_to(access, service)) or service.endswith("-runtime"):
        return moved
    if url := next((os.environ[name] for name in _variables(service) if os.environ.get(name)), None):
        return url
    values = files.profiles.get(access.environment.get("AWS_PROFILE") or "default", {})
    services = files.services.get(values.get("services", ""), {})
    return services.get(f"{service.replace('-', '_')}.endpoint_url") or values.get("endpoint_url")


def unreached(exception: Exception) -> str | None:
    """The endpoint that boto3 could not talk to, wherever a variable or an AWS file moved it; None if it names none."""
    url = getattr(exception, "kwargs", {}).get("endpoint_url")
    parts = network.parts(url) if isinstance(url, str) else None
    return f"{parts.scheme}://{parts.netloc}" if parts and parts.netloc else None


def are_diverted(access: Access) -> bool:
    """Whether a variable or an AWS file leads ccsetup's requests elsewhere than Claude Code's messages on Bedrock. Seen
    on 2.1.332: an emulator of AWS in AWS_ENDPOINT_URL that serves no models stops no message."""
    if access.surface.base_variable != BASE or access.environment.get(BASE):
        return False
    names = {name for service in _BASED for name in _variables(service)}
    files = client_files.read_files(access.environment, access.home)
    is_named = any(access.environment.get(name) or os.environ.get(name) for name in names)
    return is_named or any(find(access, files, service) for service in _BASED)


def _variables(service: str) -> tuple[str, str]:
    return f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}", "AWS_ENDPOINT_URL"


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


def region_of(url: str) -> str | None:
    """The region of a URL's host; None for a host that is not AWS's."""
    host = _HOST.fullmatch(urls.host(url).lower())
    return host["region"] if host else None


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
