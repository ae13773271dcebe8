"""Read from the provider how much a profile may use.

limits = read_limits(access, pins, once, whole=True)       # raises Failed
"""

from collections.abc import Mapping

from ccsetup.providers.access import Access
from ccsetup.providers.quota.limits import Asks, Limits
from ccsetup.system.errors import UserError


def read_limits(access: Access, pins: Mapping[str, str], ask: Asks, *, whole: bool) -> Limits:
    """Read the limits of `pins` ({id: tier}); raises Failed if that is not possible.

    `whole` also reads usage, pending requests and every default; without it, only what can reveal a fault.
    """
    match access.surface.limits:
        case "service-quotas":
            from ccsetup.providers.quota import bedrock

            return bedrock.read_limits(access, pins, ask, whole=whole)
        case "cloud-quotas":
            from ccsetup.providers.quota import vertex

            return vertex.read_limits(access, pins, ask)
        case "headers":
            from ccsetup.providers.quota import direct

            return direct.read_limits(access)
        case "none":
            raise UserError(f"surface {access.profile.surface} has no limits that can be asked for")
