"""Whom `drift` notifies, and when."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.drift.test_drift import OLD, write
from tests.support.desktop import executable
from tests.support.drift_world import OPUS, Watched, watched


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as world:
        yield world


def test_notification_is_sent_only_when_something_changed(world: Watched, tmp_path: Path) -> None:
    write(world)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    script = f'#!/bin/sh\n[ -z "$REFUSE" ] || exit 7\ncat > {inbox}/$(date +%s%N).json\n'
    teller = executable(tmp_path / "tell", script)
    failing = world.here.run("drift", "--notify", str(teller), environment={"REFUSE": "1"})
    assert (failing.code, "the notification was not sent" in failing.err) == (1, True)
    for _ in range(3):
        assert world.here.run("drift", "--notify", str(teller)).code == 1
    (message,) = inbox.iterdir()  # the first came to nothing, so it was said again, and then no more
    told = json.loads(message.read_text())
    assert told["profiles"][0]["findings"][0]["model"] == OLD
    assert "1 model-retiring (b)" in told["text"]
    message.unlink()
    world.here.ok("drift", "--fix", "--yes")  # by hand; it is still news
    for _ in range(2):
        world.here.ok("drift", "--notify", str(teller))
    (message,) = inbox.iterdir()
    assert json.loads(message.read_text())["profiles"][0]["findings"] == []
    last = json.loads((world.state / "last-run.json").read_text())
    assert (last["code"], last["summary"]) == (0, "1 profile: nothing to do")


def test_what_did_not_change_since_a_run_by_hand_is_no_news(world: Watched, tmp_path: Path) -> None:
    write(world)
    world.look()
    assert world.here.run("drift", "--notify", "touch told").code == 1
    assert not (world.here.home / "told").exists()


def test_a_hook_gets_the_json_and_a_refusal_of_it_never_shows_its_address(world: Watched) -> None:
    write(world)
    with hook() as (address, heard):
        for _ in range(2):
            assert world.here.run("drift", "--notify", address).code == 1
    (body,) = heard
    assert json.loads(body)["profiles"][0]["findings"][0]["replacement"] == OPUS
    (world.state / "last-run.json").unlink()
    url = f"{world.lab.url}/hooks/T0K3N"  # nothing is there: the lab says so
    done = world.here.run("drift", environment={"CCSETUP_NOTIFY": url})
    assert (done.code, "the notification was not sent: 127.0.0.1 answered 404" in done.err) == (1, True)
    assert "T0K3N" not in done.err


@contextmanager
def hook() -> Iterator[tuple[str, list[bytes]]]:
    heard: list[bytes] = []

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hears)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", heard
    finally:
        server.shutdown()
        server.server_close()
