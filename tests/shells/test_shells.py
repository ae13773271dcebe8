"""Any value goes byte for byte through every shell."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccsetup.shells import powershell
from ccsetup.shells.dialects import dialect_module
from tests.support import real_shells
from tests.support.program import SYSTEM_PATH
from tests.support.real_shells import Shell

pytestmark = pytest.mark.shells

BARE = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8"}

# What some shell has a meaning for, what zsh and fish keep for themselves inside, and what looks like a line end.
DIFFICULT = (
    *"'\"\\$`!#~*?[]{}()<>|&;=%^-+:@ \t\n\r\v\f\b\x01\x1b\x7f",
    *"\u0083\u0084\u009f\u00a0\u00a2\u0085\u2028\u2029\u200b\ufeff\ufdd0\ufdef\uf600\uf6ff\ue000\ufffd\uffff",
    *"\u2018\u2019\u201a\u201b\u201c\U0001f600\U0010ffff",
    "$(exit 3)",
    "${HOME}",
    "'\\''",
    "''",
    "\\n",
    "\r\n",
    "--",
    "@{",
)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
VALUES = st.lists(st.one_of(CHARACTERS, st.sampled_from(DIFFICULT)), max_size=12).map("".join)

# Each is a start-up file some user has. Values must not care.
HABITS = {
    "bash": (
        "",
        "set -eu",
        "set -o posix",
        "set -f -o noclobber",
        "shopt -s expand_aliases\nalias export='false' unset='false' eval='false' set='false'",
        "IFS=eE_-",
        "shopt -s nocasematch extglob nullglob failglob",
        "LC_ALL=C",
    ),
    "dash": ("", "set -eu", "set -f -C", "alias export='false' unset='false' eval='false'", "IFS=eE_-"),
    "ksh": ("", "set -eu", "set -f -C", "alias export='false' unset='false' eval='false'", "IFS=eE_-", "LC_ALL=C"),
    "zsh": (
        "",
        "set -eu",
        "setopt RC_QUOTES",
        "setopt NO_UNSET ERR_EXIT WARN_CREATE_GLOBAL SH_WORD_SPLIT KSH_ARRAYS",
        "setopt RC_EXPAND_PARAM EXTENDED_GLOB GLOB_SUBST MAGIC_EQUAL_SUBST BANG_HIST",
        "setopt IGNORE_BRACES NO_EQUALS NULL_GLOB KSH_GLOB GLOB_ASSIGN",
        "emulate sh",
        "emulate ksh",
        "alias export='false' unset='false' eval='false'",
        "LC_ALL=C",
    ),
    "fish": ("", "set -g IFS ''", "set -gx LC_ALL C"),
}
EVERY_HABIT = [pytest.param(name, habit, id=f"{name}-{habit[:30]}") for name in HABITS for habit in HABITS[name]]


def through(shell: Shell, values: Mapping[str, str | None], folder: Path, habit: str = "") -> dict[str, str]:
    """What a child gets of `values`, after the shell has evaluated the code for them."""
    code = folder / "code"
    code.write_bytes(dialect_module(shell.dialect).switch(values, ()).encode())
    ran = shell.run(f"{habit}\n{shell.take(str(code))}\nexec env -0", BARE)
    assert (ran.code, ran.err) == (0, "")
    return {name: value for name, value in ran.environment.items() if name in values}


def as_bytes(values: Mapping[str, str]) -> dict[str, bytes]:
    return {name: value.encode(errors="surrogateescape") for name, value in values.items()}


@pytest.mark.parametrize("name", real_shells.NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(VALUES, min_size=40, max_size=40))
def test_any_value_goes_byte_for_byte_through(
    name: str, texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    values = {f"T_{place}": text for place, text in enumerate(texts)}
    arrived = through(real_shells.shell(name), values, tmp_path_factory.getbasetemp())
    assert as_bytes(arrived) == as_bytes(values)


@pytest.mark.parametrize(("name", "habit"), EVERY_HABIT)
def test_no_option_or_alias_of_the_shell_gets_between(name: str, habit: str, tmp_path: Path) -> None:
    texts = [*DIFFICULT, *(f"a{text}b{text}" for text in DIFFICULT), "", "e E", "-n", "=ls", "a=b=c", "~root", "a:~/b"]
    values: dict[str, str | None] = {f"T_{place}": text for place, text in enumerate(texts)}
    arrived = through(real_shells.shell(name), {**values, "LANG": None}, tmp_path, habit)
    assert arrived == values


@pytest.mark.parametrize("name", real_shells.NAMES)
def test_every_character_up_to_u_07ff_goes_through(name: str, tmp_path: Path) -> None:
    values = {f"T_{first}": "".join(map(chr, range(first or 1, first + 64))) for first in range(0, 0x800, 64)}
    assert through(real_shells.shell(name), values, tmp_path) == values


@pytest.mark.parametrize("name", real_shells.NAMES)
@pytest.mark.parametrize("text", ["x" * 130_000, "'" * 130_000, "\\" * 130_000, "é\n" * 40_000, "\n" * 130_000])
def test_a_very_long_value_goes_through(name: str, text: str, tmp_path: Path) -> None:
    assert through(real_shells.shell(name), {"T": text}, tmp_path) == {"T": text}


@pytest.mark.parametrize("variable", ["T_PATH", "MANPATH", "T_PATHS"])
@pytest.mark.parametrize("text", ["", ":", "a::b:", "/a b:/c", "a\n:b", "."])
@pytest.mark.parametrize("name", real_shells.NAMES)
def test_a_list_of_folders_stays_one_text(name: str, variable: str, text: str, tmp_path: Path) -> None:
    assert through(real_shells.shell(name), {variable: text}, tmp_path) == {variable: text}


def test_a_shell_that_is_missing_is_skipped_at_home_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="nosuchshell is not installed"):
        real_shells.shell("nosuchshell")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="nosuchshell is not installed"):
        real_shells.shell("nosuchshell")


# PowerShell is not available here, so its rules are read from Microsoft's about_Quoting_Rules and about_Join: a single
# quote, straight or curly, opens a verbatim string and two of them within are one; unary -join takes a list in
# parentheses; [char] takes one UTF-16 unit.
PS_QUOTES = "'\u2018\u2019\u201a\u201b"
PS_WORD = re.compile(rf"[{PS_QUOTES}]((?:[^{PS_QUOTES}]|[{PS_QUOTES}]{{2}})*)[{PS_QUOTES}]|\[char\]0x([0-9a-f]{{4}})")


def powershell_reads(word: str) -> str:
    """The text that PowerShell takes `word` for; AssertionError when it is not one whole word."""
    if word.startswith("("):
        assert word.startswith("(-join(")
        assert word.endswith("))")
        word = word[len("(-join(") : -len("))")]
    units, place = b"", 0
    while True:
        part = PS_WORD.match(word, place)
        assert part, f"PowerShell stumbles over {word[place:]!r}"
        text = re.sub(f"([{PS_QUOTES}])[{PS_QUOTES}]", r"\1", part[1]) if part[1] is not None else chr(int(part[2], 16))
        units += text.encode("utf-16-be", errors="surrogatepass")
        if part.end() == len(word):
            return units.decode("utf-16-be")
        assert word[part.end()] == ",", f"PowerShell stumbles over {word[part.end() :]!r}"
        place = part.end() + 1


@given(value=VALUES)
def test_powershell_reads_what_was_meant(value: str) -> None:
    assert powershell_reads(powershell.quote(value)) == value


@given(value=VALUES)
def test_powershell_is_spoken_to_in_ascii_on_one_line(value: str) -> None:
    """A program's output reaches it through a code page, and `Out-String` rewrites the end of every line."""
    quoted = powershell.quote(value)
    assert quoted.isascii()
    assert quoted.isprintable()


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("", "''"),
        ("it's", "'it''s'"),
        ("$env:X `n", "'$env:X `n'"),
        ("a\nb", "(-join('a',[char]0x000a,'b'))"),
        ("\u2019", "(-join([char]0x2019))"),
        ("\U0001f600", "(-join([char]0xd83d,[char]0xde00))"),
    ],
)
def test_powershell_gets_plain_words_where_plain_words_do(value: str, quoted: str) -> None:
    assert powershell.quote(value) == quoted
