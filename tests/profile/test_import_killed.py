"""`import` adds all or none, wherever the process is killed."""

import random
import time
from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.warm import Warm

NAMES = tuple(f"team-{number}" for number in range(6))
ONE = '[profiles.{0}]\nschema = 1\nsurface = "bedrock"\n[profiles.{0}.set]\nregion = "us-east-1"\naws_profile = "x"\n'


@pytest.fixture
def team(tmp_path: Path) -> Path:
    file = tmp_path / "team.toml"
    file.write_text("schema = 1\n" + "".join(ONE.format(name) for name in NAMES))
    return file


def _listed(program: Program) -> set[str]:
    done = program.run("list")
    return {name for name in (*NAMES, "mine") if name in done.out}


@pytest.mark.thorough
def test_a_process_that_is_killed_anywhere_adds_all_or_none(program: Warm, team: Path) -> None:
    random.seed(20)
    program.bedrock("mine")
    began = time.monotonic()
    program.ok("import", str(team))
    whole = time.monotonic() - began
    seen = set()
    for _ in range(30):
        for name in _listed(program) - {"mine"}:
            program.ok("remove", name, "--yes")
        with program.running("import", str(team), environment=program.environment) as run:
            time.sleep(random.uniform(0, whole * 1.2))
            run.kill()
            run.wait()
        listed = _listed(program)
        assert listed in ({"mine"}, {"mine", *NAMES})
        seen.add(len(listed))
        untrusted = [name for name in listed - {"mine"} if "not trusted" not in program.run("show", name).err]
        assert len(untrusted) in (0, len(NAMES))  # harmless ones need no trust; never a part of them


@pytest.mark.parametrize("present", range(len(NAMES) + 1))
@pytest.mark.parametrize("command", ["list", "env", "show", "export", "import", "init", "remove"])
def test_half_an_import_does_not_count_and_the_next_change_takes_it_back(
    program: Program, team: Path, present: int, command: str
) -> None:
    program.bedrock("mine")
    text = b'schema = 1\nsurface = "bedrock"\n[set]\nregion = "us-east-1"\n'
    (program.profiles.parent / "importing").write_text("".join(f"{name}\n" for name in NAMES))
    (program.profiles.parent / "importing").chmod(0o600)
    for name in NAMES[:present]:
        (program.profiles / f"{name}.toml").write_bytes(text)
        (program.profiles / f"{name}.toml").chmod(0o600)
    assert _listed(program) == {"mine"}
    first = NAMES[0]
    match command:
        case "import":
            program.ok("import", str(team))
            assert _listed(program) == {"mine", *NAMES}
        case "init":
            program.bedrock(first)
            assert _listed(program) == {"mine", first}
        case "remove":
            program.ok("remove", "mine", "--yes")
            assert _listed(program) == set()
            assert [*program.profiles.glob("team-*")] == []
        case "list":
            assert _listed(program) == {"mine"}
        case _:
            done = program.run(command, first)
            assert done.code == 2
            assert f"profile '{first}' not found" in done.err
