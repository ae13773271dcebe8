"""Every command against a provider that repeats the secret: nothing printed, posted or kept holds it."""

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.desktop import executable
from tests.support.echo import Echo, echoing
from tests.support.program import Done, Program

KEY = "tok_live/9f+3c-e17b2a5_Zx+Qw8"
SURFACES = {
    "gateway": {"auth_token": "env:WORK_TOKEN"},
    "api-key": {"key": "env:WORK_TOKEN"},
}
COMMANDS = (
    ["models", "p"],
    ["models", "p", "--json"],
    ["models", "p", "--offline"],
    ["doctor", "p"],
    ["doctor", "p", "--json"],
    ["doctor", "p", "--format", "junit"],
    ["doctor", "p", "--format", "markdown"],
    ["doctor", "p", "--live", "--verbose"],
    ["drift", "p"],
    ["drift", "p", "--json"],
    ["drift", "--history"],
    ["drift", "--accept"],
    ["quota", "p"],
    ["policy", "p"],
    ["status"],
    ["list", "--json"],
)


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    with echoing() as echo:
        yield echo


def holds(text: bytes) -> bool:
    """Whether the key is in there: as it is, escaped for Markdown, XML or a URL, or in base64."""
    inside = [base64.b64encode(b"=" * at + KEY.encode()).decode()[4:-4] for at in range(3)]
    spelled = (KEY, KEY.replace("_", "\\_"), quote(KEY, safe=""), quote(KEY), *inside, KEY[:12], KEY[-12:])
    return any(one.encode() in text for one in spelled)


def safe(done: Done) -> None:
    for text in (done.out, done.err):
        assert not holds(text.encode(errors="surrogateescape")), text
        assert "internal error" not in text


def nothing_kept(folder: Path) -> None:
    for path in folder.rglob("*"):
        assert not path.is_file() or not holds(path.read_bytes()), path


CASES = [
    (surface, status, filler) for surface in SURFACES for status, filler in ((401, 286), (200, 0), (403, 590), (500, 0))
]


@pytest.mark.parametrize(
    ("surface", "status", "filler"),
    [pytest.param(*case, marks=[pytest.mark.thorough] * (place not in (0, 5))) for place, case in enumerate(CASES)],
)
def test_no_command_shows_or_keeps_a_repeated_secret(
    program: Program, echo: Echo, surface: str, status: int, filler: int, tmp_path: Path
) -> None:
    echo.status, echo.filler = status, filler
    here = type(program)(program.home, {"WORK_TOKEN": KEY})
    pin = {"models.opus": "claude-opus-5-5"}
    here.init("p", surface, base_url=echo.url, **SURFACES[surface], **pin)
    tell = executable(tmp_path / "tell", f"#!/bin/sh\ncat >> {program.home}/told\n")
    answers = [f"--set={key}={value}" for key, value in (*SURFACES[surface].items(), ("base_url", echo.url))]
    echo.posted.clear()
    for words in (
        *COMMANDS,
        ["init", "q", "--surface", surface, *answers, "--yes", "--force"],
        ["drift", "p", "--notify", str(tell)],
        ["drift", "p", "--notify", f"{echo.url}/{status}"],
    ):
        safe(here.run(*words))
    assert not any(map(holds, echo.posted))
    nothing_kept(program.home)
    assert here.run("key", "p").out == f"{KEY}\n"  # asked for
