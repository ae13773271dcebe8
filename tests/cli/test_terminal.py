"""Commands in a terminal: widths, colour, encodings, and the forms of the command line."""

import subprocess
import sys

import pytest

from tests.support.program import Program
from tests.support.screen import shown

WIDTHS = (60, 80, 120)
PYTHON = sys.executable
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
CP1252 = {"PYTHONIOENCODING": "cp1252"}


@pytest.fixture
def furnished(program: Program) -> Program:
    for number in range(3):
        program.init(f"bedrock-prod-{number}", "bedrock", region="ap-northeast-1",
                     **{"models.opus": "jp.anthropic.claude-opus-5-5"})  # fmt: skip
    program.init("vertex", "vertex", project="my-project", location="europe-west1")
    return program


@pytest.mark.parametrize("columns", WIDTHS)
def test_list_fits_the_terminal(furnished: Program, columns: int) -> None:
    text = shown(furnished, columns, "list", NO_COLOR="1")
    assert max(map(len, text.splitlines())) <= columns
    assert text.count("jp.anthropic.claude-opus-5-5") == 3
    for name in ("bedrock-prod-0", "bedrock-prod-1", "bedrock-prod-2", "vertex"):
        assert name in text


def test_column_with_one_value_is_named_above_a_table_that_is_too_wide(furnished: Program) -> None:
    furnished.ok("remove", "vertex", "--yes")
    wide, narrow = (shown(furnished, columns, "list", NO_COLOR="1").splitlines() for columns in (120, 60))
    assert wide[0].split()[:3] == ["PROFILE", "SURFACE", "PLACE"]
    assert "SURFACE bedrock" in narrow[:5]
    assert [line for line in narrow if line.split() == ["bedrock-prod-1"]]


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("words", [(), ("init", "--help"), ("cost", "--help"), ("hook", "--help")])
def test_help_wraps_at_words_and_keeps_examples(program: Program, words: tuple[str, ...], columns: int) -> None:
    lines = shown(program, columns, *words, NO_COLOR="1").splitlines()
    long = [line for line in lines if len(line) > columns]
    assert all(line.startswith("  ") and "ccsetup" in line for line in long)
    wide = set(shown(program, 200, *words, NO_COLOR="1").split())
    assert {word for line in lines for word in line.split()} <= wide


KEYS = "/nowhere/in/a/folder/of/keys"


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("env:A_RATHER_LONG_NAME", "read -rs A_RATHER_LONG_NAME && export A_RATHER_LONG_NAME   # "),
        (f"file:{KEYS}", f"install -m 600 /dev/null {KEYS} && cat > {KEYS}   # "),
    ],
)
def test_command_of_a_page_stays_in_one_piece_and_its_text_wraps(program: Program, key: str, command: str) -> None:
    program.init("p", "api-key", key=key)
    for columns in (40, 60):
        lines = shown(program, columns, "env", "p", "--shell", "sh", NO_COLOR="1").splitlines()
        whole = f"  {command.removesuffix('   # ')}"
        assert lines[lines.index(whole) - 1].startswith("  # paste ")
        assert max(len(line) for line in lines if line != whole and "ccsetup" not in line) <= columns


def test_error_is_red_and_its_hint_dim_on_a_terminal_that_wants_colour(program: Program) -> None:
    assert shown(program, 80, "show", "nope").startswith("\x1b[31mccsetup: ")
    assert "\x1b[2m  " in shown(program, 80, "show", "nope")
    for plain in (shown(program, 80, "show", "nope", NO_COLOR="1"), shown(program, 80, "show", "nope", TERM="dumb")):
        assert "\x1b" not in plain
    assert "\x1b" not in program.run("show", "nope").err


@pytest.mark.parametrize("encoding", [ASCII, CP1252], ids=["ascii", "cp1252"])
def test_help_needs_no_utf8(program: Program, encoding: dict[str, str]) -> None:
    for words in ((), ("env", "--help"), ("doctor", "--help"), ("explain", "settings-override")):
        done = program.run(*words, environment=encoding)
        assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("list", "--jsn"), "no such option: --jsn", "did you mean --json?"),
        (("lst",), "no such command: lst", "did you mean list"),
        (("list", "x"), "unexpected argument: x", "see: ccsetup list --help"),
        (("doctor", "--format", "x"), "--format: must be one of 'text', 'json'", "see: ccsetup doctor --help"),
        (("drift", "--within", "x"), "--within must be an integer", "see: ccsetup drift --help"),
        (("init", "--surface"), "--surface needs a value", "see: ccsetup init --help"),
        (("copy", "a"), "missing argument: NEW", "see: ccsetup copy --help"),
    ],
)
def test_usage_error_looks_like_every_other(program: Program, words: tuple[str, ...], message: str, hint: str) -> None:
    done = program.run(*words)
    first, *rest = done.err.splitlines()
    assert (done.code, done.out) == (2, "")
    assert first.startswith(f"ccsetup: {message}")
    assert any(line.startswith(f"  {hint}") for line in rest)


@pytest.mark.parametrize(("alias", "name"), [("ls", "list"), ("cp", "copy"), ("mv", "rename"), ("rm", "remove")])
def test_alias_is_the_command(program: Program, alias: str, name: str) -> None:
    assert program.ok(alias, "--help").out == program.ok(name, "--help").out == program.ok("help", name).out


def test_version_has_three_spellings(program: Program) -> None:
    assert program.ok("version").out == program.ok("-V").out == program.ok("--version").out


@pytest.mark.parametrize("words", [(), ("list",), ("show", "vertex", "--json"), ("status", "--json")])
def test_simple_command_line_imports_no_parser(furnished: Program, words: tuple[str, ...]) -> None:
    code = "import sys; from ccsetup import cli; cli.main(sys.argv[1:]); sys.exit('typer' in sys.modules)"
    done = subprocess.run([PYTHON, "-c", code, *words], env=furnished.environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.strip()
