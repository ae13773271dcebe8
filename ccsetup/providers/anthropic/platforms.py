"""Other services with Anthropic's `/v1/models`, and how their requests are authenticated: Mantle, both Claude
Platforms, gateways.

Sources: https://code.claude.com/docs/en/claude-platform-on-aws, …/amazon-bedrock, …/llm-gateway-protocol, and the
anthropic SDK's clients of these names (seen 2026-11-24).
"""

from collections.abc import Mapping

from ccsetup.providers import http
from ccsetup.providers.access import Access, Failed, make_failure
from ccsetup.providers.anthropic import protocol
from ccsetup.providers.aws import session
from ccsetup.providers.google import api
from ccsetup.providers.places import place
from ccsetup.providers.recognise import Said

_TOKEN = "ANTHROPIC_AUTH_TOKEN"  # noqa: S105 - a name
_REPLACED = ("key", "azure")  # the ways of signing whose key a header of one's own replaces; seen on 2.1.332


def auth_headers(access: Access, url: str, method: str, body: bytes | None) -> dict[str, str]:
    """The headers that authenticate a request; raises Failed without a credential."""
    surface = access.surface
    given = {"anthropic-workspace-id": access.profile.set["workspace"]} if "workspace" in access.profile.set else {}
    given |= protocol.custom_headers(access)
    sent = {}  # beside a gateway's token its key is sent too
    for how in surface.env.owns.values():
        if (secret := access.credentials.get(how.ask or "")) is not None:
            is_bearer = how.sent[0] == "bearer"
            if is_bearer:
                sent["authorization"] = f"Bearer {secret.reveal()}"
            # Seen on the Claude Platform on AWS: a token that replaces the signature goes out in both headers.
            if not is_bearer or (access.is_unsigned and "x-api-key" in how.sent):
                sent["x-api-key"] = secret.reveal()
    if "x-api-key" in given and surface.signs in _REPLACED:
        sent.pop("x-api-key", None)
    if sent:
        return {**given, **sent}
    if access.is_unsigned:
        token = access.environment.get("ANTHROPIC_AUTH_TOKEN")
        in_both = any(
            how.sent[0] == "bearer" and "x-api-key" in how.sent for how in surface.env.owns.values() if how.sent
        )
        keys = {"x-api-key": token} if token and in_both else {}
        return {**given, **keys, "authorization": f"Bearer {token}"} if token else given
    if surface.signs == "sigv4":
        return session.sign_headers(access, place(access.profile), surface.wire.service, method, url, given, body)
    if surface.signs == "google":
        # Seen on 2.1.332: no quota project is sent, whatever names one.
        return {**given, "authorization": f"Bearer {api.access_token(access, place(access.profile), url)}"}
    return given


def cloud_error(access: Access, answer: http.Response) -> Said | None:
    """The error of the cloud in front of the API; None if the error is Anthropic's own."""
    body = protocol.parse_body(answer)
    if access.surface.signs == "google" and isinstance(body, list) and body:
        body = body[0]  # in a stream
    if not isinstance(body, dict):
        return None
    words = body.get("message") or body.get("Message")
    if access.surface.signs == "sigv4" and isinstance(words, str):
        code = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
        return Said(answer.status, code or str(body.get("__type", answer.status)), words)
    error = body.get("error")
    if access.surface.signs == "google" and isinstance(error, Mapping) and "status" in error:
        return api.google_error(answer)
    if access.surface.signs == "azure" and isinstance(error, Mapping) and isinstance(error.get("code"), str):
        return Said(answer.status, error["code"], str(error.get("message", "")))
    return None


def lists_nothing(access: Access, answer: http.Response) -> bool:
    """Whether this is a gateway without a listing, which is not a fault."""
    return access.surface.is_gateway and answer.status in (404, 405, 501)


def no_listing_failure(access: Access, where: str, url: str) -> Failed:
    """The Failed for a gateway without a listing."""
    return make_failure(Said(None, "no-listing", "there is none"), access, where, url)
