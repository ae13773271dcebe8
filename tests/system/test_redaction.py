"""A provider that repeats a secret: whatever is printed, posted or kept does not hold it, in any spelling."""

import base64
import html
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from ccsetup.system import redact

KEY = "tok_live/9f+3c~e1&<b7>\"q'd 5%a2=_Zx"
LETTERS = "mysecretkey"
SHORT = "s3-key"


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_noted", {})
    monkeypatch.setattr(redact, "_ordered", {})


def markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


SPELLINGS = {
    "plain": KEY,
    "url": quote(KEY, safe=""),
    "url-lower": re.sub("%..", lambda found: found[0].lower(), quote(KEY, safe="")),
    "url-path": quote(KEY),
    "url-form": quote_plus(KEY),
    "url-twice": quote(quote(KEY, safe=""), safe=""),
    "json": json.dumps(KEY)[1:-1],
    "json-twice": json.dumps(json.dumps(KEY))[1:-1],
    "json-slashes": json.dumps(KEY)[1:-1].replace("/", "\\/"),
    "json-unicode": KEY.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003E"),
    "xml": html.escape(KEY),
    "xml-twice": html.escape(html.escape(KEY)),
    "markdown": markdown(KEY),
    "shell": KEY.replace("'", "'\\''"),
    **{f"base64-{at}": base64.b64encode(b"=" * at + KEY.encode() + b"!" * 5).decode() for at in range(3)},
    **{f"base64url-{at}": base64.urlsafe_b64encode(b"~" * at + KEY.encode()).decode() for at in range(3)},
    "base64-in-url": quote(base64.b64encode(KEY.encode()).decode(), safe=""),
}


def leaks(text: str) -> bool:
    """Whether eight characters in a row of the key are left, in any spelling tried here."""
    pieces = [KEY[at : at + 8] for at in range(len(KEY) - 8)]
    spelled = [
        piece for whole in SPELLINGS.values() for piece in (whole[at : at + 12] for at in range(4, len(whole) - 16))
    ]
    return any(piece in text for piece in (*pieces, *spelled))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_noted_secret_is_taken_out_in_every_spelling(spelling: str) -> None:
    redact.note(KEY)
    text = redact.without_secrets(f'before "{SPELLINGS[spelling]}" after')
    assert text.startswith('before "')
    assert text.endswith('" after')
    assert not leaks(text), text


@pytest.mark.parametrize(
    ("value", "kept", "gone"),
    [
        ("1", "1 of 1", ""),
        ("true", "it is true", ""),
        ("ollama", "model ollama", ""),
        (SHORT, "s3-key-2 as3-key s3-key.example", "s3-key: refused"),
        (LETTERS, "mysecretkeys mysecretkey.example a-mysecretkey", "Key=mysecretkey."),
        ("abcd1234", "", "xabcd1234x"),
        ("abcdefghijklmnop", "", "xabcdefghijklmnopx"),
    ],
)
def test_a_short_value_is_taken_out_only_where_it_stands_alone(value: str, kept: str, gone: str) -> None:
    redact.note(value)
    assert redact.without_secrets(kept) == kept
    assert value not in redact.without_secrets(gone) or not gone


def test_of_two_secrets_that_overlap_nothing_is_left() -> None:
    for order in ((KEY, KEY[:14], KEY[10:]), (KEY[10:], KEY[:14], KEY)):
        for value in order:
            redact.note(value)
        assert redact.without_secrets(f"({KEY}) ({KEY[:14]}) ({KEY[10:]})") == f"(…{KEY[-4:]}) (…) (…{KEY[-4:]})"


PEM = "\n".join(("-----BEGIN PRIVATE KEY-----", "MIIEvQ" + "a1" * 29, "b2" * 32, "-----END PRIVATE KEY-----"))
GOOGLE = {
    "type": "service_account",
    "private_key": PEM,
    "project_id": "my-project-of-google",
    "refresh_token": "1//0gTokenHere",
}


@pytest.mark.parametrize(
    ("secret", "gone", "kept"),
    [
        (PEM, "b2" * 32, "-----BEGIN PRIVATE KEY-----"),
        (PEM.replace("\n", "\\n"), "b2" * 32, ""),
        (json.dumps(GOOGLE), "MIIEvQ" + "a1" * 29, "my-project-of-google"),
        (json.dumps(GOOGLE, indent=2), "1//0gTokenHere", "service_account"),
        ("X-Team: gw-team-9\nAuthorization: Bearer tok-123456", "tok-123456", "Authorization"),
        ("X-Team: gw-team-9\nAuthorization: Bearer tok-123456", "gw-team-9", "X-Team"),
        ("anthropic-beta: context-2026-01-01\nX-Key: k-123456789", "k-123456789", "context-2026-01-01"),
        ("Bearer tok-123456", "tok-123456", "Bearer"),
        (" padded-key-1 ", "padded-key-1", ""),
    ],
)
def test_the_parts_of_a_secret_are_secrets(secret: str, gone: str, kept: str) -> None:
    redact.note(secret)
    assert gone not in redact.without_secrets(f"you sent {gone}, {kept}")
    assert kept in redact.without_secrets(f"you sent {gone}, {kept}")


@pytest.mark.parametrize(
    ("name", "value", "noted"),
    [
        ("x-api-key", KEY, True),
        ("authorization", f"Bearer {KEY}", True),
        ("x-amz-security-token", KEY, True),
        ("x-of-a-gateway", KEY, True),
        ("anthropic-version", "2026-10-21", False),
        ("x-goog-user-project", "my-project-9", False),
        ("content-type", "application/json", False),
        ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=0123456789abcdef", False),
    ],
)
def test_what_a_request_sends_as_a_credential_is_noted(name: str, value: str, noted: bool) -> None:
    redact.note_header(name, value)
    assert (value.removeprefix("Bearer ") not in redact.without_secrets(f"got {value}")) is noted


def test_the_secrets_of_a_token_request_are_noted() -> None:
    redact.note_form(f"grant_type=refresh_token&refresh_token={quote(KEY, safe='')}&client_id=public-client-1".encode())
    assert redact.without_secrets(f"{KEY} public-client-1") == f"…{KEY[-4:]} public-client-1"


def test_in_json_only_texts_change() -> None:
    redact.note("12345678")
    document = {"count": 12345678, "ok": True, "words": ["got 12345678"], "12345678": None}
    assert redact.document_without_secrets(document) == {"count": 12345678, "ok": True, "words": ["got …"], "…": None}


def test_bytes_that_are_no_text_keep_their_bytes_and_lose_the_secret() -> None:
    redact.note(KEY)
    assert redact.bytes_without_secrets(b"\xff " + KEY.encode() + b" \xfe") == f"\udcff …{KEY[-4:]} \udcfe".encode(
        errors="surrogateescape"
    )
    redact.note("key-\udcff-of-bytes")
    assert redact.without_secrets("got key-�-of-bytes") == "got …"


def test_ten_megabytes_without_a_secret_pass_quickly_and_unchanged() -> None:
    redact.note(KEY)
    text = "word " * 2_000_000
    assert redact.without_secrets(text) is text


def test_the_compiled_way_does_not_import_it() -> None:
    code = "import sys; from ccsetup.profile import compiled; compiled.cached_output(['p'], {})"
    code += "; print('ccsetup.system.redact' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout == "False\n"
