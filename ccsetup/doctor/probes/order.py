"""The probes, in the order in which faults hide behind each other's wording. The order is the story."""

from ccsetup.doctor.probes import (
    aws_credentials,
    aws_identity,
    bedrock_access,
    bedrock_listing,
    bedrock_permission,
    bedrock_pins,
    client,
    direct,
    gcp_credentials,
    gcp_project,
    key_helper,
    live,
    login,
    network,
    place,
    quota,
    secrets,
    shell,
    vertex_models,
    vertex_place,
)
from ccsetup.doctor.probes.case import Probe

DIRECT = ("api-key", "subscription")
BEDROCK = ("bedrock",)
VERTEX = ("vertex",)
AWS = (*BEDROCK, "mantle", "claude-aws")
GOOGLE = (*VERTEX, "claude-gcp")
PLACED = (*AWS, *GOOGLE, "foundry")
SAME_API = (*DIRECT, "mantle", "claude-aws", "claude-gcp", "gateway", "foundry")

_BEFORE_LIVE = ("proxy", "place", "secrets", "key", "login", "credentials", "bearer", "region", "token", "location")

PROBES: tuple[Probe, ...] = (
    # what is on this machine
    Probe("client", client.check_client, online=False, local=True),
    Probe("memory", client.memory, (*BEDROCK, *VERTEX), online=False, local=True),
    Probe("settings", shell.check_settings, online=False, local=True),
    Probe("key-helper-line", key_helper.outdated, online=False, local=True),
    Probe("endpoints", shell.endpoints, BEDROCK, online=False, local=True),
    # the way out, and the secrets
    Probe("proxy", network.proxy, online=False),
    Probe("certificates", network.certificates, online=False),
    Probe("place", place.check_place, PLACED, online=False),
    Probe("host", network.host, after=("proxy", "place")),
    Probe("secrets", secrets.check_secrets, online=False),
    # who asks
    Probe("key", direct.key, DIRECT, after=("secrets",), online=False),
    Probe("key-helper", key_helper.check_key_helper, ("api-key",), after=("secrets",)),
    Probe("login", login.check_login, ("subscription",), after=("secrets",), online=False),
    Probe("organization", direct.organization, DIRECT, after=("key", "key-helper")),
    Probe("bearer", aws_credentials.bearer, AWS, after=("secrets",), online=False),
    Probe("credentials", aws_credentials.check_credentials, AWS, after=("secrets",)),
    Probe("identity", aws_identity.identity, AWS, after=("proxy", "place", "credentials", "bearer")),
    Probe("account", aws_identity.account, AWS, after=("identity",)),
    Probe("credentials", gcp_credentials.file, GOOGLE, online=False),
    Probe("token", gcp_credentials.token, GOOGLE, after=("credentials", "place")),
    Probe("project", gcp_project.guard, VERTEX, online=False),
    # where
    Probe("region", aws_identity.region, BEDROCK, after=("place",), online=False),
    Probe("region-enabled", aws_identity.enabled, BEDROCK, after=("identity", "region")),
    Probe("location", vertex_place.location, VERTEX, online=False),
    Probe("quota-project", gcp_project.quota, VERTEX, after=("token",)),
    Probe("project-exists", gcp_project.exists, VERTEX, after=("token",)),
    Probe("api", gcp_project.api, VERTEX, after=("token",)),
    Probe("billing", gcp_project.billing, VERTEX, after=("token",)),
    # what is there
    Probe("listing", direct.listing, SAME_API, after=("place", "key", "key-helper", "identity", "token")),
    Probe("pins", direct.pins, SAME_API, after=("listing",)),
    Probe("listing", bedrock_listing.check_listing, BEDROCK, after=("host", "identity", "region")),
    Probe("pins", bedrock_pins.pins, BEDROCK, after=("listing",)),
    Probe("listing", vertex_models.listing, VERTEX, after=("token", "api", "billing")),
    # who may use it, and what the account or the organization has agreed to
    Probe("permission", bedrock_permission.check_permission, BEDROCK, after=("host", "identity", "region")),
    Probe("use-case-form", bedrock_access.form, BEDROCK, after=("listing",)),
    Probe("access", bedrock_access.access, BEDROCK, after=("listing",)),
    Probe("data-retention", bedrock_access.retention, BEDROCK, after=("listing",)),
    Probe("permission", gcp_project.permission, VERTEX, after=("token",)),
    Probe("org-policy", gcp_project.policy, VERTEX, after=("token",)),
    Probe("enabled", vertex_models.enabled, VERTEX, online=False),
    # the pins, and how long they live
    Probe("lifecycle", bedrock_pins.lifecycle, BEDROCK, after=("listing",)),
    Probe("unpinned", vertex_models.unpinned, VERTEX, online=False),
    Probe("pins", vertex_models.pins, VERTEX, after=("listing",)),
    Probe("served", vertex_place.served, VERTEX, after=("location",), online=False),
    # how much of it
    Probe("quota", quota.on_bedrock, BEDROCK, after=("proxy", "identity", "region")),
    Probe("quota", quota.on_vertex, VERTEX, after=("token",)),
    # what only a real request tells
    Probe("live", live.check_live, after=_BEFORE_LIVE, live=True),
)
