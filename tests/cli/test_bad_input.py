"""What the user got wrong, and what the world did to us: one clear refusal, the right exit code, no traceback."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ccsetup import cli
from ccsetup.commands.registry import COMMANDS
from tests.support.desktop import Wrapped, shell
from tests.support.program import EXECUTABLE, Done, Program

# Each command with a place for a name; `{}` where a bad one goes.
WITH_NAME = (
    "init {} --surface subscription --no-verify --dry-run",
    "env {}",
    "env {} --shell json",
    "env {} --write out.env",
    "run {} -- true",
    "show {} --json",
    "edit {}",
    "copy {} fine",
    "copy good {}",
    "rename {} fine",
    "rename good {}",
    "remove {}",
    "export good {}",
    "trust {}",
    "key {}",
)
BAD_NAMES = (
    *("", ".", ".."),
    "../x",
    "a/b",
    "/etc/passwd",
    "a\\b",
    "$(x)",
    "`x`",
    "a;b",
    "a b",
    "a*",
    "~",
    "-x",
    ".x",
    "x" * 65,
    "a\n",
    "a\nb",
    "a\x1b[2Jb",
    "٣",
    "ünï",
    "\udcff",
    "good.toml/..",
)
HELPLESS = ("Traceback", "internal error")


def clear(done: Done, code: int = 2) -> None:
    """A refusal: nothing on stdout, words on stderr, none of them Python's."""
    assert (done.code, done.out.removeprefix("false\n")) == (code, "")  # what `env` has a shell fail with
    assert done.err
    assert not [word for word in HELPLESS if word in done.err], done.err


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


Here = Callable[..., Done]


@pytest.fixture
def here(program: Program, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Here:
    """The program in this process, for what is tried by the hundred."""
    monkeypatch.setenv("HOME", str(program.home))
    monkeypatch.chdir(program.home)
    for name in ("CCSETUP_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> Done:
        capfd.readouterr()
        code = cli.main(words)
        return Done(code, *capfd.readouterr())

    return run


@pytest.mark.parametrize("line", WITH_NAME)
def test_a_name_with_a_meaning_elsewhere_is_refused_by_every_command(program: Program, here: Here, line: str) -> None:
    here("init", "good", "--surface", "subscription", "--no-verify")
    before = tree(program.home)
    for name in BAD_NAMES:
        done = here(*(name if word == "{}" else word for word in line.split()))
        clear(done)
        assert all(letter == "\n" or letter.isprintable() for letter in done.err), (name, done.err)
    assert tree(program.home) == before


@pytest.mark.parametrize("name", ["../x", "$(touch pwned)", "-x", "a\nb", "\udcff"])
def test_env_prints_nothing_for_a_name_that_is_none(program: Program, name: str) -> None:
    clear(program.run("env", name))
    assert not (program.home / "pwned").exists()


def test_an_unknown_profile_is_answered_with_the_nearest_ones(program: Program) -> None:
    program.bedrock("bedrock-prod")
    program.bedrock("vertex")
    for command in ("env", "run", "show", "edit", "remove", "export", "trust", "key"):
        done = program.run(command, "bedrok-prod")
        clear(done)
        assert "'bedrok-prod'" in done.err
        assert "did you mean bedrock-prod?" in done.err
    assert "bedrock-prod, vertex" in program.run("env", "zzz").err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'schema = 1\nsurface = "bedrock"\ncolour = 1', "unknown key colour"),
        (b'schema = 1\nsurface = "bedrock"\n[set]\nregoin = "x"', "unknown key set.regoin (did you mean region"),
        (b'schema = 1\nsurface = "bedrock"\n[set]\nregion = 5', "key set."),
        (b'schema = 1\nsurface = "bedrock"\n[set]\nregion = ["us-east-1"]', "key set."),
        (b'schema = 1\nsurface = "bedrock"\nset = 1', "key set"),
        (b'schema = "1"\nsurface = "bedrock"', "key schema"),
        (b'schema = 2\nsurface = "bedrock"', "schema 2 is newer"),
        (b'schema = 0\nsurface = "bedrock"', "key schema"),
        (b'surface = "bedrock"', "key schema is missing"),
        (b"schema = 1", "key surface is missing"),
        (b'schema = 1\nsurface = "bedrok"', "key surface: 'bedrok'"),
        (b'schema = 1\nsurface = "bedrock"', "key set.region is missing"),
        (b'schema = 1\nsurface = "subscription"\n[set]\nplan = "gold"', "key set.plan: 'gold'"),
        (b'schema = 1\nsurface = "subscription"\n[set]\nplan = ""', "key set.plan: is empty"),
        (b'schema = 1\nsurface = "subscription"\n[env]\nA = "\\u0000"', "key env.A: contains a NUL"),
        (b'schema = 1\nsurface = "subscription"\n[env]\n"a\\u001b[2J\\nb" = "x"', "key env.a\\x1b[2J\\nb"),
        (b'schema = 1\nsurface = "subscription"\n"a\\u001b\\nb" = "x"', "unknown key a\\x1b\\nb"),
        (b'schema = 1\nsurface = "subscription"\nschema = 1', "not valid TOML"),
        (b"schema = 1\nsurface", "not valid TOML"),
        (b"\xef\xbb\xbfschema = 1\n", "begins with a byte order mark"),
        (b"\0\0\0\0", "not valid TOML"),
        (b"\xff\xfe\x00", "not valid TOML: it is not UTF-8"),
        (b"schema = 1\na = " + b"[" * 60_000, "not valid TOML"),
        (b"schema = 1\na = " + b"[" * 100_000, "larger than 64 KiB"),
        (b"schema = " + b"1" * 5000, "not valid TOML"),
        (b"", "key schema is missing"),
        (b"#" * (20 << 20), "larger than 16 MiB"),
    ],
)
def test_a_profile_that_is_wrong_is_refused_with_its_file_and_key(
    program: Program, here: Here, content: bytes, said: str
) -> None:
    program.profiles.mkdir(parents=True)
    (program.profiles / "p.toml").write_bytes(content)
    done = here("env", "p")
    clear(done)
    first = done.err.splitlines()[0]
    assert first.startswith("ccsetup: ~/.config/ccsetup/profiles/p.toml")
    assert said in first
    assert len(done.err.splitlines()) == 2


def test_env_prints_shell_code_or_nothing(program: Program) -> None:
    program.bedrock("p")
    for words in (["p"], ["p", "--shell", "bash"], ["p", "--shell", "sh"], ["--off", "--shell", "zsh"]):
        done = program.run("env", *words)
        assert (done.code, done.err) == (0, "")
        assert shell(program, 'eval "$CODE"', CODE=done.out).err == ""
    for words in ([], ["p", "--off"], ["p", "extra"], ["p", "--bogus"], ["p", "--shell"], ["p", "--shell", "tcsh"]):
        clear(program.run("env", *words))
    clear(program.run("env", "p", "--write", "no/such/folder/x.env"))


def test_a_stray_word_is_wrong_usage(program: Program) -> None:
    for words in (
        ["frobnicate"],
        ["list", "extra"],
        ["--bogus"],
        ["hook", "tcsh"],
        ["completion", "x"],
    ):
        clear(program.run(*words))
    clear(program.run("import", "no-such-file"))
    clear(program.run("import", "."))
    clear(program.run("import", "-", stdin=""))


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    overview = capsys.readouterr().out
    for name in [command.name for command in COMMANDS]:
        assert f" {name} " in overview
        assert cli.main([name, "--help"]) == 0
        after_usage = capsys.readouterr().out.partition("Usage:")[2].partition("\n")[2]
        assert f"ccsetup {name} " in after_usage.replace("\n", " ")


def test_ctrl_c_ends_with_130_and_saves_nothing(program: Program) -> None:
    program.init("slow", "api-key", key="cmd:sleep 20")
    for words in (["init", "p", "--surface", "api-key", "--key-stdin", "--no-verify"], ["env", "slow"]):
        with subprocess.Popen(
            [EXECUTABLE, *words],
            env=program.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            time.sleep(1.2)
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=20)
        assert (process.returncode, out.removeprefix(b"false\n"), err) == (130, b"", b""), words
    assert [path.stem for path in program.profiles.iterdir()] == ["slow"]


def test_a_reader_that_goes_away_is_no_news(program: Program) -> None:
    program.bedrock("p")
    for words in ("explain", "env p", "env p --shell json", "hook bash", "show p"):
        done = shell(program, f"{{ ccsetup {words}; echo $? >&2; }} | true")
        assert done.err in ("0\n", "141\n"), (words, done.err)


def test_closed_or_full_streams_are_no_tracebacks(program: Program) -> None:
    program.bedrock("p")
    for line in ("list <&-", "env p <&-", "show p <&-"):
        done = shell(program, f"ccsetup {line}")
        assert done.code == 0, (line, done.err)
        assert done.err == ""
    clear(shell(program, "ccsetup init q --surface api-key --key-stdin --no-verify <&-"))
    clear(shell(program, "ccsetup import - <&-"))
    for line in ("list >&-", "list >/dev/full", "env p >/dev/full", "show nope 2>&-", "show nope 2>/dev/full"):
        done = shell(program, f"ccsetup {line}")
        assert done.code != 0, line
        assert not [word for word in HELPLESS if word in done.out + done.err], (line, done.err)


def test_without_a_home_nothing_is_written_beside_the_user(program: Program, tmp_path: Path) -> None:
    here = tmp_path / "cwd"
    here.mkdir()
    for environment in ({"HOME": ""}, {"HOME": "not/absolute"}, {"HOME": "/nowhere/at/all"}):
        nobody = Wrapped(program.home, environment)
        done = nobody.run("init", "p", "--surface", "subscription", "--no-verify", cwd=here)
        assert done.code in (0, 2), (environment, done.err)
        assert not [word for word in HELPLESS if word in done.err], (environment, done.err)
        assert list(here.iterdir()) == []


def test_missing_working_folder_does_not_matter(program: Program) -> None:
    program.bedrock("p")
    done = shell(
        program, 'mkdir gone; cd gone; rmdir "$PWD"; ccsetup list && ccsetup env p --shell json && ccsetup env p'
    )
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out.splitlines()[2])["env"]["AWS_REGION"] == "us-east-1"


@pytest.mark.thorough
def test_a_home_whose_name_is_no_text_is_no_traceback(program: Program) -> None:
    home = os.fsencode(program.home) + b"/h\xff"
    Path(os.fsdecode(home)).mkdir()
    odd = Program(Path(os.fsdecode(home)))
    for words in (
        ["init", "p", "--surface", "subscription", "--set", "config_dir=~/x", "--no-verify"],
        ["env", "p"],
        ["list"],
    ):
        done = odd.run(*words)
        assert done.code in (0, 2)
        assert not [word for word in HELPLESS if word in done.err], (words, done.err)


def test_a_spoiled_cache_is_not_believed(program: Program) -> None:
    program.bedrock("p")
    right = program.ok("env", "p", "--shell", "sh").out
    file = program.compiled / "p.sh"
    content = file.read_bytes()
    lines = content.split(b"\n", 5)
    spoiled = [b"", b"\0" * 50, content[:200], b"\xff" + content]
    spoiled += [b"\n".join([*lines[:place], b"zz\xff", *lines[place + 1 :]]) for place in range(5)]
    for text in spoiled:
        file.write_bytes(text)
        done = program.run("env", "p", "--shell", "sh")
        assert (done.code, done.out, done.err) == (0, right, ""), text[:40]


def test_ctrl_c_while_starting_is_no_traceback(program: Program) -> None:
    program.bedrock("p")
    dice = random.Random(3)
    for _ in range(12):
        with subprocess.Popen(
            [EXECUTABLE, "list"], env=program.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            time.sleep(dice.uniform(0.05, 0.25))
            process.send_signal(signal.SIGINT)
            err = process.communicate(timeout=20)[1]
        assert b"main()" not in err, err
        assert process.returncode in (0, 130, -signal.SIGINT) or b"__main__.py" not in err  # Python's own start
