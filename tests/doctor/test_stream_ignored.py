"""A gateway that answers a request for a stream with a whole message: the real client copes, by sending it twice."""

import json

import pytest

from ccsetup.lab.fault import Fault, Reply
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import Answer, message
from tests.support.client_runner import QUIET, require_client
from tests.support.program import Program
from tests.support.warm import Warm

MODEL = "claude-opus-5-5"


@pytest.fixture
def here(program: Program, lab: Lab) -> Warm:
    here = Warm(program.home, {**lab.environment(program.home), **QUIET, "TEAM": lab.world.anthropic.login[0].secret})
    here.init("team", "gateway", **{"base_url": lab.url, "auth_token": "env:TEAM", "models.opus": MODEL})
    return here


def answer_whole(lab: Lab, document: object) -> None:
    whole = Answer(200, "application/json", json.dumps(document).encode())
    lab.inject(Fault(Reply(whole), operation="CreateMessage"))


def test_whole_message_is_a_warning(here: Warm, lab: Lab) -> None:
    answer_whole(lab, message(MODEL, "pong"))
    report = json.loads(here.run("doctor", "team", "--live", "--json").out)["profiles"][0]
    assert report["verdict"] == "warning", report
    assert "stream-ignored" in [one["check"] for one in report["findings"] if one["severity"] == "warning"]
    assert len(lab.requests_for("CreateMessage")) == 1


@pytest.mark.parametrize("document", [{}, {"type": "message"}, [], "message", {"type": "ping", "content": []}])
def test_another_document_is_not_the_api(here: Warm, lab: Lab, document: object) -> None:
    answer_whole(lab, document)
    report = json.loads(here.run("doctor", "team", "--live", "--json").out)["profiles"][0]
    assert (report["verdict"], report["root"]) == ("error", "endpoint-not-api"), report


@pytest.mark.client
def test_client_answers_and_sends_the_request_twice(here: Warm, lab: Lab) -> None:
    answer_whole(lab, message(MODEL, "pong"))
    path = {"PATH": f"{require_client().parent}:/usr/bin:/bin"}
    done = here.run("run", "team", "--", "claude", "-p", "say pong", "--model", MODEL, environment=path)
    assert (done.code, done.out.strip()) == (0, "pong"), done.err
    assert len(lab.requests_for("CreateMessage")) == 2
