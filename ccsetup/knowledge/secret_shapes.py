"""Detection of secrets in values that should be names, by the value and by the variable's name.

Only the kind of secret is ever printed, never part of the value. The shapes and the harmless names are data
(`profiles/_secrets.toml`).
"""

import base64
import binascii
import datetime
import re
from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from ccsetup.knowledge import strict

# What JavaScript's trim() removes, which the client applies to its variables (seen on 2.1.330).
BLANKS = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
_QUOTES = "'\"`"
_LARGEST = 1 << 16  # characters that are examined closely; a longer value is not a name
_RUN = re.compile(r"[A-Za-z0-9+/_-]{32,}={0,2}")
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_RANDOM = re.compile(r"(?<![A-Za-z0-9+=_-])[A-Za-z0-9+=_]{48,}(?![A-Za-z0-9+=_-])")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}://[^\s\"'<>]*")
_BARE_LOGIN = re.compile(r"^[^\s/@:]+:[^\s/@]+@[^\s/@]+")  # user:password@host:port, as proxies are written
_PATH = re.compile(r"(~?[/\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|%[A-Z]+%|\$)")
_PLAIN = re.compile(r"(?i)[0-9.]*|true|false|yes|no|on|off|none|null|auto|default")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")
_HOST = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)(?:[^/?#]*@)?([^/?#@]*)")
_HARMLESS = re.compile(r"[A-Za-z0-9._-]{0,15}")  # too short for any shape
WEBHOOK = "a webhook's address"  # as spelled in the data
FILE_CONTENT, LONG = "the content of a file where its path belongs", "a long random text"
AWS_SECRET, LOGIN, QUERY = "an AWS secret access key", "a URL with a login", "a URL with a token in its query"
JSON_KEY, BY_NAME = "a key in JSON", "a credential, by the name of its variable"


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a credential looks like. `kind` is how messages name it; `provider`: Claude may be reached by it."""

    kind: str
    pattern: str
    provider: bool = False


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `profiles/_secrets.toml`."""

    title: str
    source: str
    seen: datetime.date
    client: str
    headers: tuple[str, ...]
    queries: tuple[str, ...]
    members: tuple[str, ...]
    names: tuple[str, ...]
    not_names: tuple[str, ...]
    paths: tuple[str, ...]
    repeated: tuple[str, ...]
    shape: tuple[Shape, ...]


@cache
def load_shapes() -> Secrets:
    return strict.read_table("_secrets", Secrets)


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((shape.kind, re.compile(shape.pattern)) for shape in load_shapes().shape)


def trim(value: str) -> str:
    """The value without leading and trailing blanks, as the client trims its variables."""
    return value.strip(BLANKS)


def kind(name: str, value: str) -> str:
    """The kind of secret that `value` of the setting or variable `name` contains, as text; empty if none."""
    value = trim(value)
    if not value or _HARMLESS.fullmatch(value):
        return _by_name(name, value)
    if len(value) > _LARGEST:
        return LONG
    if name in ("headers", "ANTHROPIC_CUSTOM_HEADERS") or name.upper().endswith("_HEADERS"):
        return secret_header(value)
    is_path = name in load_shapes().paths
    if secret := find_secret(value):
        return secret
    if is_path:
        return "" if _is_path(value) else FILE_CONTENT
    return ("" if _PATH.match(value) else _random(value)) or _by_name(name, value)


def find_secret(value: str) -> str:
    """The kind of secret found anywhere in the value by its shape; empty if none."""
    return next((secret for text in _spellings(value) if (secret := _in_text(text))), "")


def providers(value: str) -> str:
    """The kind of provider credential in the value; empty if none."""
    kinds = {one.kind for one in load_shapes().shape if one.provider}
    return next((found for found, pattern in _shapes() if found in kinds and pattern.search(value)), "")


def secret_header(lines: str) -> str:
    """The first header line that may carry a credential, as text; empty if all are harmless."""
    for line in re.split(r"\r\n|\n|\r", lines):
        if not line.strip(BLANKS):
            continue
        name, colon, value = line.partition(":")
        name = name.strip(BLANKS)
        if not colon or not is_harmless_header(name) or find_secret(value):
            named = colon and _HEADER_NAME.fullmatch(name) and not _in_text(name) and not _random(name)
            return f"the header {name}" if named else "header lines"
        if _random(value.strip(BLANKS)):
            return f"the header {name}"
    return ""


def is_harmless_header(name: str) -> bool:
    return name.strip(BLANKS).lower() in load_shapes().headers


def _spellings(value: str) -> Iterator[str]:
    """The value, and the value without quotes, escapes and base64; decoded at most twice."""
    seen: set[str] = set()
    waiting = [value, value.strip(BLANKS + _QUOTES), value.replace("\\n", "\n").replace("\\r", "").replace('\\"', '"')]
    if "%" in value:
        waiting.append(unquote(value))
    for _ in range(3):
        decoded: list[str] = []
        for text in waiting:
            if text and text not in seen:
                seen.add(text)
                yield text
                decoded += _decoded(text)
        waiting = decoded


def _decoded(text: str) -> Iterator[str]:
    """The text in base64 runs of `text`, including wrapped, URL-safe and unpadded base64."""
    joined = re.sub(r"[\s\\]+", "", text)
    for run in {*_RUN.findall(text), *_RUN.findall(joined)}:
        plain = run.rstrip("=").replace("-", "+").replace("_", "/")
        plain = plain[: len(plain) // 4 * 4 + (0 if len(plain) % 4 == 1 else len(plain) % 4)]
        try:
            yield base64.b64decode(plain + "=" * (-len(plain) % 4)).decode("utf-8-sig", "replace")
        except binascii.Error:
            continue


def _in_text(text: str) -> str:
    """The kind of secret found anywhere in a text; empty if none."""
    for kind_, pattern in _shapes():
        if pattern.search(text):
            return kind_
    return _json(text) or _url(text)


def _json(text: str) -> str:
    """JSON_KEY if the text is JSON, whole or cut off, with a member that marks a credential; else empty."""
    if "{" not in text or '"' not in text:
        return ""
    for member, value in re.findall(r'"([A-Za-z_]{2,40})"\s*:\s*("[^"]{0,12}|\{|\[)?', text):
        if member.lower() in load_shapes().members and value and value != '"':
            return JSON_KEY
        if member == "type" and re.match(r'"(service_acco|authorized_u|external_acc|impersonated)', value):
            return JSON_KEY
    return ""


def _url(text: str) -> str:
    """LOGIN or QUERY if the text contains a URL with a login, or with something unknown in its query or fragment; else
    empty."""
    if _BARE_LOGIN.match(text):
        return LOGIN
    for url in _URL.findall(text):
        try:
            parts = urlsplit(url)
        except ValueError:
            if "@" in url or "?" in url:
                return LOGIN
            continue
        if "@" in parts.netloc:
            return LOGIN
        for encoded in (parts.query, "" if re.fullmatch("[a-z-]{1,20}", parts.fragment) else parts.fragment):
            pairs = parse_qsl(encoded, keep_blank_values=True)
            if any(name.lower() not in load_shapes().queries or _random(value) for name, value in pairs):
                return QUERY
    return ""


def _is_path(value: str) -> bool:
    """Whether the value can be the path of a file, rather than a file's content."""
    plain = value.strip(BLANKS + _QUOTES)
    if len(value) > 4096 or any(letter in value for letter in "\n\r\0") or plain[:1] in ("{", "["):
        return False
    return _PATH.match(plain) is not None or not _random(plain)


def _random(text: str) -> str:
    """The kind of key if the text looks like an unmarked random key; else empty."""
    if "://" not in text and any(_mixed(match) and match.count("/") < 6 for match in _AWS_SECRET.findall(text)):
        return AWS_SECRET
    return LONG if any(_mixed(match) for match in _RANDOM.findall(text)) else ""


def _mixed(text: str) -> bool:
    return all(re.search(letters, text) for letters in ("[A-Z]", "[a-z]", "[0-9]"))


def _by_name(name: str, value: str) -> str:
    """BY_NAME if the variable's name marks a credential, unless the value is a switch, a number or a path; else
    empty."""
    words = name.split("_")
    if (
        not value
        or not name.isupper()
        or name in load_shapes().not_names
        or _PLAIN.fullmatch(value)
        or _PATH.match(value)
    ):
        return ""
    return BY_NAME if words[-1] in load_shapes().names or words[-1].removesuffix("S") in ("PASSWORD", "SECRET") else ""


def printable(name: str, value: str) -> str:
    """The value in printable form: a URL without login, query and fragment; any other secret is replaced by its
    kind."""
    secret = kind(name, value)
    host = _HOST.match(trim(value)) if secret in (LOGIN, QUERY) else None
    return f"{host[1]}{host[2]}/…" if host else f"({secret})" if secret else value


def mask(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with secrets in names and paths that messages may repeat replaced by their kind. URLs keep their
    login, which requests need."""
    names = {*load_shapes().paths, *load_shapes().repeated} & {*environment}
    kinds = {name: kind(name, environment[name]) for name in names}
    return {
        **environment,
        **{name: f"({secret})" for name, secret in kinds.items() if secret and secret not in (LOGIN, QUERY)},
    }
