"""`ccsetup hook --cd`: a folder's profile while the shell is in it; and the default in a new shell."""

import os
from pathlib import Path

import pytest

from ccsetup.shells.dialects import dialect_module
from tests.shells.test_ccuse import HABITS as SHELL_HABITS
from tests.support.hooked import Hooked, Pristine, unexpected
from tests.support.real_shells import shell
from tests.support.selection import examples

pytestmark = pytest.mark.shells

SHELLS = ("bash", "zsh", "fish")
SAY = """sh -c 'echo "[${CCSETUP_PROFILE-}]" >> "$HOME/said"'"""


@pytest.fixture(scope="module", params=SHELLS)
def pristine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pristine:
    shell(request.param)
    return Pristine.make(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def hooked(pristine: Pristine) -> Hooked:
    """A shell that follows `.ccsetup` files; repo uses vertex, repo/inner bedrock-prod."""
    hooked = pristine.restored().load("--cd")
    for folder, name in (("repo", "vertex"), ("repo/inner", "bedrock-prod")):
        (hooked.program.home / folder / "below").mkdir(parents=True)
        done = hooked.program.run("use", name, "--folder", cwd=hooked.program.home / folder)
        assert done.code == 0
    return hooked


def said(hooked: Hooked, *steps: str, err: bool = False, **environment: str) -> list[str]:
    """The active profile after each step."""
    script = "\n".join(f"{step}\n{SAY}" for step in steps)
    ran = hooked.run(script, environment, habit="set -eu" if hooked.name != "fish" else "")
    assert err or unexpected(ran.err) == [], ran.err
    return (hooked.program.home / "said").read_text().replace("[", "").replace("]", "").splitlines()


def test_a_folder_is_entered_and_left(hooked: Hooked) -> None:
    steps = ("cd repo", "cd below", "cd ../inner/below", "cd ..", "cd ..", "cd /", "cd $HOME/repo/inner", "cd $HOME")
    assert said(hooked, *steps) == [
        "vertex",
        "vertex",
        "bedrock-prod",
        "bedrock-prod",
        "vertex",
        "",
        "bedrock-prod",
        "",
    ]


def test_leaving_a_folder_restores_the_previous_profile(hooked: Hooked) -> None:
    assert said(hooked, "ccuse bedrock-prod", "cd repo", "cd ..") == ["bedrock-prod", "vertex", "bedrock-prod"]


def test_what_was_switched_to_by_hand_holds_until_the_folder_is_left(hooked: Hooked) -> None:
    steps = ("cd repo", "ccuse bedrock-prod", "cd below", "cd ../inner", "ccuse --off", "cd ..", "cd ..")
    assert said(hooked, *steps) == ["vertex", "bedrock-prod", "bedrock-prod", "bedrock-prod", "", "bedrock-prod", ""]


def test_variables_are_given_back(hooked: Hooked) -> None:
    mine = {"AWS_PROFILE": "mine", "AWS_REGION": ""}
    after = hooked.run("cd repo/inner; cd ..; cd ..", mine).environment
    assert {name: after.get(name) for name in mine} == mine
    assert not [name for name in after if name.startswith("CCSETUP_")]


def test_a_shell_in_the_folder_knows_what_was_before(hooked: Hooked) -> None:
    inner = hooked.run("cd repo", {"AWS_PROFILE": "mine"}).environment
    assert inner["CCSETUP_PROFILE"] == "vertex"
    assert "CCSETUP_PROFILE" not in hooked.run("cd /", {**inner}).environment


def test_a_file_that_was_not_allowed_is_named_once_and_not_followed(hooked: Hooked) -> None:
    file = hooked.program.home / "repo" / "inner" / ".ccsetup"
    file.write_text("vertex\n")
    ran = hooked.run(f"cd repo/inner; {SAY}; cd below; cd ..; cd /; {SAY}", {})
    assert (hooked.program.home / "said").read_text() == "[vertex]\n[]\n"
    assert len(unexpected(ran.err)) == 1
    assert str(file) in ran.err
    assert "ccsetup use --allow" in ran.err


def test_a_file_counts_as_soon_as_it_is_allowed(hooked: Hooked) -> None:
    (hooked.program.home / "repo" / "inner" / ".ccsetup").write_text("vertex\n")
    steps = ("cd repo/inner", "ccuse --off", "ccsetup use --allow; cd below", "cd /")
    assert said(hooked, *steps, err=True) == ["vertex", "", "vertex", ""]


HABITS = [(name, habit) for name in ("bash", "zsh") for habit in SHELL_HABITS[name]]
HOSTILE = (
    "$(touch hit)",
    "bedrock-prod; touch hit",
    "`touch hit`",
    "bedrock-prod\0x",
    "*",
    "-x",
    "%n%s",
    "\x1b[2J",
    "",
    "y" * 500,
)


@pytest.mark.parametrize("content", examples(HOSTILE, "$(touch hit)", "bedrock-prod\0x", "\x1b[2J"))
def test_a_hostile_file_does_nothing(hooked: Hooked, content: str) -> None:
    file = hooked.program.home / "repo" / "inner" / ".ccsetup"
    file.write_text(content)
    record = hooked.program.home / ".local/state/ccsetup/folders"
    record.write_text(record.read_text() + f"{content} {file.parent}\n")
    ran = hooked.run(f"cd repo/inner; {SAY}", {})
    assert (hooked.program.home / "said").read_text() == "[vertex]\n"
    assert not list(hooked.program.home.rglob("hit"))
    assert "\x1b" not in ran.err
    assert str(file) in ran.err


@pytest.mark.parametrize("how", ["link", "fifo", "moved", "open record"])
def test_what_is_not_what_was_allowed_is_not_followed(hooked: Hooked, how: str) -> None:

    home = hooked.program.home
    file = home / "repo" / ".ccsetup"
    folder = "repo"
    match how:
        case "link":
            file.rename(home / "real")
            file.symlink_to(home / "real")
        case "fifo":
            file.unlink()
            os.mkfifo(file)
        case "moved":
            (home / "repo").rename(home / "away")
            folder = "away"
        case _:
            (home / ".local/state/ccsetup/folders").unlink()
            (home / ".local/state/ccsetup/folders").symlink_to(home / "hook")
    hooked.run(f"cd {folder}; {SAY}", {})
    assert (home / "said").read_text() == "[]\n"


def test_a_link_to_the_folder_is_the_folder(hooked: Hooked) -> None:
    (hooked.program.home / "way").symlink_to("repo")
    assert said(hooked, "cd way", "cd below", "cd $HOME") == ["vertex", "vertex", ""]


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize(
    "folder", examples(("a b", "a'b", '"$(touch hit)"', "-n", "\\", "*", "é", "%s", " a "), '"$(touch hit)"', " a ")
)
def test_a_folder_may_be_called_anything(name: str, folder: str, tmp_path: Path) -> None:
    hooked = Pristine.make(name, tmp_path).hooked.load("--cd")
    (hooked.program.home / folder).mkdir()
    assert hooked.program.run("use", "vertex", "--folder", cwd=hooked.program.home / folder).code == 0
    steps = (f"cd ./{quoted(name, folder)}", "cd $HOME")
    assert said(hooked, *steps) == ["vertex", ""]
    assert not list(hooked.program.home.rglob("hit"))


def quoted(name: str, folder: str) -> str:
    word: str = dialect_module("fish" if name == "fish" else "sh").quote(folder)
    return word


def test_a_new_shell_switches_to_the_default(hooked: Hooked) -> None:
    hooked.program.ok("use", "bedrock-prod")
    hooked.load()
    ran = hooked.run("")
    assert (ran.environment["CCSETUP_PROFILE"], ran.err) == ("bedrock-prod", "")
    kept = hooked.run("", {"CCSETUP_PROFILE": "vertex"})
    assert kept.environment["CCSETUP_PROFILE"] == "vertex"


def test_a_default_with_a_secret_is_named_and_not_switched_to(hooked: Hooked) -> None:
    hooked.program.init("key", "api-key", key="env:MY_KEY")
    hooked.program.ok("use", "key")
    ran = hooked.load().run("", {"MY_KEY": "sk-ant-x"})
    assert "CCSETUP_PROFILE" not in ran.environment
    assert ran.err == "ccsetup: the default is key; switch to it with: ccuse key\n"


def test_ccuse_alone_lists(hooked: Hooked) -> None:
    hooked.program.ok("use", "vertex")
    ran = hooked.load().run("ccuse bedrock-prod; ccuse > listed")
    assert ran.code == 0
    assert (hooked.program.home / "listed").read_text() == "* bedrock-prod\n  vertex (default)\n"


def test_ccuse_says_what_it_switched_to(hooked: Hooked) -> None:
    ran = hooked.run("ccuse bedrock-prod; ccuse vertex; ccuse --off")
    assert ran.err.splitlines() == [
        "ccsetup: now using bedrock-prod (Amazon Bedrock, us-east-1)",
        "ccsetup: now using vertex (Google Vertex AI, global)",
        "ccsetup: vertex is off",
    ]


@pytest.mark.parametrize(
    ("pristine", "habit"), examples(HABITS, ("bash", "set -eu"), HABITS[-4]), indirect=["pristine"]
)
def test_no_option_of_the_shell_gets_between(hooked: Hooked, habit: str) -> None:
    script = f"cd repo; {SAY}; cd inner; {SAY}; ccuse --off; cd below; {SAY}; cd /; {SAY}"
    ran = hooked.run(script, habit=habit)
    assert unexpected(ran.err) == []
    assert (hooked.program.home / "said").read_text() == "[vertex]\n[bedrock-prod]\n[]\n[]\n"


def test_a_cd_of_your_own_is_left_alone(hooked: Hooked) -> None:
    if hooked.name == "bash":
        own = 'cd() { builtin cd "$@"; echo mine >> "$HOME/mine"; }'
        hooked.run("cd repo", habit=own)
        assert (hooked.program.home / "mine").read_text() == "mine\n"


def test_permission_ends_with_clear_even_without_the_file(hooked: Hooked) -> None:
    file = hooked.program.home / "repo" / ".ccsetup"
    file.unlink()
    assert hooked.program.run("use", "--clear", "--folder", cwd=file.parent).code == 0
    file.write_text("vertex\n")
    hooked.run(f"cd repo; {SAY}")
    assert (hooked.program.home / "said").read_text() == "[]\n"


def test_a_default_written_by_hand_is_switched_to_by_a_kept_hook(hooked: Hooked) -> None:
    profiles = hooked.program.profiles
    (profiles / "mine.toml").write_text((profiles / "bedrock-prod.toml").read_text())
    hooked.load()
    hooked.program.ok("use", "mine")
    assert hooked.load().run("").environment["CCSETUP_PROFILE"] == "mine"
