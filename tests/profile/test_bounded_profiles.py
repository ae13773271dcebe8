"""Profiles that a parser would choke on are refused before it sees them, and stop nothing else."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from ccsetup.profile.profile import MOST
from ccsetup.system import toml
from tests.support.measured import MOST as MEMORY
from tests.support.measured import measured
from tests.support.odd_lab import helpless
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.warm import Warm

HEAD = 'schema = 1\nsurface = "subscription"\n'
HOSTILE: Mapping[str, str] = {
    "dotted": HEAD + ".".join("a" * 20_000) + " = 1\n",
    "dotted-spaced": HEAD + " . ".join("a" * 15_000) + " = 1\n",
    "dotted-quoted": HEAD + ".".join(['"a"'] * 15_000) + " = 1\n",
    "dotted-escaped": HEAD + ".".join([r'"\""'] * 10_000) + " = 1\n",
    "dotted-literal": HEAD + ".".join(["'a'"] * 10_000) + " = 1\n",
    "dotted-after-string": HEAD + 'a = """\n"""" \nb = \'\'\'#\'\'\'\n' + ".".join("c" * 15_000) + " = 1\n",
    "dotted-after-comment": HEAD + '# """ \n' + ".".join("c" * 15_000) + " = 1\n",
    "dotted-in-inline": HEAD + "a = {" + ".".join("b" * 15_000) + " = 1}\n",
    "dotted-in-list": HEAD + "a = [{x = 1}, {" + ".".join("b" * 15_000) + " = 1}]\n",
    "header": HEAD + f"[{'.'.join('a' * 20_000)}]\n",
    "header-of-tables": HEAD + f"[[{'.'.join('a' * 20_000)}]]\n",
    "header-spaced": HEAD + f"[ {' . '.join('a' * 15_000)} ]\n",
    "lists": HEAD + "a = " + "[" * 20_000 + "]" * 20_000 + "\n",
    "lists-open": HEAD + "a = " + "[" * 60_000,
    "inline-tables": HEAD + "a = " + "{b = " * 10_000 + "1" + "}" * 10_000 + "\n",
    "mixed": HEAD + "a = " + "[{b = " * 8_000 + "1" + "}]" * 8_000 + "\n",
    "mixed-33": HEAD + "[a.b.c.d.e.f.g.h]\nx = " + "[{y.z = " * 9 + "1" + "}]" * 9 + "\n",
    "header-and-key-33": HEAD + f"[{'.'.join('a' * 20)}]\n{'.'.join('b' * 13)} = 1\n",
    "keys": HEAD + "[env]\n" + "".join(f'A{number} = ""\n' for number in range(6_000)),
    "list-of-texts": HEAD + "a = [" + '"",' * 20_000 + "]\n",
    "number": HEAD + "a = " + "9" * 60_000 + "\n",
    "text-open": HEAD + 'a = """' + '\\"' * 30_000,
    "quotes": HEAD + 'a = "' + "\\\\" * 30_000,
    "large": HEAD + "#" * (1 << 20),
    "huge": HEAD + "#" * (32 << 20),
    "not-text": HEAD + 'a = "\udcff"\n',
    "nul": HEAD + 'a = "\0"\n',
}
SOUND: Mapping[str, str] = {
    "32-parts": f"{'.'.join('a' * 31)} = 1\n",
    "dots-in-text": f'a = "{"x." * 500}"\n',
    "dots-in-long-text": f'a = """\n{"x." * 500}"""\n',
    "dots-in-literal": f"a = '{'x.' * 500}'\n",
    "dots-in-comment": f"# {'x.' * 500}\na = 1\n",
    "brackets-in-text": f'a = "{"[" * 500}"\nb = {chr(39) * 3}{"{" * 500}{chr(39) * 3}\n',
    "brackets-in-comment": f"a = 1 # {'[' * 500}\n",
    "quotes-at-the-end": 'a = """x"""""\nb = """"x"""\n',
    "floats": "".join(f"a{number} = {number}.5\n" for number in range(200)),
}


@pytest.mark.parametrize("name", [one for one in HOSTILE if one not in ("large", "huge", "number")])
def test_hostile_document_is_not_parsed(name: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        toml.tables(HOSTILE[name].encode(errors="surrogateescape"), MOST)


@pytest.mark.parametrize("name", SOUND)
def test_document_that_only_looks_deep_is_read(name: str) -> None:
    assert toml.tables(SOUND[name].encode(), MOST)


COMMANDS = (
    "list", "list --json", "show good", "env good --shell sh", "export good", "copy good other", "doctor --offline",
    "doctor good --offline --json", "status", "models good --offline", "policy --help", "schedule --print --with cron",
    "trust good", "completion bash",
)  # fmt: skip
OF_THE_BAD = ("show {}", "env {}", "run {} -- true", "export {}", "doctor {} --offline", "edit {}", "copy {} other")


def write(program: Program, name: str, text: str) -> Path:
    path: Path = program.profiles / f"{name}.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    path.chmod(0o600)
    return path


@pytest.fixture
def among(tmp_path: Path) -> Callable[[str], Warm]:
    """A program with one hostile profile beside two good ones."""
    home = tmp_path / "home"
    home.mkdir()
    program = Warm(home, {"EDITOR": "true"})

    def made(name: str) -> Warm:
        program.init("good", "subscription", plan="pro")
        program.init("zulu", "subscription", plan="pro")
        write(program, "middle", HOSTILE[name])
        return program

    return made


@pytest.mark.parametrize("name", [*examples(HOSTILE, "keys")])
def test_hostile_profile_stops_no_command_about_others(among: Callable[[str], Warm], name: str) -> None:
    program = among(name)
    for line in COMMANDS:
        done = program.run(*line.split())
        about_all = line.startswith(("list", "doctor", "schedule"))
        assert done.code in ((0, 1, 3) if about_all else (0, 3)), (line, done)
        assert not helpless(done.out + done.err), (line, done.err)
    listed = json.loads(program.run("list", "--json").out)["profiles"]
    assert [row["profile"] for row in listed] == ["good", "middle", "other", "zulu"]
    assert [row["profile"] for row in listed if row["problem"]] == ["middle"]
    examined = json.loads(program.run("doctor", "--offline", "--json").out)["profiles"]
    assert {one["profile"]: one["verdict"] for one in examined}["middle"] == "unknown"
    assert program.run("drift", "--json").code in (1, 2, 3)
    assert program.ok("remove", "zulu", "--yes").code == 0
    completed = program.run(
        environment={"_CCSETUP_COMPLETE": "complete_bash", "COMP_WORDS": "ccsetup show ", "COMP_CWORD": "2"}
    )
    assert "good" in completed.out
    removed = program.run("remove", "middle", "--yes")
    assert removed.code == 0 or (name == "huge" and "move it away" in removed.err)


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*examples(HOSTILE, "dotted", "list-of-texts")])
def test_hostile_profile_takes_no_memory(among: Callable[[str], Warm], name: str) -> None:
    program = among(name)
    for line in ("list", "env good --shell json", "remove zulu --yes", *OF_THE_BAD):
        done, memory = measured(program.home, program.environment, *line.format("middle").split())
        assert not helpless(done.out + done.err), (line, done.err)
        assert memory < MEMORY, (line, memory)


@pytest.mark.parametrize("name", [*examples(HOSTILE, "dotted-escaped", "list-of-texts", "keys")])
def test_hostile_bundle_is_refused_and_takes_no_memory(program: Program, name: str) -> None:
    file = program.home / "team.toml"
    text = HOSTILE[name].replace("surface =", "[profiles.x]\nsurface =").replace("[env]", "[profiles.x.env]")
    file.write_bytes(text.encode(errors="surrogateescape"))
    done, memory = measured(program.home, program.environment, "import", str(file))
    assert (done.code, done.out) == (2, "")
    assert not helpless(done.err), done.err
    assert memory < MEMORY
