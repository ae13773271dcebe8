"""Requests to Google's APIs with the profile's credentials."""

import json
from collections.abc import Mapping
from typing import Any

from ccsetup.providers import hosts, http, proxies
from ccsetup.providers.access import ATTEMPTS, Access, Failed, is_network, make_failure
from ccsetup.providers.google import credentials
from ccsetup.providers.google.credentials import endpoint
from ccsetup.providers.recognise import UNKNOWN, Said
from ccsetup.system import decoding, redact

QUOTA_PROJECT = "x-goog-user-project"
_ANSWERED = ("RefreshError", "OAuthError")  # google-auth's exceptions for a token endpoint's refusal
_OTHER_FORM = (ValueError, TypeError, LookupError, AttributeError)  # what the library raises for an odd answer
_SUBTYPE = ("error_subtype",)  # what the token endpoint returns in addition to code and message


def get(access: Access, url: str, place: str) -> dict[str, Any]:
    """GET from a Google API; raises Failed if it refuses or cannot be reached."""
    return access.once((url,), lambda: call(access, "GET", url, place))


def prediction_host(location: str) -> str:
    """The base URL for models at `location`; raises NotAPlace for an invalid location."""
    return f"https://{hosts.vertex(location)}"


def call(
    access: Access, method: str, url: str, place: str, body: object = None, counted: str | None = ""
) -> dict[str, Any]:
    """Call a Google API; raises Failed if it refuses or cannot be reached. `counted` replaces the quota project; with
    None it is sent only where Claude Code itself would send it."""
    try:
        headers = {"accept": "application/json", **auth_headers(access, url, as_client=counted is None)}
        if counted:
            headers[QUOTA_PROJECT] = counted
        sent = None if body is None else json.dumps(body).encode()
        if sent is not None:
            headers["content-type"] = "application/json"
        answer = request(access.environment, method, url, headers, sent)
        if answer.status == 200:
            return parse_json(answer, url)
    except Exception as error:
        raise failure(error, access, place, url) from error
    raise make_failure(google_error(answer), access, place, url)


def auth_headers(access: Access, url: str, *, as_client: bool = False) -> dict[str, str]:
    """The headers with the profile's credentials and quota project; raises google-auth's exceptions without
    credentials. `as_client`: no quota project that Claude Code would not send."""
    found, lock = credentials.credentials(access)
    headers: dict[str, str] = {}
    with lock:  # one token exchange, even if several threads need it
        found.before_request(_carrier(access.environment), "GET", url, headers)
    project, is_sent = credentials.quota_project(access)
    return {**headers, QUOTA_PROJECT: project} if is_sent or not as_client else headers


def check_token(access: Access, place: str) -> None:
    """Check that the credentials return an access token; raises Failed if they do not."""
    url = endpoint("AIPLATFORM", access.environment, "https://aiplatform.googleapis.com")
    try:
        auth_headers(access, url)
    except Exception as error:
        raise failure(error, access, place, url) from error


def access_token(access: Access, place: str, url: str) -> str:
    """The access token for the profile's requests to `url`; raises Failed if its credentials return none."""
    try:
        headers = {name.lower(): value for name, value in auth_headers(access, url).items()}
        return headers["authorization"].removeprefix("Bearer ")
    except Exception as error:
        raise failure(error, access, place, url) from error


def parse_json(answer: http.Response, url: str) -> dict[str, Any]:
    """Parse the JSON object of a response; raises Unanswered if it contains anything else."""
    try:
        document = decoding.from_json_of_any_form(answer.body)
    except ValueError as error:
        raise http.Unanswered("NotTheApi", f"{url} answers {_clipped(answer.text)}") from error
    if not isinstance(document, dict):
        raise http.Unanswered("NotTheApi", f"{url} answers {_clipped(answer.text)}")
    return document


def google_error(answer: http.Response) -> Said:
    """Parse a Google API error: ErrorInfo's reason if present, else the canonical status; its metadata as parts."""
    try:
        body = decoding.from_json_of_any_form(answer.body)
        error = (body[0] if isinstance(body, list) else body)["error"]  # streams wrap the object in a list
        if isinstance(error, str):  # the token endpoint
            kind = {name: str(body[name]) for name in _SUBTYPE if name in body}
            return Said(answer.status, error, str(body.get("error_description", error)), kind)
        info: dict[str, Any] = next(
            (detail for detail in error.get("details", ()) if "ErrorInfo" in str(detail.get("@type"))), {}
        )
        status, reason = str(error.get("status", "")), str(info.get("reason", ""))
        parts = {str(name).lower(): str(value) for name, value in dict(info.get("metadata", {})).items()}
        named = {name: value for name, value in (("status", status), ("reason", reason)) if value}
        code = reason or status or _STATUS.get(answer.status, str(answer.status))
        return Said(answer.status, code, str(error.get("message", ""))[:600], {**parts, **named})
    except (ValueError, LookupError, TypeError, AttributeError):
        return Said(answer.status, _STATUS.get(answer.status, str(answer.status)), _clipped(answer.text))


def failure(exception: Exception, access: Access, place: str, url: str) -> Failed:
    """The Failed for an exception in a request to `url`."""
    from google.auth.exceptions import GoogleAuthError

    if isinstance(exception, Failed):
        return exception
    if isinstance(exception, http.Unanswered):
        return make_failure(Said(None, exception.code, str(exception)), access, place, url)
    words, more = (
        exception.args[0] if exception.args else exception,
        exception.args[1] if len(exception.args) > 1 else None,
    )
    if isinstance(more, str) and (status := _status(more)):  # the error of iamcredentials
        return make_failure(google_error(http.Response(status, {}, more.encode())), access, place, url)
    # Keep nothing else of the token endpoint's response: without an access token it may still contain other tokens.
    parts = {name: str(more[name]) for name in _SUBTYPE if name in more} if isinstance(more, dict) else {}
    said = Said(None, type(exception).__name__, str(words[0] if isinstance(words, tuple) else words)[:600], parts)
    failed = make_failure(said, access, place, url)
    if (
        failed.finding.check == UNKNOWN
        and isinstance(exception, _OTHER_FORM)
        and not isinstance(exception, GoogleAuthError)
    ):
        odd = f"the token endpoint's answer has another form ({said.code})"
        return make_failure(Said(None, "NotTheApi", odd), access, place, url)
    if getattr(exception, "retryable", False):  # google-auth's attribute for an overloaded token endpoint
        return Failed("unreachable", failed.finding, failed.said)
    # These are answers of a token endpoint: a refusal, whether or not a page knows it.
    answered = type(exception).__name__ in _ANSWERED and not is_network(failed.finding.check)
    return Failed("denied", failed.finding, failed.said) if answered else failed


def _status(body: str) -> int:
    try:
        return int(decoding.from_json_of_any_form(body)["error"]["code"])
    except (ValueError, LookupError, TypeError):
        return 0


def _carrier(environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - google-auth's transport is a callable by convention
    """A transport for google-auth that sends its requests with ccsetup's transport."""

    def carry(url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: object) -> http.Response:  # noqa: ANN401
        sent = body.encode() if isinstance(body, str) else body
        redact.note_form(sent)
        choose = proxies.proxy_for_tokens
        answer = http.request(method, url, environment, headers=dict(headers or {}), body=sent, choose=choose)
        return _Carried(answer.status, answer.headers, answer.body)

    return carry


class _Carried(http.Response):
    """A response in the form that google-auth reads."""

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
    """Send a request to a Google API over the environment's proxy and certificates and return any response; raises
    Unanswered without one."""
    return http.request(method, url, environment, headers=headers, body=body, attempts=attempts)


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
