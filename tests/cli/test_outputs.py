"""Outputs that are closed, full, or speak little: an exit code and one clear line, whatever was asked for."""

import subprocess

import pytest

from tests.support.odd_lab import helpless
from tests.support.program import EXECUTABLE, Done, Program
from tests.support.selection import examples

COMMANDS = (
    "--help", "-h", "", "--version", "doctor --help", "models -h", "list", "list --json", "show p", "show p --json",
    "env p --shell sh", "env p", "env p --shell json", "env --off --shell sh", "explain two-providers", "hook bash",
    "completion zsh", "doctor p --offline", "doctor p --offline --format junit", "status", "export p",
    "schedule --print --with cron", "nonsense", "show nope", "--nonsense",
)  # fmt: skip
FULL = ">/dev/full"
PLACES = (FULL, ">&-", "2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "<&-", "<&- >&- 2>&-")
LINE = "ccsetup: cannot write to standard output: No space left on device\n"
SILENT = ("", "nonsense", "show nope", "--nonsense")  # print nothing to standard output, or only a usage
NAMES = "é😀\u2028"


def run(program: Program, line: str, places: str, **environment: str) -> Done:
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {EXECUTABLE} {line} {places}"], env={**program.environment, **environment},
        cwd=program.home, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


@pytest.fixture
def furnished(program: Program) -> Program:
    program.init("p", "subscription", plan="pro")
    return program


@pytest.mark.thorough
def test_full_disk_on_output_is_one_line(furnished: Program) -> None:
    for line in ("--help", "doctor --help", "list", "env p --shell json", "env p", "hook bash", "--version"):
        done = run(furnished, line, FULL)
        assert (done.code, done.err) == (2, LINE), (line, done)


@pytest.mark.thorough
@pytest.mark.parametrize("places", [*examples(PLACES, ">&- 2>&-", ">/dev/full 2>/dev/full")])
def test_no_output_is_a_mistake_of_the_program(furnished: Program, places: str) -> None:
    for line in COMMANDS:
        done = run(furnished, line, places)
        assert not helpless(done.out + done.err), (line, done)
        assert done.code in (0, 1, 2, 3), (line, done)
        if ">/dev/full" in places.split() and line not in SILENT:
            assert done.code == 2, (line, done)


ENCODINGS = (
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"PYTHONIOENCODING": "utf-16"},
    {"PYTHONIOENCODING": "cp1252"},
)
SPEAKING = (
    "env u --shell sh", "env u --shell fish", "env u --shell powershell", "env u --shell json", "env u --shell dotenv",
    "export u", "show u", "show u --json", "list", "doctor u --offline", "doctor u --offline --format markdown",
    "status",
    "run u -- true", "copy u é", "show é", "nonsenseé", "explain é", "trust u", "init ü --surface subscription --yes",
)  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("place", [*examples(range(len(ENCODINGS)), 0)])
def test_output_works_without_utf_8(furnished: Program, place: int) -> None:
    (furnished.profiles / "u.toml").write_text(f'schema = 1\nsurface = "subscription"\n[env]\nX_NAME = "{NAMES}"\n')
    for line in SPEAKING:
        done = run(furnished, line, "", **ENCODINGS[place])
        assert not helpless(done.out + done.err), (line, done)


def test_environment_keeps_its_bytes_where_the_locale_has_no_utf_8(furnished: Program) -> None:
    (furnished.profiles / "u.toml").write_text(f'schema = 1\nsurface = "subscription"\n[env]\nX_NAME = "{NAMES}"\n')
    line = "run u -- /bin/sh -c 'printf %s \"$X_NAME\"'"
    assert run(furnished, line, "", **ENCODINGS[0]).out == NAMES
    evaluated = f"""eval "$({EXECUTABLE} env u --shell sh)"; printf %s "$X_NAME" """
    done = subprocess.run(
        ["/bin/sh", "-c", evaluated], env={**furnished.environment, **ENCODINGS[0]}, capture_output=True, check=False
    )
    assert done.stdout.decode() == NAMES
