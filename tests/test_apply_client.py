"""`ccsetup apply` and the real client: it goes where the file says, whatever the shell holds."""

from collections.abc import Iterator

import pytest

from ccsetup.recorder import Auth, Recorder
from tests.client_runner import run_client
from tests.program import Program
from tests.targets import KEY, TARGETS
from tests.test_real_client import HIJACKS, polluted


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


BEFORE_FILES = ("config folder", "host-managed", "unix socket")  # obeyed before any file is read
HOSTILE = [name for name in HIJACKS if name not in BEFORE_FILES]


@pytest.mark.client
@pytest.mark.parametrize(
    ("name", "scope"),
    [
        *((name, "user") for name in TARGETS if name != "login"),
        *((name, scope) for name in ("api-key", "bedrock") for scope in ("project", "local")),
    ],
)
def test_the_real_client_obeys_the_file_in_a_hostile_shell(
    program: Program, recorder: Recorder, name: str, scope: str
) -> None:
    target = TARGETS[name]
    target.make(program)
    folder = program.home / "repo"
    before = {path: path.read_bytes() for path in program.home.rglob("settings*.json")}
    flags = [] if name == "api-key" or not target.secret else ["--with-secret"]
    done = program.run("apply", "wanted", "--scope", scope, "--yes", *flags, cwd=folder)
    assert done.code == 0, done.err
    hostile = {key: value for hijack in HOSTILE for key, value in polluted(program, HIJACKS[hijack]).items()}
    recorder.clear()
    environment = {**program.environment, **recorder.proxied, **hostile}
    ran = run_client('exec claude -p "say pong"', home=program.home, cwd=folder, environment=environment)
    assert (ran.exit_code, ran.stdout.strip()) == (0, "pong"), ran.stderr
    assert recorder.inference
    for call in recorder.inference:
        if name == "api-key":  # the helper's key is sent in both headers
            assert {auth.identity for auth in call.auths} == {KEY}
            assert Auth("bearer", KEY) in call.auths
        wrong = [one for one in target.mismatches(call, "opus") if name != "api-key" or not one.startswith("auths")]
        assert wrong == []
    program.run("apply", "wanted", "--scope", scope, "--undo", cwd=folder)
    assert {path: path.read_bytes() for path in program.home.rglob("settings*.json")} == before
