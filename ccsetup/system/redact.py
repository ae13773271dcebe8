"""Redaction of the secrets of this run, in every spelling in which a provider may repeat one.

`note` registers a value; `without_secrets` and `document_without_secrets` remove the registered values. `report`, and
code that stores or sends a provider's message, call them; commands that print a secret on request do not.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache

STRONG = 8  # characters; from this length on, a value that is not a plain word is redacted anywhere
PLAIN_WORD = 16  # characters; from this length on, letters alone are redacted inside longer words
SHORTEST = 6  # characters; redacting shorter values would garble ordinary text
_LINE = 16  # characters; shorter lines of a key file reveal little
_HARMLESS_HEADERS = re.compile(
    r"accept(-.*)?|anthropic-(version|beta|workspace-id|client-.*|dangerous-.*)|content-.*|host|user-agent|connection|date"
    r"|x-amz-(date|content-sha256|target|user-agent)|amz-sdk-.*|x-goog-(user-project|api-client|request-params)"
    r"|x-app|x-stainless-.*",
    re.IGNORECASE,
)
_HARMLESS_KEYS = frozenset(
    ("type", "project_id", "client_id", "client_email", "auth_uri", "token_uri", "token_url", "universe_domain",
     "auth_provider_x509_cert_url", "client_x509_cert_url", "quota_project_id", "audience", "subject_token_type",
     "service_account_impersonation_url", "service_account", "account", "region_url", "url", "environment_id",
     "file", "executable", "command", "token_info_url", "regional_cred_verification_url", "revoke_url")
)  # fmt: skip
_SECRET_FIELDS = re.compile(
    r"(?:^|&)(?:refresh_token|client_secret|assertion|subject_token|actor_token|WebIdentityToken|SAMLAssertion)=([^&]+)"
)
_SCHEME = re.compile(r"(?:Bearer|Basic|Token)\s+(\S.*)", re.IGNORECASE)
_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*:\s+(\S.*)")
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "(?:apos|#39)"}
_SHORT = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}

_noted: dict[str, None] = {}
_Spelling = tuple[str, str, str, str]  # what every spelling has, the value, its base64, and what takes its place
_ordered: dict[int, tuple[_Spelling, ...]] = {}  # of so many noted values


def note(value: str) -> None:
    """Redact `value` from now on, and the parts of it that are secrets themselves."""
    if value not in _noted and len(value) >= SHORTEST:
        _noted[value] = None


def is_noted(value: str) -> bool:
    return value in _noted


def note_header(name: str, value: str) -> None:
    """Note the value of a request header, unless the header never carries a secret."""
    if _HARMLESS_HEADERS.fullmatch(name) or value.startswith("AWS4-"):  # a signature does not reveal the secret
        return
    scheme = _SCHEME.fullmatch(value)
    note(scheme[1] if scheme else value)


def note_form(body: bytes | str | None) -> None:
    """Note the secrets in a request to a token endpoint (`application/x-www-form-urlencoded`)."""
    from urllib.parse import unquote_plus

    text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
    for match in _SECRET_FIELDS.finditer(text):
        note(unquote_plus(match[1]))


def without_secrets(text: str) -> str:
    """Replace every noted value in `text`, longest first, by `…`, or by `…f3a9` if it is long."""
    for needle, value, core, shown in _in_order():
        if needle in text:
            text = _pattern(value, core).sub(shown, text)
    return text


def bytes_without_secrets(content: bytes) -> bytes:
    """Like `without_secrets`, for the bytes of a response, which may not be UTF-8."""
    text = content.decode(errors="surrogateescape")
    clean = without_secrets(text)
    return content if clean == text else clean.encode(errors="surrogateescape")


def document_without_secrets(document: object) -> object:
    """Redact the strings of a JSON document, given as builtins; numbers and literals stay unchanged."""
    whole = json.dumps(document, default=str)
    if any(needle in whole for needle, *_ in _in_order()):
        return cleaned(document, without_secrets)
    return document


def cleaned(document: object, clean: Callable[[str], str]) -> object:
    """A JSON document, given as builtins, with `clean` applied to each text, once for all places where it stands."""
    known: dict[str, str] = {}

    def walk(value: object) -> object:
        match value:
            case str():
                if value not in known:
                    known[value] = clean(value)
                return known[value]
            case dict():
                return {walk(name): walk(entry) for name, entry in value.items()}
            case list() | tuple():
                return [walk(entry) for entry in value]
            case _:
                return value

    return walk(document)


def _in_order() -> tuple[_Spelling, ...]:
    """Every spelling of the noted values and their parts, those of the longest values first."""
    known = _ordered.get(len(_noted))
    if known is None:
        for value in list(_noted):
            for part in _parts(value):
                note(part)
        longest = sorted(_noted, key=len, reverse=True)
        known = tuple((needle, value, core, _shown(value)) for value in longest for needle, core in _spellings(value))
        _ordered.clear()
        _ordered[len(longest)] = known
    return known


def _shown(value: str) -> str:
    # The last characters of a short value would reveal it.
    return f"…{value[-4:]}".replace("\\", "/") if len(value) >= PLAIN_WORD and value.isprintable() else "…"


def _parts(value: str) -> Iterator[str]:
    """The parts of `value` that are secrets themselves: lines of a key, values of headers, strings of a JSON key."""
    yield value.strip()
    if scheme := _SCHEME.fullmatch(value):
        yield scheme[1]
    if value.lstrip().startswith(("{", "[")):
        with suppress(ValueError, RecursionError):
            yield from _texts(json.loads(value))
    for line in re.split(r"[\r\n]+|(?:\\r)?\\n", value):
        header = _HEADER.fullmatch(line.strip())
        if header and not _HARMLESS_HEADERS.fullmatch(header[1]):
            scheme = _SCHEME.fullmatch(header[2])
            yield scheme[1] if scheme else header[2]
        elif len(line) >= _LINE and line != value and not line.startswith("-----"):
            yield line.strip(" \t,")


def _texts(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        for name, value in document.items():
            if not isinstance(value, str):
                yield from _texts(value)
            elif name not in _HARMLESS_KEYS and len(value) >= STRONG:
                yield value
                yield from _parts(value)
    elif isinstance(document, list):
        for value in document:
            yield from _texts(value)


@cache
def _spellings(value: str) -> tuple[tuple[str, str], ...]:
    """(needle, base64 digits) of the value itself, without digits, and of its base64 at each offset. The needle occurs
    in everything that the spelling's pattern matches: a fast first test, before the pattern is even made."""
    if len(value) < STRONG:
        return () if _is_word(value) else ((_needle(value), ""),)
    cores = _base64(value.encode(errors="surrogateescape"))
    return ((_needle(value), ""), *((_needle(re.sub("[+/]", " ", core)), core) for core in cores))


@cache
def _pattern(value: str, core: str) -> re.Pattern[str]:
    """What matches the value, or its base64 digits `core`."""
    if core:
        return re.compile("".join(map(_base64_letter, core)))
    plain = "".join(map(_letter, value))
    if len(value) < STRONG or (_is_word(value) and len(value) < PLAIN_WORD):
        plain = rf"(?<![\w.-]){plain}(?![\w-]|\.\w)"
    return re.compile(plain)


def _is_word(value: str) -> bool:
    return value.isalpha() and value.isascii()


def _needle(value: str) -> str:
    """The longest part that is the same in every spelling."""
    return max(re.findall(r"[A-Za-z0-9]+", value), key=len, default="")


def _letter(letter: str) -> str:
    """A pattern for a character: plain, or escaped for a URL, JSON, XML, Markdown, a shell or a terminal."""
    if letter.isascii() and letter.isalnum():
        return letter
    try:
        raw = letter.encode(errors="surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair
        raw = letter.encode(errors="surrogatepass")
    units = letter.encode("utf-16-be", "surrogatepass")
    spelled = [
        rf"\\*{re.escape(letter)}",
        "".join(f"%(?:25)*(?i:{byte:02x})" for byte in raw),
        "".join(rf"\\+u(?i:{units[at]:02x}{units[at + 1]:02x})" for at in range(0, len(units), 2)),
        rf"&(?:amp;)*#(?:{ord(letter)}|[xX]0*(?i:{ord(letter):x}));",
    ]
    if ord(letter) < 256:
        spelled.append(rf"\\+x(?i:{ord(letter):02x})")
    if letter in _NAMED:
        spelled.append(f"&(?:amp;)*{_NAMED[letter]};")
    if letter in _SHORT:
        spelled.append(rf"\\+{_SHORT[letter]}")
    if letter == "'":
        spelled.append(r"""'\\''|'"'"'""")
    if letter.isspace():
        spelled += [r"\s+", r"\+"]
    if 0xDC80 <= ord(letter) <= 0xDCFF:
        spelled.append("\ufffd")
    return f"(?:{'|'.join(spelled)})"


def _base64_letter(letter: str) -> str:
    """A pattern for a base64 digit, in the standard or the URL-safe alphabet."""
    match letter:
        case "+":
            return f"(?:{_letter('+')}|-)"
        case "/":
            return rf"(?:{_letter('/')}|\\*_)"
        case _:
            return letter


def _base64(raw: bytes) -> Iterator[str]:
    """The base64 digits that depend on `raw` alone, for each of its three possible offsets within the encoded data."""
    for before in range(3):
        digits = base64.b64encode(b"\0" * before + raw).decode()
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        yield digits[first:last]
