"""`ccsetup apply` and the real client: it goes where the file says, whatever the shell holds."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from ccsetup.trace.recorder.request import Auth
from ccsetup.trace.recorder.server import Recorder
from tests.claude_code.test_real_client import HIJACKS, polluted
from tests.support.client_runner import require_client, run_client
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.targets import TARGETS


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


BEFORE_FILES = ("config folder", "host-managed", "unix socket")  # obeyed before any file is read
HOSTILE = [name for name in HIJACKS if name not in BEFORE_FILES]


@pytest.mark.client
@pytest.mark.parametrize(
    ("name", "scope"),
    examples(
        (
            *((name, "user") for name in TARGETS if name != "login"),
            *((name, scope) for name in ("api-key", "bedrock") for scope in ("project", "local")),
        ),
        ("vertex", "user"),
        ("bedrock", "local"),
    ),
)
def test_the_real_client_obeys_the_file_in_a_hostile_shell(
    program: Program, recorder: Recorder, name: str, scope: str
) -> None:
    target = TARGETS[name]
    target.make(program)
    folder = program.home / "repo"
    before = {path: path.read_bytes() for path in program.home.rglob("settings*.json")}
    helped = target.surface in ("api-key", "gateway")
    flags = ["--with-secret"] if target.secret and not helped else []
    done = program.run("apply", "wanted", "--scope", scope, "--yes", *flags, cwd=folder)
    assert done.code == 0, done.err
    hostile = {key: value for hijack in HOSTILE for key, value in polluted(program, HIJACKS[hijack]).items()}
    recorder.clear()
    environment = {**program.environment, **recorder.proxied, **hostile}
    ran = run_client('exec claude -p "say pong"', home=program.home, cwd=folder, environment=environment)
    assert (ran.exit_code, ran.stdout.strip()) == (0, "pong"), ran.stderr
    assert recorder.inference
    for call in recorder.inference:
        if helped:  # the helper's key is sent in both headers
            assert {auth.identity for auth in call.auths} == {target.secret}
            assert Auth("bearer", target.secret) in call.auths
        wrong = [one for one in target.mismatches(call, "opus") if not helped or not one.startswith("auths")]
        assert wrong == []
    program.run("apply", "wanted", "--scope", scope, "--undo", cwd=folder)
    assert {path: path.read_bytes() for path in program.home.rglob("settings*.json")} == before


LINES = {
    "api-key": {"CLAUDE_CODE_USE_VERTEX": "1"},
    "subscription": {"ANTHROPIC_API_KEY": "sk-ant-from-settings-0123456789"},
    "bedrock": {"AWS_REGION": "us-west-2"},
    "vertex": {"CLAUDE_CODE_USE_BEDROCK": "1"},
}


@pytest.mark.thorough
@pytest.mark.client
@pytest.mark.parametrize("name", examples(LINES, "subscription", "bedrock"))
def test_one_hijacking_line_is_seen_by_all_and_the_remedy_fixes_it(program: Program, name: str) -> None:
    TARGETS[name].make(program)
    path = program.home / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"theme": "dark", "env": LINES[name]}))
    (variable,) = LINES[name]
    client = {"PATH": f"{require_client().parent}:{program.environment['PATH']}"}

    def looks() -> tuple[str | None, int, list[str], list[str]]:
        """Doctor's root, trace's exit code, status's findings, and the root's commands."""
        examined = program.run("doctor", "wanted", "--offline", "--json", cwd=program.home / "repo", environment=client)
        (report,) = json.loads(examined.out)["profiles"]
        traced = program.run("trace", "wanted", "--seconds", "60", cwd=program.home / "repo", environment=client)
        on = json.loads(program.run("env", "wanted", "--shell", "json").out)["env"]
        active = {key: value for key, value in on.items() if value is not None}
        seen = program.run("status", "--json", cwd=program.home / "repo", environment=client | active)
        found = [one["facts"].get("variable", "") for one in json.loads(seen.out)["findings"]]
        commands = [command for one in report["findings"][:1] for command in one["remedy"]["commands"]]
        return report["root"], traced.code, found, commands

    root, traced, found, commands = looks()
    assert (root, traced, found[0]) == ("settings-override", 1, variable)
    subprocess.run(["/bin/sh", "-c", commands[0]], cwd=program.home, env=program.environment, check=True)
    assert looks()[:3] == (None, 0, [])
    assert json.loads(path.read_text()) == {"theme": "dark"}
