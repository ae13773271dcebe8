"""Headers and errors common to Anthropic's API, the platforms that serve the same API, and gateways in front of it."""

import re
from collections.abc import Mapping
from typing import Any

from ccsetup.knowledge import custom_headers as headers
from ccsetup.providers import http
from ccsetup.providers.access import Access
from ccsetup.providers.recognise import Said
from ccsetup.system import decoding

TYPES: Mapping[int, str] = {  # https://platform.claude.com/docs/en/api/errors
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 500: "api_error", 504: "timeout_error",
    529: "overloaded_error",
}  # fmt: skip
_STATUSES = {type_: status for status, type_ in TYPES.items()}
_LONGEST = 600
_DEEPEST = 5
# Where gateways put the message and the code of an error, in the order in which they are looked for.
_MESSAGES = (
    "message", "msg", "detail", "error_description", "error", "errors", "error_message", "Message", "description",
    "title", "reason",
)  # fmt: skip
_CODES = ("type", "error_code", "code", "statusCode", "status_code", "status")
_WORD = re.compile(r"[A-Za-z][\w.-]*|\d{3,}")


def custom_headers(access: Access) -> dict[str, str]:
    """The user's own headers: {name in lower case: value}."""
    return headers.parse_headers(access.environment.get(headers.VARIABLE, ""))


def api_error(answer: http.Response) -> Said:
    """Parse an API error: its type, its message, and its error_code, if present, as a part. An error in another form,
    a gateway's, is read for the same."""
    body = parse_body(answer)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict) and isinstance(error.get("type"), str) and isinstance(error.get("message"), str):
        details = error.get("details")
        parts = (
            {"error_code": str(details["error_code"])} if isinstance(details, dict) and "error_code" in details else {}
        )
        return Said(answer.status, error["type"], error["message"][:_LONGEST], parts)
    message = find_message(body)
    code = find_code(body) if message else ""
    return Said(answer.status, code or str(answer.status), message or " ".join(answer.text.split())[:300])


def hidden_error(answer: http.Response) -> Said | None:
    """The error in the body of a response whose status reports success; None if the body is not an error. The status is
    the one that the body gives, if it does."""
    body = parse_body(answer)
    if not isinstance(body, dict) or answer.status >= 400:
        return None
    is_error = bool(body.get("error") or body.get("errors")) or body.get("type") == "error"
    code = find_code(body)
    is_error |= body.get("success") is False or ("data" not in body and _status(code) is not None)
    if not is_error:
        return None
    error = api_error(answer)
    status = _STATUSES.get(error.code) or _given_status(body) or answer.status
    return Said(status, error.code, error.message, error.parts)


def parse_body(answer: http.Response) -> Any:  # noqa: ANN401 - any JSON
    """The JSON of a response; None if it is not JSON."""
    try:
        return decoding.from_json_of_any_form(answer.body)
    except ValueError:
        return None


def find_message(value: object, depth: int = 0) -> str:
    """The message in an error of any form: a string, or the first one under a name that gateways use."""
    if isinstance(value, str):
        return " ".join(value.split())[:_LONGEST]
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        return find_message(value[0], depth + 1) if value else ""
    if isinstance(value, dict):
        return next((text for name in _MESSAGES if (text := find_message(value.get(name), depth + 1))), "")
    return ""


def find_code(value: object, depth: int = 0) -> str:
    """The error's code, the innermost one; "" if not found."""
    if isinstance(value, list):
        return find_code(value[0], depth + 1) if value and depth <= _DEEPEST else ""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return ""
    inner = next(
        (code for name in ("error", "errors", "detail") if (code := find_code(value.get(name), depth + 1))), ""
    )
    own = (str(value[name]) for name in _CODES if isinstance(value.get(name), str | int) and value[name] != "error")
    return inner or next((code for code in own if _WORD.fullmatch(code)), "")


def _given_status(value: object, depth: int = 0) -> int | None:
    """An HTTP status of an error among the codes in a body, the innermost one."""
    if isinstance(value, list):
        return _given_status(value[0], depth + 1) if value and depth <= _DEEPEST else None
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    inner = next((found for name in ("error", "errors") if (found := _given_status(value.get(name), depth + 1))), None)
    return inner or next((found for name in _CODES if (found := _status(value.get(name)))), None)


def _status(code: object) -> int | None:
    text = str(code)
    return int(text) if re.fullmatch(r"[45]\d\d", text, re.ASCII) else None
