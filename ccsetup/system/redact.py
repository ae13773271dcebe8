"""The secrets of this run, and how a text loses them: in every spelling in which a provider may repeat one.

`note` remembers a value, `without_secrets` and `document_without_secrets` take the noted values out. `report`, and
whatever keeps or posts a provider's words, call them; the commands that are asked for a secret do not.
"""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

STRONG = 8  # characters; a value that is no plain word is redacted from here on wherever it stands
PLAIN_WORD = 16  # characters; letters alone are redacted inside of longer words from here on
SHORTEST = 6  # characters; shorter values would turn ordinary text into dots
_LINE = 16  # characters; shorter lines of a key file tell little
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
_ordered: list[str] = []


def note(value: str) -> None:
    """Redact `value` from here on, and the parts of it that are secrets by themselves."""
    if value not in _noted and len(value) >= SHORTEST:
        _noted[value] = None


def is_noted(value: str) -> bool:
    return value in _noted


def note_header(name: str, value: str) -> None:
    """Note what a request sends under a header, unless the name is one that carries no secret."""
    if _HARMLESS_HEADERS.fullmatch(name) or value.startswith("AWS4-"):  # a signature is made from the secret alone
        return
    scheme = _SCHEME.fullmatch(value)
    note(scheme[1] if scheme else value)


def note_form(body: bytes | str | None) -> None:
    """Note the secrets in a request to a token endpoint (`application/x-www-form-urlencoded`)."""
    from urllib.parse import unquote_plus

    text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
    for found in _SECRET_FIELDS.finditer(text):
        note(unquote_plus(found[1]))


def without_secrets(text: str) -> str:
    """`text` with `…`, or `…f3a9` for a long one, for every noted value; the longest first."""
    for value in _in_order():
        for needle, pattern in _spellings(value):
            if needle in text:
                text = pattern.sub(_shown(value), text)
    return text


def bytes_without_secrets(content: bytes) -> bytes:
    """Like `without_secrets`, for the bytes of an answer, which need not be UTF-8."""
    text = content.decode(errors="surrogateescape")
    clean = without_secrets(text)
    return content if clean == text else clean.encode(errors="surrogateescape")


def document_without_secrets(document: object) -> object:
    """A JSON document, as builtins, without the noted values in its texts; numbers and literals stay as they are."""
    whole = json.dumps(document, default=str)
    if any(needle in whole for value in _in_order() for needle, _ in _spellings(value)):
        return _cleaned(document)
    return document


def _cleaned(document: object) -> object:
    match document:
        case str():
            return without_secrets(document)
        case dict():
            return {_cleaned(name): _cleaned(held) for name, held in document.items()}
        case list() | tuple():
            return [_cleaned(held) for held in document]
        case _:
            return document


def _in_order() -> list[str]:
    """The noted values and their parts, the longest first."""
    if len(_ordered) < len(_noted):
        for value in list(_noted):
            for part in _parts(value):
                note(part)
        _ordered[:] = sorted(_noted, key=len, reverse=True)
    return _ordered


def _shown(value: str) -> str:
    # The end of a short value would give it away.
    return f"…{value[-4:]}".replace("\\", "/") if len(value) >= PLAIN_WORD and value.isprintable() else "…"


def _parts(value: str) -> Iterator[str]:
    """What of `value` is a secret by itself: lines of a key, values of headers, texts of a JSON key."""
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
        for name, held in document.items():
            if not isinstance(held, str):
                yield from _texts(held)
            elif name not in _HARMLESS_KEYS and len(held) >= STRONG:
                yield held
                yield from _parts(held)
    elif isinstance(document, list):
        for held in document:
            yield from _texts(held)


@cache
def _spellings(value: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns for `value`, each with a text that is in whatever the pattern matches."""
    plain = "".join(map(_letter, value))
    word = value.isalpha() and value.isascii()
    if len(value) < STRONG and word:
        return ()
    if len(value) < STRONG or (word and len(value) < PLAIN_WORD):
        plain = rf"(?<![\w.-]){plain}(?![\w-]|\.\w)"
    found = [(_needle(value), re.compile(plain))]
    if len(value) >= STRONG:
        found += [
            (_needle(re.sub("[+/]", " ", core)), re.compile("".join(map(_base64_letter, core))))
            for core in _base64(value.encode(errors="surrogateescape"))
        ]
    return tuple(found)


def _needle(value: str) -> str:
    """The longest part that every spelling leaves as it is."""
    return max(re.findall(r"[A-Za-z0-9]+", value), key=len, default="")


def _letter(letter: str) -> str:
    """A pattern for a character: as it is, escaped for a URL, for JSON, XML, Markdown, a shell or a terminal."""
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
    """A pattern for a digit of either alphabet."""
    match letter:
        case "+":
            return f"(?:{_letter('+')}|-)"
        case "/":
            return rf"(?:{_letter('/')}|\\*_)"
        case _:
            return letter


def _base64(raw: bytes) -> Iterator[str]:
    """The digits that depend on `raw` alone, for each of the three places where it can begin in what was encoded."""
    for before in range(3):
        digits = base64.b64encode(b"\0" * before + raw).decode()
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        yield digits[first:last]
