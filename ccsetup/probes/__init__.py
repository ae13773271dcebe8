"""The probes, in the order in which faults hide behind each other's wording. The order is the story."""

from ccsetup.probes import direct, secrets
from ccsetup.probes.case import Probe

DIRECT = ("api-key", "subscription")

PROBES: tuple[Probe, ...] = (
    # what is on this machine
    # the way out, and the secrets
    Probe("secrets", secrets.look, online=False),
    # who asks
    Probe("key", direct.key, DIRECT, after=("secrets",), online=False),
    # what is there
    Probe("listing", direct.listing, DIRECT, after=("key",)),
    Probe("pins", direct.pins, DIRECT, after=("listing",)),
)
