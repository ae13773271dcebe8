"""Every error says what to do next; and with JSON asked for, it is JSON, however it is asked for."""

import ast
import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from ccsetup.system.os_errors import cannot
from tests.support.desktop import Wrapped, started
from tests.support.program import EXECUTABLE, Program
from tests.support.selection import examples
from tests.test_laws import room, tree

WITHOUT = (  # the user said no; a closed or full stdout; what a page or a caller says next
    "commands.apply.write: 'nothing was changed'",
    "commands.copy: 'nothing was removed'",
    "commands.importing: 'nothing was changed'",
    "drift.run: problem",
    "system.console: f'cannot write to standard output: ",
)
AUTHORS = ("knowledge", "advice")  # readers of our own data: those who write it see these errors


def test_every_error_has_a_next_step() -> None:
    bare = []
    for name, (path, _) in tree().items():
        if room(name) in ("lab", *AUTHORS):
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "UserError":
                continue
            if len(call.args) == 1 and not any(keyword.arg == "hint" for keyword in call.keywords):
                bare.append(f"{name.removeprefix('ccsetup.')}: {ast.unparse(call.args[0])}")
    assert not [line for line in bare if not line.startswith(WITHOUT)]
    assert all(any(line.startswith(known) for line in bare) for known in WITHOUT)


LINES = (
    "list", "show p --json", "env p", "use p", "run p -- true", "export p", "copy p q", "rename p q", "remove p --yes",
    "trust p --yes", "edit p", "key p", "models p --json", "quota p --json", "prices p --format json", "policy p",
    "scope p --format json", "doctor --json", "drift --json", "cost --json", "choose --json", "report --json",
    "trace p --json", "apply p --yes", "init q --surface subscription --no-verify", "import x.toml",
)  # fmt: skip


@pytest.mark.parametrize("line", examples(LINES, "list", "prices p --format json", "copy p q"))
def test_a_folder_that_is_a_file_is_named_with_what_to_do(program: Program, line: str) -> None:
    program.profiles.parent.mkdir(parents=True)
    program.profiles.write_text("")
    done = program.run(*line.split())
    if line == "import x.toml":
        assert done.err == "ccsetup: cannot read x.toml: No such file or directory\n  check the path\n"
        return
    assert (done.code, done.err.count("\n")) == (2, 2), done
    assert done.err.endswith("  ~/.config/ccsetup/profiles is not a folder: move it away\n")
    if "json" in line:
        error = json.loads(done.out)["error"]
        assert error["hints"] == [f"{program.profiles} is not a folder: move it away"]


def test_what_this_user_may_not_read_or_write_comes_with_the_command_that_allows_it(program: Program) -> None:
    program.bedrock("p")
    held = Wrapped(program.home)
    file = program.profiles / "p.toml"
    file.chmod(0)
    assert f"chmod u+rw {file}".replace(str(program.home), "~") in held.run("show", "p").err
    file.chmod(0o600)
    program.profiles.chmod(0o500)
    done = held.run("copy", "p", "q")
    assert (done.code, "chmod u+rwx ~/.config/ccsetup/profiles" in done.err) == (2, True), done.err
    program.profiles.chmod(0)
    assert "chmod u+rwx ~/.config/ccsetup/profiles" in held.run("show", "p").err
    program.profiles.chmod(0o700)


def test_every_reason_has_advice(tmp_path: Path) -> None:
    for number in errno.errorcode:
        for action in ("read", "write", "remove", "lock", "make the folder"):
            assert all(cannot(action, tmp_path / "x", OSError(number, os.strerror(number))).hints), (action, number)


@pytest.mark.parametrize("reason", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks_changes_nothing_and_says_where_to_go(program: Program, reason: str) -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace (Debian: strace), which lets flock fail")
    program.bedrock("p")
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", f"inject=flock:error={reason}"]
    done = started([*trace, str(EXECUTABLE), "use", "p"], program.environment, program.home)
    lines = done.err.splitlines()
    assert (done.code, len(lines)) == (2, 3), done.err
    assert lines[0].startswith("ccsetup: cannot lock ~/.config/ccsetup/.lock: ")
    assert lines[1:] == [
        "  nothing was changed",
        "  its file system has no locks: set CCSETUP_HOME to a folder on a local disk that you can write",
    ]
    assert not (program.home / ".config/ccsetup/default").exists()


def test_a_status_line_table_that_nests_too_deep_is_made_again(program: Program) -> None:
    program.bedrock("p")
    right = program.ok("statusline", stdin="{}").out
    table = program.home / ".cache/ccsetup/statusline.json"
    table.write_text("[" * 200_000)
    assert program.ok("statusline", stdin="{}").out == right
    assert table.read_text().startswith("{")
