"""The answers of a run, for `doctor --record`: what a page or the lab needs of them, by allow lists, and no secret."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from ccsetup.knowledge import urls
from ccsetup.system import decoding, redact

HEADERS = (
    "content-type", "date", "retry-after", "server", "via", "www-authenticate", "x-amzn-errortype", "x-should-retry",
)  # fmt: skip
FIELDS = frozenset((
    "@type", "Code", "Message", "Type", "__type", "code", "consumer", "detail", "details", "domain", "error",
    "error_code", "error_description", "error_message", "error_subtype", "errors", "message", "metadata", "msg",
    "permission", "quota_limit", "quota_metric", "reason", "service", "status", "statusCode", "status_code", "success",
    "title", "type",
))  # fmt: skip
_PROVIDERS = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "api.aws",
    "googleapis.com",
    "anthropic.com",
    "services.ai.azure.com",
)
_LONGEST = 2_000  # characters of a message
_MOST = 500  # answers
_DEEPEST = 8
_NAMES = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "someone@example.com"),
    (re.compile(r"(?<=:)\d{12}(?=[:/])|\b\d{9,}\b"), "123456789012"),
    (re.compile(r"\bwrkspc_\w+|\breq_\w+"), "ID"),
    (re.compile(r"(?<=assumed-role/)[\w+=,.@-]+/[\w+=,.@-]+|(?<=:user/)[\w+=,.@/-]+|(?<=:role/)[\w+=,.@/-]+"), "NAME"),
    (re.compile(r"(?<=projects/)[a-z][\w:.-]*|(?<=project )['`\"]?[a-z][a-z0-9-]{4,28}[a-z0-9]\b"), "PROJECT"),
)

_lock = threading.Lock()
_kept: list[dict[str, Any]] | None = None


@contextmanager
def recorded() -> Iterator[list[dict[str, Any]]]:
    """Keep every answer from now on; yields the growing list."""
    global _kept  # noqa: PLW0603 - one run a process
    with _lock:
        kept: list[dict[str, Any]] = []
        _kept = kept
    try:
        yield kept
    finally:
        with _lock:
            _kept = None


def note(method: str, url: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Keep this answer, if `recorded` is active. Header names are in lower case."""
    if _kept is None:
        return
    parts = urlsplit(url)
    answer = {
        "method": method,
        "host": _host(url),
        "path": _anonymous(parts.path),
        "status": status,
        "headers": {name: _anonymous(headers[name]) for name in HEADERS if name in headers},
        "body": _body(body) if status >= 400 else "",
    }
    with _lock:
        if _kept is not None and len(_kept) < _MOST:
            _kept.append(answer)


def document(answers: list[dict[str, Any]], version: str) -> str:
    """The text of the file."""
    whole = redact.document_without_secrets({"schema": 1, "ccsetup": version, "answers": answers})
    return json.dumps(whole, indent=2, ensure_ascii=True) + "\n"


def _host(url: str) -> str:
    host = urls.host(url)
    if any(host == own or host.endswith(f".{own}") for own in _PROVIDERS):
        return re.sub(r"^[\w-]+(?=\.services\.ai\.azure\.com$)", "RESOURCE", host)
    return "gateway.example.com"


def _body(body: bytes) -> str:
    """The error in it: of JSON the fields that are allowed, of XML code and message, else the beginning of the text."""
    try:
        return json.dumps(_allowed(decoding.from_json_of_any_form(body)))
    except (ValueError, RecursionError):
        text = body[: 8 * _LONGEST].decode(errors="replace")
    tags = re.findall(r"<(Code|Message)>([^<]*)</", text)
    if tags:
        inner = "".join(f"<{name}>{_anonymous(value)[:_LONGEST]}</{name}>" for name, value in tags)
        return f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>"
    return _anonymous(text)[:_LONGEST]


def _allowed(value: object, depth: int = 0) -> object:
    match value:
        case _ if depth > _DEEPEST:
            return None
        case dict():
            return {name: _allowed(inner, depth + 1) for name, inner in value.items() if name in FIELDS}
        case list():
            return [_allowed(inner, depth + 1) for inner in value[:20]]
        case str():
            return _anonymous(value)[:_LONGEST]
        case _:
            return value


def _anonymous(text: str) -> str:
    """`text` without secrets, addresses, accounts, projects and names of identities."""
    text = redact.without_secrets(text)
    for pattern, stand_in in _NAMES:
        text = pattern.sub(stand_in, text)
    return text
