"""The probes, in the order in which faults hide behind each other's error messages. The first one's fault is the root
cause."""

from collections.abc import Iterator
from functools import wraps

from ccsetup.doctor.probes import (
    accepted,
    agreed,
    aws_credentials,
    aws_files,
    aws_identity,
    bedrock_access,
    bedrock_listing,
    bedrock_permission,
    bedrock_pins,
    client,
    console_key,
    declined,
    direct,
    expected,
    gcp_credentials,
    gcp_project,
    gcp_project_number,
    key_helper,
    live,
    login,
    network,
    onboarding,
    pins,
    place,
    quota,
    secrets,
    shell,
    status_line_command,
    transcripts,
    vertex_models,
    vertex_place,
)
from ccsetup.doctor.probes.case import Broken, Case, Look, Probe, Result, Skipped
from ccsetup.knowledge.surfaces import Surface
from ccsetup.providers.agreed import GUARD


def direct_api(surface: Surface) -> bool:
    return surface.is_direct


def keyed_api(surface: Surface) -> bool:
    """Whether a key of Anthropic's API, or of a gateway to it, signs."""
    return surface.signs == "key" and same_api(surface)


def login_surface(surface: Surface) -> bool:
    return surface.signs == "login"


def bedrock(surface: Surface) -> bool:
    return surface.lists == "bedrock"


def vertex(surface: Surface) -> bool:
    return surface.lists == "vertex"


def aws(surface: Surface) -> bool:
    return surface.signs == "sigv4"


def google(surface: Surface) -> bool:
    return surface.signs == "google"


def google_platform(surface: Surface) -> bool:
    """Whether Google signs for Anthropic's own API."""
    return google(surface) and same_api(surface)


def bedrock_or_vertex(surface: Surface) -> bool:
    return bedrock(surface) or vertex(surface)


def placed(surface: Surface) -> bool:
    return surface.place is not None


def same_api(surface: Surface) -> bool:
    """Whether the surface serves Anthropic's API."""
    return not bedrock_or_vertex(surface)


def pinned_by_init(surface: Surface) -> bool:
    """Whether `init` pins the tiers; on Bedrock the listing says which of them can be pinned."""
    return surface.pins and not bedrock(surface)


def signed(check: str, look: Look) -> Look:
    """The probe, skipped where a gateway signs instead of Claude Code: no credential of AWS is needed."""

    @wraps(look)
    def looked(case: Case) -> Iterator[Result]:
        if case.access.is_unsigned:
            reason = f"{case.surface.unsigned_flag}: the gateway has the credentials"
            yield Skipped(check, reason, telling=False)
            return
        yield from look(case)

    return looked


def by_helper(name: str, look: Look) -> Look:
    """Look with the key helper's key where that is sent instead of a signature; unknown where ccsetup may not run the
    helper."""

    @wraps(look)
    def looked(case: Case) -> Iterator[Result]:
        if unknown := key_helper.unknown_key(case):
            yield Broken(name, unknown)
        else:
            yield from look(key_helper.with_bearer(case))

    return looked


_BEFORE_LIVE = ("proxy", "place", "secrets", "key", "login", "credentials", "bearer", "region", "token", "location")

PROBES: tuple[Probe, ...] = (
    # this machine
    Probe("client", client.check_client, online=False, local=True),
    Probe("prefix", client.prefix, bedrock, online=False, local=True),
    Probe("memory", client.memory, bedrock_or_vertex, online=False, local=True),
    Probe("settings", shell.check_settings, online=False, local=True),
    Probe("key-helper-line", key_helper.outdated, online=False, local=True),
    Probe("status-line", status_line_command.check_status_line, online=False, local=True),
    Probe("endpoints", shell.endpoints, bedrock, online=False, local=True),
    Probe("transcripts", transcripts.check_retention, online=False, local=True),
    # the network, and the secrets
    Probe("place", place.check_place, placed, online=False),
    Probe("proxy", network.proxy, after=("place",), online=False),
    Probe("certificates", network.certificates, online=False),
    Probe("host", network.host, after=("proxy", "place")),
    Probe("onboarding", onboarding.check_onboarding, keyed_api, after=("proxy",), local=True),
    Probe("secrets", secrets.check_secrets, online=False),
    # identity
    Probe("key", direct.key, direct_api, after=("secrets",), online=False),
    Probe("declined", declined.check_declined, keyed_api, after=("secrets",), online=False, local=True),
    Probe("console-key", console_key.check_console_key, keyed_api, after=("secrets",), online=False, local=True),
    Probe("key-helper", key_helper.check_key_helper, keyed_api, after=("secrets",)),
    Probe("login", login.check_login, login_surface, after=("secrets",), online=False),
    Probe("organization", direct.organization, direct_api, after=("key", "key-helper"), concerns=("organization",)),
    Probe("bearer", aws_credentials.bearer, aws, after=("secrets",), online=False),
    Probe("aws-files", signed("aws-files", aws_files.check_aws_files), aws, after=("secrets",), online=False),
    Probe("credentials", signed("credentials", aws_credentials.check_credentials), aws, after=("secrets",)),
    Probe(
        "identity", signed("identity", aws_identity.identity), aws, after=("proxy", "place", "credentials", "bearer")
    ),
    Probe("account", aws_identity.account, aws, after=("identity",), concerns=("account",)),
    Probe("credentials", gcp_credentials.file, google, online=False),
    Probe("token", gcp_credentials.token, google, after=("credentials", "place")),
    Probe("project", gcp_project.guard, google, online=False),
    Probe("project-id", gcp_project_number.check_project_id, google_platform, after=("token",)),
    Probe("project-id", gcp_project_number.check_for_older_client, vertex, after=("token",)),
    Probe("expected", expected.check_expected, after=("key", "login", "identity", "token"), concerns=expected.IDENTITY),
    # place
    Probe("region", aws_identity.region, aws, after=("place",), online=False),
    Probe("region-enabled", signed("region-enabled", aws_identity.enabled), bedrock, after=("identity", "region")),
    Probe("location", vertex_place.location, vertex, online=False),
    Probe("quota-project", gcp_project.quota, vertex, after=("token",)),
    Probe("project-exists", gcp_project.exists, vertex, after=("token",)),
    Probe("api", gcp_project.api, vertex, after=("token",)),
    Probe("billing", gcp_project.billing, vertex, after=("token",)),
    # models
    Probe(
        "listing",
        by_helper("listing", direct.listing),
        same_api,
        after=("place", "key", "key-helper", "identity", "region", "token"),
    ),
    Probe("accepted", by_helper("accepted", accepted.check_accepted), same_api, after=("listing",)),
    Probe("pins", by_helper("pins", direct.pins), same_api, after=("listing",)),
    Probe("listing", signed("listing", bedrock_listing.check_listing), bedrock, after=("host", "identity", "region")),
    Probe("pins", signed("pins", bedrock_pins.pins), bedrock, after=("listing",)),
    Probe("listing", vertex_models.listing, vertex, after=("token", "api", "billing")),
    Probe("agreed", agreed.check_agreed, concerns=GUARD),
    # permissions and agreements
    Probe(
        "permission",
        signed("permission", bedrock_permission.check_permission),
        bedrock,
        after=("host", "identity", "region"),
    ),
    Probe(
        "accepted", by_helper("accepted", accepted.check_invocation), bedrock, after=("listing", "pins", "permission")
    ),
    Probe("use-case-form", signed("use-case-form", bedrock_access.form), bedrock, after=("listing",)),
    Probe("access", signed("access", bedrock_access.access), bedrock, after=("listing",)),
    Probe("data-retention", signed("data-retention", bedrock_access.retention), bedrock, after=("listing",)),
    Probe("permission", gcp_project.permission, vertex, after=("token",)),
    Probe(
        "accepted",
        by_helper("accepted", accepted.check_prediction),
        vertex,
        after=("host", "location", "token", "project-exists", "api", "permission"),
    ),
    Probe("org-policy", gcp_project.policy, vertex, after=("token",)),
    Probe("enabled", vertex_models.enabled, vertex, online=False),
    # the pins, and their lifecycle
    Probe("lifecycle", signed("lifecycle", bedrock_pins.lifecycle), bedrock, after=("listing",)),
    Probe("unpinned", pins.check_unpinned, pinned_by_init, online=False),
    Probe("pins", vertex_models.pins, vertex, after=("listing",)),
    Probe("served", vertex_place.served, vertex, after=("location",), online=False),
    # quota
    Probe("quota", signed("quota", quota.on_bedrock), bedrock, after=("proxy", "identity", "region")),
    Probe("quota", quota.on_vertex, vertex, after=("token",)),
    # only a real request can tell
    Probe("live", by_helper("live", live.check_live), after=_BEFORE_LIVE, live=True),
)
