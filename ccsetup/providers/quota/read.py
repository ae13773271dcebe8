"""Read from the provider how much a profile may use.

limits = read_limits(access, pins, once, whole=True)       # raises Failed
"""

from collections.abc import Mapping

from ccsetup.providers.access import Access
from ccsetup.providers.quota.limits import Asks, Limits
from ccsetup.system.errors import UserError


def read_limits(access: Access, pins: Mapping[str, str], ask: Asks, *, whole: bool) -> Limits:
    """Read the limits of `pins` ({id: tier}), once for profiles with the same settings and identity; raises Failed if
    that is not possible.

    `whole` also reads usage, pending requests and every default; without it, only what can reveal a fault.
    """
    key = ("limits", access.settings_key, *pins.items(), whole)
    return access.once(key, lambda: _read_limits(access, pins, ask, whole=whole))


def _read_limits(access: Access, pins: Mapping[str, str], ask: Asks, *, whole: bool) -> Limits:
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
            raise UserError(
                f"surface {access.profile.surface} has no limits to look up",
                f"see whether it works with: ccsetup doctor {access.name}",
            )
