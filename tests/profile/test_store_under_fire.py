"""The store while others write, while it is killed, while the disk is full: old or new, never torn, never lost."""

import os
import random
import shlex
import shutil
import signal
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

from tests.support.desktop import WITHOUT_POWERS, Wrapped, executable, shell, started
from tests.support.program import EXECUTABLE, Program

WRITERS = 32
FILLER = "x" * 2000


def init(name: str, *flags: str) -> list[str]:
    surface = ["--surface", "bedrock", "--set", "region=us-east-1"]
    return [str(EXECUTABLE), "init", name, *surface, *flags, "--no-verify"]


def at_once(program: Program, lines: list[list[str]]) -> list[int]:
    running = [
        subprocess.Popen(
            line, env=program.environment, cwd=program.home, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for line in lines
    ]
    return [process.wait(timeout=120) for process in running]


def no_leftovers(program: Program) -> None:
    assert not list(program.home.rglob("*.tmp"))
    for path in program.profiles.iterdir():
        assert tomllib.loads(path.read_text())["schema"] == 1
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.thorough
def test_many_writers_of_many_profiles_and_of_one_lose_nothing(program: Program) -> None:
    many = [init(f"p{number}") for number in range(WRITERS // 2)]
    one = [init("one", "--force", "--set", f"env.WHO={number}") for number in range(WRITERS // 2)]
    codes = at_once(program, [line for pair in zip(many, one, strict=True) for line in pair])
    assert codes == [0] * WRITERS
    assert {path.stem for path in program.profiles.iterdir()} == {"one", *(f"p{n}" for n in range(WRITERS // 2))}
    no_leftovers(program)
    written = tomllib.loads((program.profiles / "one.toml").read_text())["env"]["WHO"]
    assert f"WHO='{written}'" in program.ok("env", "one", "--shell", "bash").out


def test_of_writers_who_want_one_name_exactly_one_gets_it(program: Program) -> None:
    codes = at_once(program, [init("p", "--set", f"env.WHO={number}") for number in range(6)])
    assert sorted(codes) == [0, 2, 2, 2, 2, 2]
    winner = tomllib.loads((program.profiles / "p.toml").read_text())["env"]["WHO"]
    assert codes[int(winner)] == 0


@pytest.mark.thorough
def test_an_edit_a_rename_and_a_copy_at_once_end_in_an_order_they_could_have_had(program: Program) -> None:
    script = executable(program.home / "editor", '#!/bin/sh\necho "# edited" >> "$1"\n')
    racing = Program(program.home, {"EDITOR": str(script)})
    program.bedrock("p")
    plain = (program.profiles / "p.toml").read_text()
    lines = [
        [str(EXECUTABLE), *words.split()] for words in ("edit p", "rename p q", "rename p r", "copy p s", "edit p")
    ]
    codes = at_once(racing, lines)
    assert set(codes) <= {0, 2}
    left = {path.stem: path.read_text() for path in program.profiles.iterdir()}
    assert len({"p", "q", "r"} & left.keys()) == 1, (codes, left)
    assert {text.removeprefix(plain) for text in left.values()} <= {"", "# edited\n", "# edited\n# edited\n"}
    assert ("s" in left) == (codes[3] == 0)
    no_leftovers(program)


@pytest.mark.thorough
def test_a_save_that_is_killed_leaves_the_old_file_or_the_new_one(program: Program) -> None:
    dice = random.Random(20261122)
    program.bedrock("p")
    allowed = {(program.profiles / "p.toml").read_bytes()}
    took = 0.3
    for number in range(16):
        line = init("p", "--force", "--set", f"env.WHO={number}", "--set", f"env.FILLER={FILLER}")
        began = time.monotonic()
        with subprocess.Popen(
            line, env=program.environment, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            if number % 5 == 0:
                process.wait()
                took = time.monotonic() - began
            else:
                time.sleep(took * dice.uniform(0.55, 1.0))
                os.killpg(process.pid, signal.SIGKILL)
        after = (program.profiles / "p.toml").read_bytes()
        who = tomllib.loads(after.decode()).get("env", {}).get("WHO")
        assert after in allowed or (who == str(number) and FILLER in after.decode())
        allowed = {after}
    for folder in (program.profiles, program.compiled):
        (folder / ".p.toml.0123456789abcdef.tmp").write_text("what a killed writer leaves")
    program.ok(*init("p", "--force")[1:])
    no_leftovers(program)


@pytest.mark.thorough
@pytest.mark.parametrize("blocks", [0, 1])
def test_a_file_that_cannot_be_written_whole_is_not_written(program: Program, blocks: int) -> None:
    program.bedrock("p")
    before = (program.profiles / "p.toml").read_bytes()
    line = shlex.join(init("p", "--force", "--set", f"env.FILLER={FILLER}"))
    done = shell(program, f"ulimit -f {blocks}; exec {line}")
    assert (done.code, done.out) == (2, "")
    assert "File too large" in done.err
    assert (program.profiles / "p.toml").read_bytes() == before
    no_leftovers(program)


FULL_DISK = """
mount -t tmpfs -o size=256k,mode=700 none "$HOME" || exit 99
cd "$HOME"
ccsetup init p --surface bedrock --set region=us-east-1 --no-verify 2>"$OUT/first"
sum=$(cksum .config/ccsetup/profiles/p.toml)
head -c 400000 /dev/zero >filler 2>/dev/null
ccsetup init p --surface bedrock --set region=eu-west-1 --no-verify --force 2>"$OUT/force"; echo "force $?"
ccsetup copy p q 2>"$OUT/copy"; echo "copy $?"
EDITOR=true ccsetup edit p 2>"$OUT/edit"; echo "edit $?"
ccsetup env p --shell bash >"$OUT/env" 2>"$OUT/env-talk"; echo "env $?"
[ "$sum" = "$(cksum .config/ccsetup/profiles/p.toml)" ] && echo same
find . -name '*.tmp' -o -name 'q.*'
rm filler
ccsetup copy p q 2>"$OUT/again"; echo "again $?"
"""


@pytest.mark.thorough
def test_a_full_disk_changes_nothing_and_is_named(program: Program, tmp_path: Path) -> None:
    prefix = ["unshare", "--mount", *(["--user", "--map-root-user"] if os.geteuid() else [])]
    if shutil.which("unshare") is None or started([*prefix, "true"], program.environment, program.home).code:
        pytest.skip("no mount namespace here; the size limit above stands for a full disk")
    out = tmp_path / "out"
    out.mkdir()
    done = started([*prefix, "sh", "-c", FULL_DISK], {**program.environment, "OUT": str(out)}, tmp_path)
    if done.code == 99:
        pytest.skip("no tmpfs can be mounted here; the size limit above stands for a full disk")
    talk = {path.name: path.read_text() for path in out.iterdir()}
    assert done.out.split("\n") == ["force 2", "copy 2", "edit 2", "env 0", "same", "again 0", ""], (done.out, talk)
    for command in ("force", "copy", "edit"):
        assert "No space left on device" in talk[command]
        assert talk[command].count("\n") == 3, talk[command]
    assert talk["env-talk"] == ""
    assert "AWS_REGION='us-east-1'" in talk["env"]


@pytest.mark.thorough
def test_a_read_only_folder_is_named(program: Program) -> None:
    if os.geteuid() == 0 and not WITHOUT_POWERS:
        pytest.skip("root writes everywhere")
    writer = Wrapped(program.home)
    program.bedrock("p")
    program.profiles.chmod(0o500)
    try:
        for words in (["copy", "p", "q"], ["rename", "p", "q"], ["remove", "p", "--yes"], init("p", "--force")[1:]):
            done = writer.run(*words)
            assert (done.code, done.out) == (2, "")
            assert "/profiles/" in done.err
            assert "Permission denied" in done.err
    finally:
        program.profiles.chmod(0o700)
    assert [path.name for path in program.profiles.iterdir()] == ["p.toml"]


@pytest.mark.thorough
def test_a_folder_that_cannot_be_entered_is_named(program: Program) -> None:
    reader = Wrapped(program.home)
    program.bedrock("p")
    config = program.profiles.parent
    config.chmod(0)
    try:
        for words in (["list"], ["show", "p"], ["env", "p"], init("q")[1:]):
            done = reader.run(*words)
            assert (done.code, done.out.removeprefix("false\n")) == (2, "")
            assert "Permission denied" in done.err
            assert "~/.config/ccsetup" in done.err
    finally:
        config.chmod(0o700)


@pytest.mark.thorough
def test_junk_beside_the_profiles_is_named_in_one_line_each(program: Program) -> None:
    program.bedrock("good")
    folder = program.profiles
    (folder / "folder.toml").mkdir()
    (folder / "binary.toml").write_bytes(random.Random(1).randbytes(3000))
    (folder / "empty.toml").touch()
    os.mkfifo(folder / "fifo.toml")
    (folder / "dangling.toml").symlink_to("nowhere")
    (folder / "new\nline.toml").write_text("x")
    (folder / ".hidden.toml").write_text("x")
    (folder / "notes.txt").write_text("x")
    with (folder / "huge.toml").open("wb") as file:
        file.truncate(1 << 26)
    done = program.run("list")
    assert done.code == 1
    names = ["binary", "dangling", "empty", "fifo", "folder", "huge"]
    assert [line[2:].split()[0] for line in done.out.splitlines()[1:]] == sorted([*names, "good"])
    lines = done.err.splitlines()
    assert "new\\nline.toml" in lines[-2]  # and what to do
    for name, line in zip(names, lines[:-2], strict=True):
        assert line.startswith("ccsetup: ")
        assert f"profiles/{name}.toml" in line
    for name in names:
        done = program.run("env", name)
        assert (done.code, done.out) == (2, "")
        assert f"profiles/{name}.toml" in done.err
        assert len(done.err.splitlines()) == 2
    assert program.ok("env", "good").out


@pytest.mark.thorough
def test_a_lock_that_is_held_is_waited_for(program: Program) -> None:
    program.bedrock("p")
    lock = program.profiles.parent / ".lock"
    done = shell(program, f"flock {lock} sleep 1 & sleep 0.2; ccsetup copy p q; test -f {program.profiles}/q.toml")
    assert done.code == 0
