"""What `run` notes, and how `cost` finds the sessions that came of it."""

import datetime
import json
import os
import time
from pathlib import Path

from tests.support.desktop import executable
from tests.support.program import Program
from tests.support.transcripts import answer, line, total

ID = "11111111-2222-4333-8444-555555555555"
CLIENT = """#!/bin/sh
id={session}
while [ $# -gt 0 ]; do [ "$1" = --session-id ] && id=$2; shift; done
folder=${{CLAUDE_CONFIG_DIR:-$HOME/.claude}}
mkdir -p "$folder/projects/x" "$folder/sessions"
sed "s/SESSION/$id/g; s/NOW/$(date -u +%Y-%m-%dT%H:%M:%S.999Z)/" "$HOME/row" > "$folder/projects/x/$id.jsonl"
echo $id
[ -n "$KEEP" ] || exit
printf '{{"pid":%s,"sessionId":"%s","startedAt":%s000}}' $$ $id $(date +%s) > "$folder/sessions/$$.json"
exec sleep 60
"""


def furnish(program: Program, session: str = "11111111-2222") -> str:
    """Two profiles with the same rows, and a client that writes one row; the PATH with it."""
    for name in ("one", "two"):
        program.init(name, "api-key", key="env:MY_KEY")
    row = answer("msg_1", 0, (1, 2, 3, 4, 5), session="SESSION") | {"timestamp": "NOW", "cwd": str(program.home)}
    (program.home / "row").write_bytes(line(row))
    client = executable(program.home / "bin" / "claude", CLIENT.format(session=session))
    return f"{client.parent}:{program.environment['PATH']}"


def whose(program: Program) -> list[tuple[object, ...]]:
    keys = ("profile", "surface", "surface_certainty", "requests")
    found = json.loads(program.ok("cost", "--json").out)["profiles"]
    return [tuple(one[key] for key in keys) for one in found]


def test_session_that_run_named_is_certain(program: Program) -> None:
    environment = {"PATH": furnish(program), "MY_KEY": "sk-ant-api03-x"}
    for words in ((), ("--", "claude", "-p", "say pong")):
        done = program.run("run", "two", *words, environment=environment)
        assert len(done.out.strip()) == 36, done.err
    assert whose(program) == [("two", "api-key", "certain", 1)]  # both wrote one message's id
    note = program.home / ".local" / "state" / "ccsetup" / "usage" / "started.taken"
    assert not note.exists()
    assert whose(program) == [("two", "api-key", "certain", 1)]


def test_session_of_a_process_that_runs_is_certain(program: Program) -> None:
    environment = {"PATH": furnish(program), "MY_KEY": "sk-ant-api03-x", "KEEP": "1"}
    pid = os.fork()
    if pid == 0:
        words = ("run", "two", "--", "claude", "--resume", "11111111-2222")
        os.execvpe("ccsetup", ["ccsetup", *words], {**program.environment, **environment})
    try:
        sessions = program.home / ".claude" / "sessions"
        end = time.monotonic() + 20
        while time.monotonic() < end and not (
            sessions.exists() and any(path.stat().st_size for path in sessions.iterdir())
        ):
            time.sleep(0.05)
        assert whose(program) == [("two", "api-key", "certain", 1)]
    finally:
        os.kill(pid, 15)
        os.waitpid(pid, 0)
    (sessions / f"{pid}.json").unlink()
    assert whose(program) == [("two", "api-key", "certain", 1)]


def test_first_session_of_the_folder_is_likely(program: Program) -> None:
    environment = {"PATH": furnish(program), "MY_KEY": "sk-ant-api03-x"}
    program.run("run", "two", "--", "claude", "--model", "opus", environment=environment)
    assert whose(program) == [("two", "api-key", "likely", 1)]


def test_session_that_was_resumed_is_not_guessed(program: Program) -> None:
    environment = {"PATH": furnish(program), "MY_KEY": "sk-ant-api03-x"}
    program.run("run", "two", "--", "claude", "--continue", environment=environment)
    assert [one[:3] for one in whose(program)] == [(None, None, "unknown")]


def test_session_that_is_resumed_by_its_id_is_certain(program: Program) -> None:
    environment = {"PATH": furnish(program, ID), "MY_KEY": "sk-ant-api03-x"}
    program.run("run", "two", "--", "claude", "--resume", ID, environment=environment)
    assert whose(program) == [("two", "api-key", "certain", 1)]


def test_session_that_begins_as_a_copy_is_likely(program: Program) -> None:
    environment = {"PATH": furnish(program, ID), "MY_KEY": "sk-ant-api03-x"}
    program.run("run", "two", "--", "claude", "--resume=some", "--fork-session", environment=environment)
    assert whose(program) == [("two", "api-key", "likely", 1)]


def test_copy_that_is_named_is_certain(program: Program) -> None:
    environment = {"PATH": furnish(program), "MY_KEY": "sk-ant-api03-x"}
    words = ("--resume", "some", "--fork-session", "--session-id", ID)
    program.run("run", "two", "--", "claude", *words, environment=environment)
    assert whose(program) == [("two", "api-key", "certain", 1)]


def test_session_that_another_profile_continues_is_likely_on_its_bill_from_then_on(program: Program) -> None:
    environment = {"PATH": furnish(program), "MY_KEY": "sk-ant-api03-x"}
    session = program.run("run", "one", "--", "claude", "-p", "x", environment=environment).out.strip()
    executable(program.home / "bin" / "claude", "#!/bin/sh\n")
    time.sleep(1)  # its row has the end of the second
    path = program.home / ".claude" / "projects" / "x" / f"{session}.jsonl"
    for number, profile in enumerate(("two", "one", "two"), 2):
        time.sleep(0.01)
        program.run("run", profile, "--", "claude", "--continue", environment=environment)
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with path.open("ab") as file:
            file.write(line(answer(f"msg_{number}", 0, (1, 0, 0, 0, 1), session=session, timestamp=now)))
    assert whose(program) == [("one", "api-key", "likely", 2), ("two", "api-key", "likely", 2)]


def test_what_follows_the_end_of_the_process_is_no_longer_certain(program: Program) -> None:
    session = program.run(
        "run", "two", "--", "claude", "-p", "x", environment={"PATH": furnish(program), "MY_KEY": "sk-ant-api03-x"}
    ).out.strip()
    path = program.home / ".claude" / "projects" / "x" / f"{session}.jsonl"
    ended = line(total({"claude-opus-5-5": (1, 2, 3, 4, 5)}, session=session))
    later = {"session": session, "timestamp": "2099-01-01T00:00:00.000Z"}
    with path.open("ab") as file:
        file.write(ended + line(answer("msg_2", 0, (1, 0, 0, 0, 1), **later)))
    assert whose(program) == [("two", "api-key", "likely", 2)]


def test_rows_of_another_surface_are_not_on_the_bill_of_the_profile(program: Program) -> None:
    path = furnish(program)
    program.init("cloud", "vertex", project="my-project", location="global")
    session = program.run("run", "cloud", "--", "claude", "-p", "x", environment={"PATH": path}).out.strip()
    with (program.home / ".claude" / "projects" / "x" / f"{session}.jsonl").open("ab") as file:
        later = {"session": session, "timestamp": "2099-01-01T00:00:00.000Z"}
        file.write(line(answer("msg_bdrk_2", 0, (1, 0, 0, 0, 1), **later)))
    assert whose(program) == [("cloud", "vertex", "certain", 1), (None, "bedrock", "certain", 1)]


def test_command_that_is_not_claude_leaves_no_note(program: Program, tmp_path: Path) -> None:
    furnish(program)
    program.run("run", "two", "--", "true", environment={"MY_KEY": "sk-ant-api03-x"})
    assert not (program.home / ".local" / "state" / "ccsetup" / "usage").exists()
