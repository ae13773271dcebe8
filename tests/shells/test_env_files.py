"""Environment files: what their readers get is what was meant, or the value is refused by name."""

import itertools
import json
import re
import stat
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccsetup.shells import files
from ccsetup.system.errors import UserError
from tests.support.program import Program

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
PIECES = (
    "'",
    '"',
    "\\",
    "\\'",
    '\\"',
    "\n",
    "\r",
    "\r\n",
    "#",
    " #",
    " ",
    "$",
    "${",
    "}",
    "${X}",
    "${X:-y}",
    "$X",
    "=",
    "\\n",
    "\t",
    "\x85",
    "\u2028",
    "\ufeff",
    "export ",
    "a",
    "{",
    ":-",
    "`",
    "\x0b",
    "EOF",
    "<<",
)
VALUES = st.lists(st.one_of(CHARACTERS, st.sampled_from(PIECES)), max_size=8).map("".join)
KEY = "sk-'\"line one\nline two % %0A::"


def read_by_python_dotenv(text: str, folder: Path) -> Mapping[str, str | None]:
    path = folder / ".env"
    path.write_bytes(text.encode())
    return dotenv_values(path)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.dictionaries(st.sampled_from(["A", "B", "C_1"]), VALUES))
@example(values={"A": "\\'", "B": "\\\\''", "C_1": "x"})
@example(values={"A": "\r", "B": "\r\\n\r\n"})
@example(values={"A": "'''\n#", "B": ""})
def test_python_dotenv_gets_what_was_meant(values: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """With interpolation on, as it is by default; one value that cannot be carried does not spoil the others."""
    carried = {}
    for name, value in values.items():
        try:
            files.dotenv({name: value})
        except UserError as why:
            assert why.message.startswith(f"{name}: ")  # noqa: PT017 - a refusal is one of two right answers
            assert "${" in value or value.endswith("\\")
        else:
            carried[name] = value
    folder = tmp_path_factory.getbasetemp()
    text = files.dotenv(carried)
    assert read_by_python_dotenv(text, folder) == carried
    assert dotenv_values(stream=StringIO(text, newline=""), interpolate=False) == carried


@given(value=st.text("abcXYZ019_./:@+=,%~^-"))
def test_a_value_without_specials_stays_bare_for_simple_readers(value: str) -> None:
    """`docker run --env-file` takes everything behind the first `=`, quotes and all."""
    name, _, rest = files.dotenv({"NAME": value}).removesuffix("\n").partition("=")
    assert (name, rest) == ("NAME", value)


@pytest.mark.parametrize("value", ["${HOME}", "a${X:-y}b", "${}", "${X:-}", "ends in \\", "\n\\"])
def test_a_value_that_dotenv_cannot_carry_is_refused_by_name(program: Program, value: str) -> None:
    program.init("p", "bedrock", **{"region": "us-east-1", "env.MY_VALUE": value})
    done = program.run("env", "p", "--shell", "dotenv")
    assert (done.code, done.out) == (2, "")
    assert "MY_VALUE" in done.err
    assert program.run("env", "p", "--write", ".env").code == 2
    assert not (program.home / ".env").exists()
    assert json.loads(program.ok("env", "p", "--shell", "json").out)["env"]["MY_VALUE"] == value


def test_the_dotenv_file_of_a_profile_is_read_by_python_dotenv(program: Program) -> None:
    value = "é '\"\\ $HOME `x` #\n\r\n x"
    program.init("p", "bedrock", **{"region": "us-east-1", "env.MY_VALUE": value, "env.EMPTY": ""})
    program.ok("env", "p", "--write", "the.env")
    read = dotenv_values(program.home / "the.env")
    assert {name: text for name, text in read.items() if text} == {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": "us-east-1",
        "MY_VALUE": value,
        "CCSETUP_PROFILE": "p",
    }
    assert read["ANTHROPIC_API_KEY"] == read["CLAUDE_CODE_USE_VERTEX"] == read["EMPTY"] == ""


def read_by_github(text: str) -> dict[str, str]:
    """By the letter of GitHub's "Workflow commands": NAME=value, or NAME<<DELIMITER, lines, DELIMITER alone on one.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-environment-variable
    """
    values = {}
    lines = iter(text.split("\n"))
    for line in lines:
        bare = re.fullmatch(r"(\w+)=(.*)", line, re.DOTALL)
        block = re.fullmatch(r"(\w+)<<(.+)", line, re.DOTALL)
        if bare:
            values[bare[1]] = bare[2]
        elif block:
            within = list(itertools.takewhile(lambda inner, end=block[2]: inner != end, lines))  # type: ignore[misc]
            values[block[1]] = "\n".join(within)
        else:
            assert line == "", f"GitHub does not understand {line!r}"
    return values


@given(values=st.dictionaries(st.sampled_from(["A", "B", "C_1"]), VALUES))
@example(values={"A": "x\nEOF\nB=1", "B": "=<<", "C_1": "\n"})
@example(values={"A": "\r\n", "B": "\r", "C_1": "<<EOF"})
def test_github_gets_what_was_meant(values: dict[str, str]) -> None:
    assert read_by_github(files.github(values)) == values


def test_no_value_can_guess_the_end_of_its_block() -> None:
    ends = {re.findall(r"<<(.*)", files.github({"A": "x\ny"}))[0] for _ in range(50)}
    assert len(ends) == 50
    assert all(len(end) > 32 for end in ends)


def unescaped(data: str) -> str:
    """What the runner takes the data of a workflow command for."""
    return data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


@given(value=VALUES)
def test_every_line_of_a_secret_is_masked(value: str) -> None:
    masks = [unescaped(line.removeprefix("::add-mask::")) for line in files.github_masks(value).split("\n") if line]
    assert masks == [line for line in re.split(r"\r|\n", value) if line.strip()]


def test_a_secret_is_masked_before_it_reaches_githubs_file(program: Program) -> None:
    program.init("p", "api-key", key="env:MY_KEY")
    done = program.run("env", "p", "--shell", "github", environment={"MY_KEY": KEY})
    assert done.code == 0
    assert read_by_github(done.out)["ANTHROPIC_API_KEY"] == KEY
    commands = done.err.splitlines()
    assert all(command.startswith("::add-mask::") for command in commands)
    assert [unescaped(command.removeprefix("::add-mask::")) for command in commands] == KEY.split("\n")
    assert program.run("env", "p", "--shell", "dotenv", environment={"MY_KEY": KEY}).err == ""


def test_json_says_null_for_what_must_not_be_there(program: Program) -> None:
    program.init("p", "bedrock", **{"region": "us-east-1", "env.EMPTY": "", "env.UGLY": 'é\u2028"\\\n'})
    document = json.loads(program.ok("env", "p", "--shell", "json").out)
    assert document["schema"] == 1
    assert {name: value for name, value in document["env"].items() if value is not None} == {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": "us-east-1",
        "CCSETUP_PROFILE": "p",
        "EMPTY": "",
        "UGLY": 'é\u2028"\\\n',
    }
    assert document["env"]["ANTHROPIC_API_KEY"] is None
    assert "AWS_PROFILE" not in document["env"]  # borrowed, and the profile says nothing about it


def test_json_can_undo_a_profile(program: Program) -> None:
    assert json.loads(program.ok("env", "--off", "--shell", "json").out) == {"schema": 1, "env": {}}
    active = {
        "CCSETUP_PROFILE": "p",
        "CCSETUP_BORROWED": "AWS_PROFILE:AWS_REGION-",
        "CCSETUP_SAVED_AWS_PROFILE": "mine",
    }
    undone = json.loads(program.run("env", "--off", "--shell", "json", environment=active).out)["env"]
    assert {name: value for name, value in undone.items() if value is not None} == {"AWS_PROFILE": "mine"}
    assert {*active, "AWS_REGION", "ANTHROPIC_API_KEY"} <= {*undone}


@pytest.mark.parametrize("shell", ["dotenv", "github"])
def test_a_file_cannot_undo_a_profile(program: Program, shell: str) -> None:
    done = program.run("env", "--off", "--shell", shell)
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize("shell", ["auto", "dotenv", "json", "github", "sh", "fish", "powershell"])
def test_a_written_file_is_private_and_replaced_whole(program: Program, shell: str) -> None:
    program.bedrock()
    path = program.home / "the.env"
    path.write_text("# before\n")
    path.chmod(0o644)
    inode = path.stat().st_ino
    done = program.ok("env", "bedrock-prod", "--shell", shell, "--write", "the.env")
    assert done.out == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_ino != inode  # renamed into place, so no reader sees half of it
    assert ("# before" in path.read_text()) == (shell == "github")
    assert [entry.name for entry in program.home.iterdir() if ".tmp" in entry.name] == []


def test_what_a_job_has_put_into_githubs_file_stays(program: Program) -> None:
    program.bedrock()
    (program.home / "github_env").write_text("MINE=1\n")
    for _ in range(2):
        program.ok("env", "bedrock-prod", "--shell", "github", "--write", "github_env")
    text = (program.home / "github_env").read_text()
    assert text.startswith("MINE=1\n")
    assert text.count("AWS_PROFILE=my-prod\n") == 2
    assert read_by_github(text)["MINE"] == "1"


@pytest.mark.parametrize("before", ["MINE=1", "MINE<<EOF\n1\nEOF"])
def test_a_line_without_an_end_in_githubs_file_is_not_run_into(program: Program, before: str) -> None:
    program.bedrock()
    (program.home / "github_env").write_text(before)  # printf MINE=1 >> "$GITHUB_ENV"
    program.ok("env", "bedrock-prod", "--shell", "github", "--write", "github_env")
    read = read_by_github((program.home / "github_env").read_text())
    assert (read["MINE"], read["AWS_PROFILE"]) == ("1", "my-prod")


def test_a_secret_is_written_only_when_allowed(program: Program) -> None:
    program.init("p", "api-key", key="env:MY_KEY")
    path, environment = program.home / "the.env", {"MY_KEY": "sk-secret"}
    done = program.run("env", "p", "--write", str(path), environment=environment)
    assert done.code == 2
    assert "--with-secret" in done.err
    assert not path.exists()
    assert program.run("env", "p", "--write", str(path), "--with-secret", environment=environment).code == 0
    assert dotenv_values(path)["ANTHROPIC_API_KEY"] == "sk-secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_and_a_missing_folder_are_refused(program: Program) -> None:
    program.bedrock()
    (program.home / "real").write_text("before")
    (program.home / "link").symlink_to(program.home / "real")
    for place in ("link", "nosuch/the.env", "."):
        assert program.run("env", "bedrock-prod", "--write", place).code == 2
    assert (program.home / "real").read_text() == "before"


def test_off_in_json_unsets_a_member_of_an_owned_family(program: Program) -> None:
    # What version 0.1.0 saved does not come back either.
    member = "VERTEX_REGION_CLAUDE_9_9_OPUS"
    saved = {"CCSETUP_PROFILE": "mine", member: "us", "CCSETUP_BORROWED": member, f"CCSETUP_SAVED_{member}": "left"}
    off = ("env", "--off", "--shell", "json")
    assert json.loads(program.run(*off, environment=saved).out)["env"][member] is None
    assert json.loads(program.run(*off, environment={member: "us"}).out)["env"] == {}
