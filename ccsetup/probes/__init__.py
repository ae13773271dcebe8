"""The probes, in the order in which faults hide behind each other's wording. The order is the story."""

from ccsetup.probes import (
    aws_credentials,
    aws_identity,
    bedrock_access,
    bedrock_listing,
    bedrock_permission,
    bedrock_pins,
    client,
    direct,
    live,
    network,
    secrets,
    shell,
)
from ccsetup.probes.case import Probe

DIRECT = ("api-key", "subscription")
BEDROCK = ("bedrock",)

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
    Probe("bearer", aws_credentials.bearer, BEDROCK, after=("secrets",), online=False),
    Probe("credentials", aws_credentials.look, BEDROCK, after=("secrets",)),
    Probe("identity", aws_identity.identity, BEDROCK, after=("proxy", "credentials", "bearer")),
    Probe("account", aws_identity.account, BEDROCK, after=("identity",)),
    # where
    Probe("region", aws_identity.region, BEDROCK, online=False),
    Probe("region-enabled", aws_identity.enabled, BEDROCK, after=("identity", "region")),
    # what is there
    Probe("listing", direct.listing, DIRECT, after=("key",)),
    Probe("pins", direct.pins, DIRECT, after=("listing",)),
    Probe("listing", bedrock_listing.look, BEDROCK, after=("host", "identity", "region")),
    Probe("pins", bedrock_pins.pins, BEDROCK, after=("listing",)),
    # who may use it
    Probe("permission", bedrock_permission.look, BEDROCK, after=("listing",)),
    # what the account has agreed to
    Probe("use-case-form", bedrock_access.form, BEDROCK, after=("listing",)),
    Probe("access", bedrock_access.access, BEDROCK, after=("listing",)),
    Probe("data-retention", bedrock_access.retention, BEDROCK, after=("listing",)),
    # how long it lives
    Probe("lifecycle", bedrock_pins.lifecycle, BEDROCK, after=("listing",)),
    # what only a real request tells
    Probe("live", live.look, after=("proxy", "secrets", "key", "credentials", "bearer", "region"), live=True),
)
