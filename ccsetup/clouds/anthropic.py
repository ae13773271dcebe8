"""Anthropic's own catalogue with the anthropic SDK: `/v1/models`, in its shapes of today and of before."""

import datetime
from collections.abc import Iterable
from typing import Any

from ccsetup.catalogue import Lifecycle, Listing, Model, family, lifecycle_at, ordered
from ccsetup.clouds import ATTEMPTS, CONNECT_SECONDS, REQUEST_SECONDS, Access, Failed, failed, network
from ccsetup.recognise import Said

HOST = "https://api.anthropic.com"
_LEGACY = {"active": False, "deprecated": True, "retired": True}


def address(access: Access) -> str:
    """Where the API is for this profile."""
    return access.environment.get("ANTHROPIC_BASE_URL") or HOST


def place(url: str) -> str:
    """The name of the place at `url`."""
    return url.partition("://")[2].rstrip("/")


def look(access: Access) -> Listing:
    """The models that the key's organisation lists; Failed when they cannot be had."""
    url = address(access)
    where = place(url)
    key, token = access.secrets.get("key"), access.secrets.get("oauth_token")
    if key is None and token is None:
        code = "no-key" if access.profile.surface == "api-key" else "no-token"
        raise failed(Said(None, code, "the profile holds none"), access, where, url)
    import anthropic

    try:
        client = anthropic.Anthropic(
            api_key=key.reveal() if key else None,
            auth_token=token.reveal() if token and not key else None,
            base_url=url,
            max_retries=ATTEMPTS - 1,
            timeout=anthropic.Timeout(REQUEST_SECONDS, connect=CONNECT_SECONDS),
            http_client=_http(access, url),
            # The SDK sends a key as a bearer; the client, and the gateways made for it, know x-api-key.
            default_headers={"x-api-key": key.reveal()} if key else {"anthropic-beta": "oauth-2025-04-20"},
        )
        found = list(client.models.list(limit=1000))
    except Exception as why:
        raise _failure(why, access, where, url) from None  # the SDK's exceptions hold the request, key and all
    return Listing(access.profile.surface, where, ordered(_models(found, access.now)), access.now)


def _http(access: Access, url: str) -> Any:  # noqa: ANN401 - httpx under whatever name anthropic has it
    """The SDK's HTTP client, with the proxy and the trust of the profile's environment."""
    import anthropic
    import httpx2

    trusted = httpx2.create_ssl_context()
    if more := network.added(access.environment):
        trusted.load_verify_locations(more)
    way = httpx2.HTTPTransport(verify=trusted, proxy=network.proxy(access.environment, url))
    return anthropic.DefaultHttpxClient(transport=way)


def _models(found: Iterable[Any], now: datetime.datetime) -> list[Model]:
    models = []
    for entry in found:
        tier, version = family(entry.id)
        ends_on = _moment(getattr(entry, "retires_at", None))
        models.append(
            Model(
                id=entry.id,
                tier=getattr(entry, "line", None) or tier,
                version=version,
                name=entry.display_name,
                lifecycle=_lifecycle(getattr(entry, "lifecycle", None), now, ends_on),
                kind="model",
                legacy_on=_moment(getattr(entry, "deprecated_at", None)),
                ends_on=ends_on,
            )
        )
    return [model for model in models if model.tier is not None]


def _lifecycle(word: str | None, now: datetime.datetime, ends_on: datetime.datetime | None) -> Lifecycle:
    return "ended" if word == "retired" else lifecycle_at(now, _LEGACY.get(word or ""), ends_on)


def _moment(value: object) -> datetime.datetime | None:
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if not isinstance(value, datetime.datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)


def _failure(why: Exception, access: Access, place: str, url: str) -> Failed:
    import anthropic

    if isinstance(why, anthropic.APIStatusError):
        body = why.body if isinstance(why.body, dict) else {}
        error = body.get("error") if isinstance(body.get("error"), dict) else {}
        code = str((error or {}).get("type") or why.status_code)
        said = Said(why.status_code, code, str((error or {}).get("message") or why.response.text[:300]))
    else:
        cause = f": {why.__cause__}" if why.__cause__ else ""
        said = Said(None, type(why).__name__, f"{why}{cause}"[:300])
    return failed(said, access, place, url)
