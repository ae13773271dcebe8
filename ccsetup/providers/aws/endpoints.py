"""Endpoints that replace AWS's own hosts."""

import os
import re
import threading
from collections.abc import Mapping

from ccsetup.knowledge import urls
from ccsetup.providers import network
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.aws import client_files
from ccsetup.providers.aws.client_files import AwsFiles

BASE = "ANTHROPIC_BEDROCK_BASE_URL"
LAB = "CCSETUP_LAB"
GENERAL = "AWS_ENDPOINT_URL"
_BASED = _LISTING, _ = "bedrock", "bedrock-runtime"  # the services that the base URL moves
_OF_CLIENT = (_LISTING, "sso", "sso-oidc", "signin")  # whose requests Claude Code makes too; of STS, those for a role
# A service's host in a region: AWS's own, with FIPS, with both protocols, or a VPC endpoint of it.
_HOST = re.compile(
    r"(?:vpce-[a-z0-9-]+\.)?(?P<service>[a-z][a-z0-9-]*?)(?:-fips)?\.(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d)"
    r"\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)"
)
_LOCK = threading.Lock()
_WITHOUT_LISTING: set[str] = set()  # base URLs that were seen to serve models alone
_NO_OPERATION = ("UnknownOperationException", "UnknownOperation", "MissingAuthenticationToken")


def lab(shell: Mapping[str, str] = os.environ) -> str:
    """The URL of the lab, where that stands for AWS: the shell's AWS_ENDPOINT_URL; "" elsewhere."""
    return shell.get(GENERAL, "") if shell.get(LAB) else ""


def moved_to(access: Access, service: str, *, by_client: bool | None = None) -> str | None:
    """The endpoint in a variable that replaces AWS's own; None for AWS's own. `by_client`: for a request that Claude
    Code makes too. Seen on 2.1.332: AWS_ENDPOINT_URL* move its listing and its sign-in, and not its messages."""
    is_runtime = service.endswith("-runtime")
    is_based = service in _BASED and (is_runtime or access.environment.get(BASE) not in _WITHOUT_LISTING)
    names = ((BASE,) if is_based else ()) + (() if is_runtime else _variables(service, by_client))
    moved = next((access.environment[name] for name in names if access.environment.get(name)), None)
    return moved or (lab() or None if not is_runtime else None)


def find(access: Access, files: AwsFiles, service: str, *, by_client: bool | None = None) -> str | None:
    """Like `moved_to`, with the AWS files. Seen on 2.1.332: variables, in settings files too, come before the files, of
    which only the profile in AWS_PROFILE counts, even for the role of another."""
    if (moved := moved_to(access, service, by_client=by_client)) or service.endswith("-runtime"):
        return moved
    values = files.profiles.get(access.environment.get("AWS_PROFILE") or "default", {})
    services = files.services.get(values.get("services", ""), {})
    own = services.get(f"{service.replace('-', '_')}.endpoint_url")
    return own or (values.get("endpoint_url") if GENERAL in _variables(service, by_client) else None)


def unreached(exception: Exception) -> str | None:
    """The endpoint that boto3 could not talk to, wherever a variable or an AWS file moved it; None if it names none."""
    url = getattr(exception, "kwargs", {}).get("endpoint_url")
    parts = network.parts(url) if isinstance(url, str) else None
    return f"{parts.scheme}://{parts.netloc}" if parts and parts.netloc else None


def of_listing() -> tuple[str, ...]:
    """The variables that move Claude Code's listing, the one that counts first."""
    return _variables(_LISTING)


def _variables(service: str, by_client: bool | None = None) -> tuple[str, ...]:
    """The variables that move a service. What Claude Code does not ask for is asked of AWS, or where its own variable
    leads."""
    own = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
    is_asked = service in _OF_CLIENT if by_client is None else by_client
    return (own, GENERAL) if is_asked or lab() else (own,)


def diverted_to(access: Access) -> str | None:
    """Where a variable or an AWS file leads the listing on Bedrock, if not where Claude Code's messages go. Seen on
    2.1.332: an emulator of AWS in AWS_ENDPOINT_URL that serves no models, or refuses, stops no message."""
    if access.surface.base_variable != BASE or access.environment.get(BASE):
        return None
    return find(access, client_files.read_files(access.environment, access.home), _LISTING)


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
