"""The anthropic SDK's client for each surface, configured to send the same requests as Claude Code.

Address, credential and region are always passed. The SDK reads nothing from this process's environment, from files or
from a metadata server. Claude Code's requests were observed on 2.1.330; where the SDK differs (a key as a bearer token,
another API version), Claude Code's form is used.
"""

import logging
from collections.abc import Mapping
from typing import Any

from ccsetup.providers import hosts
from ccsetup.providers.access import Access, compose_host
from ccsetup.providers.anthropic import api, protocol
from ccsetup.providers.anthropic.transport import Exchange
from ccsetup.providers.aws import session
from ccsetup.providers.google import api as google
from ccsetup.providers.google import credentials

VERSION = "2023-06-01"
UNSIGNED = "unsigned"  # passed to the SDK if the client sends no credential; never sent


def exchange(access: Access) -> Exchange:
    """The transport for the profile's request; without a signature if the client must not sign and has no token."""
    is_bare = _bearer(access) == UNSIGNED and "authorization" not in protocol.custom_headers(access)
    without: tuple[str, ...] = ("authorization",) if is_bare else ()
    if access.surface.signs == "azure":
        without += ("api-key",)  # the SDK sends a key in two headers
    return Exchange(access.environment, without)


def client(access: Access, place: str, betas: tuple[str, ...], sending: Exchange) -> Any:  # noqa: ANN401 - seven types
    """The SDK's client for the profile, with `betas` in its header; raises Failed without a credential."""
    _import()
    settings: dict[str, Any] = {
        "base_url": address(access, place),
        "http_client": sending.client(),
        "max_retries": 0,
        "open_telemetry": False,
        "default_headers": _headers(access, betas),
    }
    make = _CLIENTS.get(access.surface.live, _anthropic)
    return make(access, place, settings)


def address(access: Access, place: str) -> str:
    """The base URL for the SDK: the profile's own address, or the provider's host."""
    environment = access.environment
    match access.surface.live:
        case "bedrock":
            return session.address(access, place, "bedrock-runtime")
        case "vertex":
            return environment.get("ANTHROPIC_VERTEX_BASE_URL") or f"{google.prediction_host(place)}/v1"
        case "foundry":
            resource = environment.get("ANTHROPIC_FOUNDRY_RESOURCE", "")
            default = compose_host(access, lambda: f"https://{hosts.foundry(resource)}/anthropic") if resource else ""
            return environment.get("ANTHROPIC_FOUNDRY_BASE_URL") or default
        case _:
            below = access.surface.own.below
            moved = environment.get(access.surface.base_variable, "").strip()
            if below and moved:
                return moved  # seen: Claude Code adds nothing to it
            return f"{api.address(access).rstrip('/')}{below}" if below else api.address(access)


def _import() -> None:
    """Import the SDK with its logging off: ANTHROPIC_LOG would make it print headers."""
    import anthropic as sdk

    for name in (sdk.__name__, "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _headers(access: Access, betas: tuple[str, ...]) -> dict[str, str]:
    """The profile's headers merged over the default ones, in the client's order: its betas, signature and tokens
    override ANTHROPIC_CUSTOM_HEADERS, but the direct API's keys and OAuth tokens do not."""
    is_bearer = _is_direct(access) and not access.secrets.get("auth_token")
    is_bearer |= _bearer(access) == UNSIGNED
    headers = {"anthropic-version": VERSION, "x-app": "cli"}
    tier = access.environment.get("ANTHROPIC_BEDROCK_SERVICE_TIER")
    if tier and access.surface.live == "bedrock":
        headers["x-amzn-bedrock-service-tier"] = tier
    for name, value in protocol.custom_headers(access).items():
        if name != "authorization" or is_bearer:
            headers[name] = value
    headers.pop("anthropic-beta", None)
    if access.surface.signs == "login" or "oauth_token" in access.secrets:
        betas = (api.OAUTH_BETA, *betas)
    return {**headers, **({"anthropic-beta": ",".join(betas)} if betas else {})}


def _is_direct(access: Access) -> bool:
    return access.surface.is_direct or access.surface.is_gateway


def _bearer(access: Access) -> str | None:
    """The bearer token to send instead of a cloud's signature if the client must not sign; None if it signs."""
    if access.is_unsigned:
        return _secret(access, "auth_token") or access.environment.get("ANTHROPIC_AUTH_TOKEN") or UNSIGNED
    if (access.surface.is_gateway or access.surface.signs == "azure") and not access.credentials:
        return UNSIGNED
    return None


def _keys(access: Access, place: str, service: str) -> dict[str, Any]:
    """The profile's AWS keys, under the SDK's parameter names; raises Failed without any."""
    keys = session.read_keys(access, place, service)
    return {"aws_access_key": keys.access_key, "aws_secret_key": keys.secret_key, "aws_session_token": keys.token}


def _secret(access: Access, *names: str) -> str | None:
    secret = next((access.secrets[name] for name in names if name in access.secrets), None)
    return secret.reveal() if secret else None


def _keyed(settings: Mapping[str, Any], key: str, bearer: str | None = None) -> dict[str, Any]:
    """The settings with the key in the header that the client uses; the SDK would send it as a bearer token."""
    from anthropic import omit

    headers: Mapping[str, Any] = settings["default_headers"]
    beside = f"Bearer {bearer}" if bearer else omit
    return {**settings, "api_key": key, "default_headers": {"x-api-key": key, "Authorization": beside, **headers}}


def _bedrock(access: Access, region: str, settings: dict[str, Any]) -> Any:  # noqa: ANN401
    from anthropic import AnthropicBedrock

    if bearer := bedrock_token(access):
        return AnthropicBedrock(aws_region=region, api_key=bearer, **settings)
    return AnthropicBedrock(aws_region=region, **_keys(access, region, "bedrock-runtime"), **settings)


def _vertex(access: Access, location: str, settings: dict[str, Any]) -> Any:  # noqa: ANN401
    from anthropic import AnthropicVertex

    project = access.environment.get("ANTHROPIC_VERTEX_PROJECT_ID") or access.profile.set["project"]
    token, headers = vertex_sign_in(access, location, settings["base_url"])
    settings["default_headers"] = {**headers, **settings["default_headers"]}
    return AnthropicVertex(region=location, project_id=project, access_token=token, **settings)


def bedrock_token(access: Access) -> str | None:
    """The bearer token for Bedrock, or UNSIGNED; None if AWS keys sign."""
    return _bearer(access) or _secret(access, "bearer_token")


def vertex_sign_in(access: Access, location: str, url: str) -> tuple[str, dict[str, str]]:
    """The bearer token for Vertex AI, or UNSIGNED, and the header of a named quota project; raises Failed without
    credentials."""
    if token := _bearer(access):
        return token, {}
    token = google.access_token(access, location, url)
    counted, named = credentials.quota_project(access)
    return token, {google.QUOTA_PROJECT: counted} if named else {}  # the client sends it only in this case


def _mantle(access: Access, region: str, settings: dict[str, Any]) -> Any:  # noqa: ANN401
    from anthropic import AnthropicBedrockMantle

    if bearer := _bearer(access) or _secret(access, "bearer_token"):
        return AnthropicBedrockMantle(aws_region=region, api_key=bearer, **settings)
    return AnthropicBedrockMantle(aws_region=region, **_keys(access, region, "bedrock-mantle"), **settings)


def _claude_aws(access: Access, region: str, settings: dict[str, Any]) -> Any:  # noqa: ANN401
    from anthropic import AnthropicAWS

    more: dict[str, Any] = {"aws_region": region, "workspace_id": access.profile.set["workspace"]}
    if bearer := _bearer(access):  # observed: the client sends such a token in both headers
        headers = {"x-api-key": bearer, **settings["default_headers"]} if bearer != UNSIGNED else {}
        return AnthropicAWS(**more, **{**settings, "api_key": bearer, "default_headers": headers})
    if key := _secret(access, "key"):
        return AnthropicAWS(**more, **_keyed(settings, key))
    return AnthropicAWS(**more, **_keys(access, region, "aws-external-anthropic"), **settings)


def _claude_gcp(access: Access, location: str, settings: dict[str, Any]) -> Any:  # noqa: ANN401
    from anthropic import AnthropicGoogleCloud

    token = _bearer(access) or google.access_token(access, location, settings["base_url"])
    return AnthropicGoogleCloud(
        project=access.profile.set["project"],
        location=location,
        workspace_id=access.profile.set["workspace"],
        token_provider=lambda: token,
        **settings,
    )


def _foundry(access: Access, _: str, settings: dict[str, Any]) -> Any:  # noqa: ANN401
    from anthropic import AnthropicFoundry

    if key := _secret(access, "key"):
        custom_key = protocol.custom_headers(access).get("x-api-key")
        return AnthropicFoundry(api_key=custom_key or key, **settings)
    token = _bearer(access) or _secret(access, "auth_token") or UNSIGNED
    return AnthropicFoundry(azure_ad_token_provider=lambda: token, **settings)


def _anthropic(access: Access, _: str, settings: dict[str, Any]) -> Any:  # noqa: ANN401
    from anthropic import Anthropic

    if key := _secret(access, "key"):
        return Anthropic(**_keyed(settings, key, _secret(access, "auth_token", "oauth_token")))
    return Anthropic(auth_token=_secret(access, "oauth_token", "auth_token") or UNSIGNED, **settings)


_CLIENTS = {
    "bedrock": _bedrock,
    "vertex": _vertex,
    "mantle": _mantle,
    "platform-aws": _claude_aws,
    "platform-google": _claude_gcp,
    "foundry": _foundry,
}
