"""Messages in a narrow terminal: sentences break at words, commands do not break."""

import sys

import pytest

from ccsetup.system import tables


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "note: work has no sign-in that ccsetup can see, so it is not checked",
            ["note: work has no sign-in that ccsetup", "  can see, so it is not checked"],
        ),
        (
            "not signed in yet? ccsetup run personal -- claude auth login",
            ["not signed in yet?", "  ccsetup run personal -- claude auth login"],
        ),
        (
            "  followed on cd with: ccsetup hook bash --cd --completion",
            ["  followed on cd with:", "    ccsetup hook bash --cd --completion"],
        ),
        (
            "  $ ccsetup doctor bedrock-prod --live --verbose",
            ["  $ ccsetup doctor bedrock-prod --live --verbose"],
        ),
    ],
    ids=["words", "question", "colon", "prompt"],
)  # fmt: skip
def test_sentence_is_wrapped_and_command_is_not(text: str, lines: list[str]) -> None:
    assert tables.wrapped(text) == lines


def test_sentence_in_a_block_is_wrapped_under_itself() -> None:
    rows = [("light", "api-key", "a flat bill; an API key where use is rare")]
    assert list(tables.table(("USE", "SURFACES", "WHY"), rows)) == [
        "light",
        "  SURFACES  api-key",
        "  WHY       a flat bill; an API key",
        "            where use is rare",
    ]


def test_only_cell_of_a_block_has_no_head() -> None:
    rows = [("api-country-blocked", "Anthropic does not accept requests from this network")]
    assert list(tables.table(("ERROR", "TITLE"), rows)) == [
        "api-country-blocked",
        "  Anthropic does not accept requests",
        "    from this network",
    ]
