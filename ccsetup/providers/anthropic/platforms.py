"""Where else Anthropic's `/v1/models` is served, and as whom it is asked: Mantle, both Claude Platforms, gateways.

Sources: https://code.claude.com/docs/en/claude-platform-on-aws, …/amazon-bedrock, …/llm-gateway-protocol, and the
anthropic SDK's clients of these names (seen 2026-11-24).
"""

import json
from collections.abc import Mapping

from ccsetup.providers import hosts, http
from ccsetup.providers.access import Access, Failed, composed, failed, place
from ccsetup.providers.anthropic import protocol
from ccsetup.providers.aws import session
from ccsetup.providers.google import api
from ccsetup.providers.recognise import Said

_SERVICES = {"mantle": "bedrock-mantle", "claude-aws": "aws-external-anthropic"}


def address(access: Access) -> str:
    """What `/v1/models` is asked below; Failed for a region or location that composes no host."""
    environment = access.environment
    region = environment.get("AWS_REGION", "")
    service = _SERVICES.get(access.profile.surface, "")
    match access.profile.surface:
        case "mantle":  # its messages are below /anthropic, its models are not
            moved = environment.get("ANTHROPIC_BEDROCK_MANTLE_BASE_URL", "").rstrip("/").removesuffix("/anthropic")
            return moved or composed(access, lambda: f"https://{hosts.aws(service, region)}")
        case "claude-aws":
            moved = environment.get("ANTHROPIC_AWS_BASE_URL", "")
            return moved or composed(access, lambda: f"https://{hosts.aws(service, region)}")
        case "claude-gcp":
            project, workspace = access.profile.set["project"], access.profile.set["workspace"]
            location = environment.get("ANTHROPIC_GOOGLE_CLOUD_LOCATION") or "global"
            composed(access, lambda: hosts.vertex(location))  # a part of the path, which the client checks alike
            usual = f"/v1/projects/{project}/locations/{location}/workspaces/{workspace}/invoke"
            return environment.get("ANTHROPIC_GOOGLE_CLOUD_BASE_URL") or f"https://claude.googleapis.com{usual}"
        case _:
            return environment["ANTHROPIC_BASE_URL"]


def headers(access: Access, url: str) -> dict[str, str]:
    """The headers of a GET that carry the profile's credential to `url`; Failed where there is none."""
    key = access.secrets.get("key")
    token = access.secrets.get("auth_token") or access.secrets.get("bearer_token")
    given = {"anthropic-workspace-id": access.profile.set["workspace"]} if "workspace" in access.profile.set else {}
    given |= protocol.custom_headers(access)
    if key is not None:
        return {**given, "x-api-key": key.reveal()}
    if token is not None:
        return {**given, "authorization": f"Bearer {token.reveal()}"}
    if service := _SERVICES.get(access.profile.surface):
        return session.signed(access, place(access.profile), service, "GET", url, given, None)
    if access.profile.surface == "claude-gcp":
        try:
            return {**given, **api.authorized(access, url)}
        except Exception as why:
            raise api.failure(why, access, place(access.profile), url) from why
    return given


def cloud_error(access: Access, answer: http.Response) -> Said | None:
    """The no of the cloud in front of the API, in that cloud's words; None where Anthropic itself says it."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    words = body.get("message") or body.get("Message")
    if access.profile.surface in _SERVICES and isinstance(words, str):
        code = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
        return Said(answer.status, code or str(body.get("__type", answer.status)), words)
    error = body.get("error")
    if access.profile.surface == "claude-gcp" and isinstance(error, Mapping) and "status" in error:
        return api.google_error(answer)
    if access.profile.surface == "foundry" and isinstance(error, Mapping) and isinstance(error.get("code"), str):
        return Said(answer.status, error["code"], str(error.get("message", "")))
    return None


def lists_nothing(access: Access, answer: http.Response) -> bool:
    """Whether this is a gateway that has no listing, which is no fault."""
    return access.profile.surface == "gateway" and answer.status in (404, 405, 501)


def absent(access: Access, where: str, url: str) -> Failed:
    """There is no listing to be had here."""
    return failed(Said(None, "no-listing", "there is none"), access, where, url)
