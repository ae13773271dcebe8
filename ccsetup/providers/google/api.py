"""Google's APIs with the credentials a profile would have, without the SDK's detours."""

import json
from collections.abc import Mapping
from typing import Any

from ccsetup.providers import hosts, http
from ccsetup.providers.access import ATTEMPTS, Access, Failed, failed
from ccsetup.providers.google import credentials
from ccsetup.providers.google.credentials import endpoint
from ccsetup.providers.recognise import Said
from ccsetup.system import decoding, redact

QUOTA_PROJECT = "x-goog-user-project"
_SUBTYPE = ("error_subtype",)  # what the token endpoint tells beside code and words


def get(access: Access, url: str, place: str) -> dict[str, Any]:
    """What a Google API answers to GET; Failed when it refuses or cannot be asked."""
    return call(access, "GET", url, place)


def prediction_host(location: str) -> str:
    """Where a model at `location` is called; NotAPlace for what is not a location."""
    return f"https://{hosts.vertex(location)}"


def call(access: Access, method: str, url: str, place: str, body: object = None, counted: str = "") -> dict[str, Any]:
    """What a Google API answers; Failed when it refuses or cannot be asked. `counted` is another quota project."""
    try:
        headers = {"accept": "application/json", **authorized(access, url)}
        if counted:
            headers[QUOTA_PROJECT] = counted
        sent = None if body is None else json.dumps(body).encode()
        if sent is not None:
            headers["content-type"] = "application/json"
        answer = request(access.environment, method, url, headers, sent)
        if answer.status == 200:
            return json_of(answer, url)
    except Exception as why:
        raise failure(why, access, place, url) from why
    raise failed(google_error(answer), access, place, url)


def authorized(access: Access, url: str) -> dict[str, str]:
    """The headers that carry the profile's credentials and quota project; google-auth's exceptions without them."""
    found, lock = credentials.credentials(access)
    headers: dict[str, str] = {}
    with lock:  # one exchange of the token, whoever needs it first
        found.before_request(_carrier(access.environment), "GET", url, headers)
    return {**headers, QUOTA_PROJECT: credentials.quota_project(access)[0]}


def token(access: Access, place: str) -> None:
    """Make sure that the credentials yield an access token; Failed when they do not."""
    url = endpoint("AIPLATFORM", access.environment, "https://aiplatform.googleapis.com")
    try:
        authorized(access, url)
    except Exception as why:
        raise failure(why, access, place, url) from why


def access_token(access: Access, place: str, url: str) -> str:
    """The access token that the profile's requests to `url` carry; Failed when its credentials yield none."""
    try:
        headers = {name.lower(): value for name, value in authorized(access, url).items()}
        return headers["authorization"].removeprefix("Bearer ")
    except Exception as why:
        raise failure(why, access, place, url) from why


def json_of(answer: http.Response, url: str) -> dict[str, Any]:
    """The JSON object of an answer; Unanswered where it holds something else."""
    try:
        found = decoding.from_json_of_any_form(answer.body)
    except ValueError as why:
        raise http.Unanswered("NotTheApi", f"{url} answers {_clipped(answer.text)}") from why
    if not isinstance(found, dict):
        raise http.Unanswered("NotTheApi", f"{url} answers {_clipped(answer.text)}")
    return found


def google_error(answer: http.Response) -> Said:
    """A Google API's no: ErrorInfo's reason first, the canonical status second; its metadata as parts."""
    try:
        body = decoding.from_json_of_any_form(answer.body)
        error = (body[0] if isinstance(body, list) else body)["error"]  # streams wrap it in a list
        if isinstance(error, str):  # the token endpoint
            kind = {name: str(body[name]) for name in _SUBTYPE if name in body}
            return Said(answer.status, error, str(body.get("error_description", error)), kind)
        info: dict[str, Any] = next(
            (one for one in error.get("details", ()) if "ErrorInfo" in str(one.get("@type"))), {}
        )
        status, reason = str(error.get("status", "")), str(info.get("reason", ""))
        parts = {str(name).lower(): str(value) for name, value in dict(info.get("metadata", {})).items()}
        told = {name: value for name, value in (("status", status), ("reason", reason)) if value}
        code = reason or status or _STATUS.get(answer.status, str(answer.status))
        return Said(answer.status, code, str(error.get("message", ""))[:600], {**parts, **told})
    except (ValueError, LookupError, TypeError, AttributeError):
        return Said(answer.status, _STATUS.get(answer.status, str(answer.status)), _clipped(answer.text))


def failure(why: Exception, access: Access, place: str, url: str) -> Failed:
    """What an exception on the way to `url` means."""
    if isinstance(why, Failed):
        return why
    if isinstance(why, http.Unanswered):
        return failed(Said(None, why.code, str(why)), access, place, url)
    words, more = why.args[0] if why.args else why, why.args[1] if len(why.args) > 1 else None
    if isinstance(more, str) and (status := _status(more)):  # what iamcredentials answered
        return failed(google_error(http.Response(status, {}, more.encode())), access, place, url)
    # Of the token endpoint's answer nothing else: what lacks an access token may hold other tokens.
    parts = {name: str(more[name]) for name in _SUBTYPE if name in more} if isinstance(more, dict) else {}
    said = Said(None, type(why).__name__, str(words[0] if isinstance(words, tuple) else words)[:600], parts)
    found = failed(said, access, place, url)
    busy = getattr(why, "retryable", False)  # google-auth's word for a token endpoint that had no time
    return Failed("unreachable", found.finding, found.said) if busy else found


def _status(body: str) -> int:
    try:
        return int(decoding.from_json_of_any_form(body)["error"]["code"])
    except (ValueError, LookupError, TypeError):
        return 0


def _carrier(environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - google-auth's transport is a callable by custom
    """google-auth's way out, by our transport."""

    def carry(url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: object) -> http.Response:  # noqa: ANN401
        sent = body.encode() if isinstance(body, str) else body
        redact.note_form(sent)
        answer = request(environment, method, url, dict(headers or {}), sent)
        return _Carried(answer.status, answer.headers, answer.body)

    return carry


class _Carried(http.Response):
    """An answer as google-auth reads it."""

    @property
    def data(self) -> bytes:
        return self.body


def request(
    environment: Mapping[str, str],
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    attempts: int = ATTEMPTS,
) -> http.Response:
    """Any answer of a Google API, over the environment's proxy and certificates; Unanswered without one."""
    # REQUESTS_CA_BUNDLE is what Google's own tools read.
    bundle = environment.get("REQUESTS_CA_BUNDLE") or None
    return http.request(method, url, environment, headers=headers, body=body, bundle=bundle, attempts=attempts)


def _clipped(text: str) -> str:
    return " ".join(text.split())[:300]


_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
