"""`doctor --record` keeps what providers answered, without secrets and names; `demo --replay` serves it again."""

import json
from pathlib import Path

import pytest

from ccsetup.lab.fault import Fault
from ccsetup.lab.lab import Lab
from ccsetup.lab.replay import Malformed, Replay
from tests.support.answering import Answering
from tests.support.program import Program
from tests.support.warm import Warm

TOKEN = "tok_live_0123456789abcdef"
REFUSALS = {
    "a message with everything": (
        418,
        {
            "error": {
                "message": f"teapot for {TOKEN}, me@corp.example, 123412341234, projects/my-secret-project",
                "type": "odd",
            }
        },
    ),
    "fields that are not allowed": (
        409,
        {"msg": "teapot", "internal_customer": "ACME GmbH", "trace": {"ip": "10.1.2.3"}},
    ),
    "a list": (451, [{"detail": "teapot", "user": "ACME GmbH"}]),
}
HIDDEN = (TOKEN, "me@corp.example", "123412341234", "my-secret-project", "ACME GmbH", "10.1.2.3")


def refused(program: Program, body: object, status: int, *more: str) -> tuple[str, str, dict[str, object]]:
    """(what was said, the file, the report) of a run that records."""
    file = program.home / "answers.json"
    with Answering() as server:
        server.answer = lambda asked: (
            (200, {}, "{}")
            if asked.path == "/"
            else (status, {"content-type": "application/json", "x-internal": "ACME GmbH"}, json.dumps(body))
        )
        gateway(program, server.url)
        done = program.run("doctor", "gw", "--json", "--record", str(file), *more, environment={"MY_TOKEN": TOKEN})
    report: dict[str, object] = json.loads(done.out)["profiles"][0]
    return done.err, file.read_text(), report


def gateway(program: Program, url: str) -> None:
    program.init("gw", "gateway", base_url=url, auth_token="env:MY_TOKEN")


@pytest.mark.parametrize("name", REFUSALS)
def test_recording_is_shown_written_for_this_user_and_replayed(program: Program, name: str) -> None:
    status, body = REFUSALS[name]
    said, text, report = refused(program, body, status, "--yes")
    file = program.home / "answers.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "teapot" in text
    assert "teapot" in said
    assert not [hidden for hidden in HIDDEN if hidden in text or hidden in said]
    assert {answer["host"] for answer in json.loads(text)["answers"]} == {"gateway.example.com"}
    with Lab(replay=Replay(file)) as lab:
        program.run("remove", "gw", "--yes")
        gateway(program, lab.url)
        again = json.loads(program.run("doctor", "gw", "--json", environment={"MY_TOKEN": TOKEN}).out)["profiles"][0]
    assert again["root"] == report["root"]
    assert [one["check"] for one in again["findings"]] == [one["check"] for one in report["findings"]]  # type: ignore[attr-defined]


def test_recorded_refusal_of_aws_is_replayed(tmp_path: Path, lab: Lab) -> None:
    home = tmp_path / "home"
    home.mkdir()
    program = Warm(home, lab.environment(home))
    program.init("b", "bedrock", region="us-east-1", aws_profile="my-prod")
    lab.inject(Fault.from_specimen("sts", 403, "ExpiredToken", "The security token included in the request is expired"))
    file = home / "answers.json"
    done = program.run("doctor", "b", "--json", "--record", str(file), "--yes")
    root = json.loads(done.out)["profiles"][0]["root"]
    assert root == "aws-token-expired"
    lab.clear_faults()
    with Lab(replay=Replay(file)) as replaying:
        other = Warm(home, replaying.environment(home))
        assert json.loads(other.run("doctor", "b", "--json").out)["profiles"][0]["root"] == root


def test_without_terminal_and_consent_nothing_is_asked(program: Program) -> None:
    with Answering() as server:
        gateway(program, server.url)
        done = program.run("doctor", "gw", "--record", str(program.home / "a.json"), environment={"MY_TOKEN": TOKEN})
        assert (done.code, server.asked) == (2, [])
    assert "--yes" in done.err
    assert not (program.home / "a.json").exists()


@pytest.mark.parametrize("more", [("--offline", "--yes"), ("--yes",)])
def test_recording_that_cannot_be_written_is_refused_first(program: Program, more: tuple[str, ...]) -> None:
    with Answering() as server:
        gateway(program, server.url)
        place = str(program.home) if len(more) == 1 else str(program.home / "a.json")
        done = program.run("doctor", "gw", "--record", place, *more, environment={"MY_TOKEN": TOKEN})
        assert (done.code, server.asked) == (2, [])


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema":2,"answers":[]}', '{"schema":1,"answers":[{"status":400}]}', "[" * 99_999]
)
def test_file_that_is_no_recording_is_refused(program: Program, text: str) -> None:
    file = program.home / "odd.json"
    file.write_text(text)
    done = program.run("demo", "--serve", "--replay", str(file))
    assert done.code == 2
    assert "cannot be replayed" in done.err
    assert "Traceback" not in done.err
    with pytest.raises(Malformed):
        Replay(file)


def test_replay_needs_serve(program: Program) -> None:
    assert program.run("demo", "--replay", "x.json").code == 2
