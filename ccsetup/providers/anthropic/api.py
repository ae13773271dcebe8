"""Anthropic's own catalogue: `/v1/models`, in its present and earlier response formats.

The same request as the anthropic SDK's `models.list`, without the two seconds that its import costs (a test compares
the two). The key is sent in the header that Claude Code uses, since gateways made for the client may accept no other.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from ccsetup.providers import hosts, http
from ccsetup.providers.access import PAGES, Access, Failed, compose_host, endless, make_failure, provider_time
from ccsetup.providers.anthropic.protocol import TYPES, api_error, custom_headers, hidden_error, parse_body
from ccsetup.providers.catalogue import Lifecycle, Listing, Model, lifecycle_at, parse_family, sort_models
from ccsetup.providers.places import host_of
from ccsetup.providers.places import place as _place_of
from ccsetup.providers.recognise import Said
from ccsetup.system import lenient

OAUTH_BETA = "oauth-2025-04-20"
ORGANIZATION = "anthropic-organization-id"  # in an answer to an accepted credential: whose it is
VERSION = "2026-10-21"  # the first that reports a model's lifecycle
_LEGACY = {"active": False, "deprecated": True, "retired": True}


def address(access: Access) -> str:
    """The base URL of the API for this profile."""
    surface = access.surface
    base, own = surface.base_variable, surface.own
    if surface.is_gateway:
        return access.environment[base].strip()
    path = _path(access)
    moved = access.environment.get(base, "").strip()
    moved = moved.rstrip("/").removesuffix(own.below) if own.below else moved
    return moved or f"https://{compose_host(access, lambda: hosts.own_host(surface, _asked(access)))}{path}"


def _path(access: Access) -> str:
    """The path after the host, with answers filled in; raises Failed for a place that cannot be part of a URL."""
    path, where = access.surface.own.path, access.surface.place
    answers = dict(access.profile.set)
    if where and f"{{{where.answer}}}" in path:
        answers[where.answer] = compose_host(access, lambda: hosts.check_place(where.answer, _asked(access)))
    return path.format_map(answers)


def _asked(access: Access) -> str:
    """The region, location or resource in the environment, else in the profile, else Claude Code's default."""
    where = access.surface.place
    if where is None:
        return ""
    return access.environment.get(where.variable) or access.profile.set.get(where.answer) or where.default


def list_models(access: Access) -> Listing:
    """List the models of the key's organisation; raises Failed if that is not possible."""
    url = address(access)
    asked_at = request_place(access)
    listing: list[Mapping[str, Any]] = []
    after, size = "", 0
    for _ in range(PAGES):
        page_url = f"{url.rstrip('/')}/v1/models?limit=1000{after}"
        answer, page = _page(access, page_url)
        listing += (entry for entry in page["data"] if _is_sound(entry))  # an entry without an id is not a model
        size += len(answer.body)
        last = page.get("last_id")
        if not page.get("has_more"):
            if not listing:
                raise _refusal(access, answer, page_url)
            told_at = provider_time(answer.headers)
            models = _models(listing, told_at or access.now, every=access.is_gateway)
            accepted = not access.is_gateway or bool(answer.headers.get(ORGANIZATION))
            return Listing(
                access.profile.surface, asked_at, sort_models(models), access.now, told_at, accepted=accepted
            )
        if not isinstance(last, str) or not last:
            raise _refusal(access, answer, page_url)
        if size > http.LARGEST or after == (after := f"&after_id={quote(last)}"):
            break
    raise endless(access, asked_at, url)


def read_organization(access: Access) -> str | None:
    """The organisation of the credential; None if the API does not report it. Raises Failed if it refuses."""
    url = f"{address(access).rstrip('/')}/v1/models?limit=1"
    answer = request(access, url)
    if answer.status != 200 or hidden_error(answer):
        raise make_failure(hidden_error(answer) or api_error(answer), access, host_of(address(access)), url)
    return answer.headers.get(ORGANIZATION) or None


def _page(access: Access, url: str) -> tuple[http.Response, dict[str, Any]]:
    """The response to a GET of `url` and the page of a listing in it; raises Failed for anything else."""
    answer = request(access, url)
    document = parse_body(answer)
    if answer.status == 200 and is_listing(document) and not hidden_error(answer):
        return answer, document
    raise _refusal(access, answer, url)


def is_listing(document: object) -> bool:
    """Whether a JSON document is a page of a listing."""
    return isinstance(document, dict) and isinstance(document.get("data"), list)


def _refusal(access: Access, answer: http.Response, url: str) -> Failed:
    """The Failed for a response that is not a listing."""
    if said := hidden_error(answer):
        return make_failure(said, access, request_place(access), url)
    if not access.surface.is_direct:
        from ccsetup.providers.anthropic import platforms

        if platforms.lists_nothing(access, answer):
            return platforms.no_listing_failure(access, request_place(access), url)
        if said := platforms.cloud_error(access, answer):
            return make_failure(said, access, request_place(access), url)
    if answer.status == 200:
        said = Said(None, "NotTheApi", f"{url} answers {answer.text[:300]}")
        return make_failure(said, access, request_place(access), url)
    return make_failure(api_error(answer), access, request_place(access), url)


def request(access: Access, url: str) -> http.Response:
    """Send a GET request with the profile's credential, in the header that Claude Code uses; raises Failed without a
    credential or a response."""
    headers = {"anthropic-version": VERSION, **auth_headers(access, url)}
    try:
        return http.request("GET", url, access.environment, headers=headers)
    except http.Unanswered as error:
        raise make_failure(Said(None, error.code, str(error)), access, request_place(access), url) from None


def error_type(status: int) -> str:
    """The API's error type for an HTTP status."""
    return TYPES.get(status, str(status))


def request_place(access: Access) -> str:
    """The place of the request: a region or a location if the surface has one, else the API's host."""
    return _place_of(access.profile) if access.surface.place else host_of(address(access))


def auth_headers(access: Access, url: str, method: str = "GET", body: bytes | None = None) -> dict[str, str]:
    """The profile's headers and credential for a request; raises Failed without a credential."""
    if not access.surface.is_direct:
        from ccsetup.providers.anthropic import platforms

        return platforms.auth_headers(access, url, method, body)
    key, token, bearer = map(access.secrets.get, ("key", "oauth_token", "auth_token"))
    replaced = {"x-api-key": key.reveal()} if key else {}
    replaced |= {"authorization": f"Bearer {token.reveal()}"} if token else {}
    headers = {**replaced, **custom_headers(access)}
    if bearer:  # such as a key helper's; seen on 2.1.332: a header of one's own does not replace it
        headers["authorization"] = f"Bearer {bearer.reveal()}"
    if not headers.keys() & {"x-api-key", "authorization"}:
        code = "no-key" if access.surface.is_keyed else "no-token"
        raise make_failure(Said(None, code, "the profile holds none"), access, host_of(url), url)
    return {**headers, **({"anthropic-beta": OAUTH_BETA} if token or access.surface.signs == "login" else {})}


def _is_sound(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and bool(entry["id"].strip())


def _models(entries: Iterable[Mapping[str, Any]], now: datetime.datetime, *, every: bool) -> list[Model]:
    """The models among the entries: Claude models, or all of them with `every` (a gateway's pins may be any)."""
    models = []
    for entry in entries:
        id_ = str(entry["id"])
        tier, version = parse_family(id_)
        ends_on = _moment(entry.get("retires_at"))
        models.append(
            Model(
                id=id_,
                tier=lenient.text_value(entry, "line") or tier,
                version=version,
                name=lenient.text_value(entry, "display_name") or id_,
                lifecycle=_lifecycle(entry.get("lifecycle"), now, ends_on),
                kind="model",
                legacy_on=_moment(entry.get("deprecated_at")),
                ends_on=ends_on,
            )
        )
    return [model for model in models if every or model.tier is not None]


def _lifecycle(word: object, now: datetime.datetime, ends_on: datetime.datetime | None) -> Lifecycle:
    return "ended" if word == "retired" else lifecycle_at(now, _LEGACY.get(str(word)), ends_on)


def _moment(value: object) -> datetime.datetime | None:
    return lenient.parse_time(value) if isinstance(value, str) else None
