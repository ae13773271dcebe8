"""The probes, in the order in which faults hide behind each other's wording. The order is the story."""

from ccsetup.probes import client, direct, live, network, secrets, shell
from ccsetup.probes.case import Probe

DIRECT = ("api-key", "subscription")

PROBES: tuple[Probe, ...] = (
    # what is on this machine
    Probe("client", client.look, online=False, local=True),
    Probe("memory", client.memory, ("bedrock", "vertex"), online=False, local=True),
    Probe("settings", shell.look, online=False, local=True),
    Probe("endpoints", shell.endpoints, ("bedrock",), online=False, local=True),
    # the way out, and the secrets
    Probe("proxy", network.proxy, online=False),
    Probe("certificates", network.certificates, online=False),
    Probe("host", network.host, after=("proxy",)),
    Probe("secrets", secrets.look, online=False),
    # who asks
    Probe("key", direct.key, DIRECT, after=("secrets",), online=False),
    # what is there
    Probe("listing", direct.listing, DIRECT, after=("key",)),
    Probe("pins", direct.pins, DIRECT, after=("listing",)),
    # what only a real request tells
    Probe("live", live.look, after=("proxy", "secrets", "key"), live=True),
)
