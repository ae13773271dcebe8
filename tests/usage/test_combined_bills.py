"""The real client in ways that meet: forks of resumed sessions, kills, other models, folders and clients."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter

import pytest

from tests.support import mcp_server
from tests.support.billing import Biller
from tests.support.client_runner import CLIENTS, QUIET, require_client
from tests.support.priced_world import here, lab, running
from tests.support.program import Program
from tests.usage.test_real_bills import ID, OPTIONS, answers_written, biller, claude, cost, measured, work
from tests.usage.test_surface_bills import LOGIN

__all__ = ["biller", "here", "lab", "running", "work"]  # fixtures

pytestmark = [pytest.mark.client, pytest.mark.thorough]
FORK = str(uuid.UUID(int=8))


def test_session_that_is_resumed_then_forked_then_compacted(work: Program, biller: Biller) -> None:
    done = claude(
        work,
        biller,
        f'--session-id {ID} -- "say pong"',
        f'--resume {ID} -- "please fetch"',
        f'--resume {ID} --fork-session --session-id {FORK} -- "please delegate"',
        f'--resume {FORK} -- "/compact"',
        f'--resume {FORK} -- "please fetch"',
        f'--resume {ID} -- "/compact"',
        f'--resume {ID} -- "say pong"',
    )
    assert done.exit_code == 0, done
    assert len(biller.billed) >= 12
    assert measured(work) == biller.bill
    assert (cost(work)["lower_bound"], cost(work)["profiles"][0]["doubtful"]) == (False, [])


def test_client_that_is_killed_in_the_midst_of_an_answer_and_resumed_with_another_model(
    work: Program, biller: Biller
) -> None:
    claude(work, biller, f'--session-id {ID} -- "say pong"')
    before = len(biller.billed)
    biller.stall = before + 2
    words = [str(require_client()), "-p", *shlex.split(OPTIONS), "--resume", ID, "--", "please delegate"]
    environment = {**QUIET, **biller.environment, "HOME": str(work.home), "PATH": os.defpath}
    with subprocess.Popen(words, env=environment, cwd=work.home / "repo", stdout=subprocess.DEVNULL) as process:
        assert biller.waiting.wait(60)
        until = time.monotonic() + 30
        while answers_written(work) < before + 1 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1)  # the beginning of the answer arrives
        process.send_signal(signal.SIGKILL)
    biller.stall = 0
    texts = [path.read_text() for path in (work.home / ".claude" / "projects").rglob("*.jsonl")]
    written = {int(number) for text in texts for number in re.findall(r'"id":"msg_(\d{4})', text)}
    assert before + 1 in written
    assert before + 2 not in written
    # What was answered to a killed client is nowhere on this machine; a subagent beside it may have its answer.
    biller.billed[:] = [one for number, one in enumerate(biller.billed, 1) if number in written]
    assert measured(work) == biller.bill
    claude(work, biller, f'--resume {ID} --model sonnet -- "please fetch"', f'--resume {ID} -- "say pong"')
    assert len(biller.bill) >= 2
    assert measured(work) == biller.bill
    assert [one["reason"] for one in cost(work)["profiles"][0]["doubtful"]] == ["killed"]


def test_two_config_folders_are_two_bills_and_a_copied_session_counts_once(here: Program, biller: Biller) -> None:
    for name in ("one", "two"):
        here.init(name, "subscription", plan="max-5x", config_dir=f"~/.claude-{name}")
        (here.home / f".claude-{name}").mkdir()
        (here.home / f".claude-{name}" / ".credentials.json").write_text(json.dumps({"claudeAiOauth": LOGIN}))
    (here.home / "repo").mkdir()
    path = f"{require_client().parent}:{here.environment['PATH']}"
    given = {"HTTPS_PROXY": biller.url, "NODE_EXTRA_CA_CERTS": str(biller.ca_file), "PATH": path}
    there = Program(here.home, {**QUIET, **given})
    bills = {}
    for name, texts in (("one", ("say pong", "please fetch")), ("two", ("please delegate",))):
        for text in texts:
            done = there.run(
                "run", name, "--", "claude", "-p", *shlex.split(OPTIONS), "--", text, cwd=here.home / "repo"
            )
            assert done.code == 0, done
        bills[name] = biller.bill
        biller.billed.clear()
    for name in ("one", "two"):
        document = json.loads(here.ok("cost", "--since", "2d", "--json").out)
        found = {one["profile"]: one for one in document["profiles"]}
        assert {one: found[one]["surface_certainty"] for one in found} == {"one": "certain", "two": "certain"}
        tokens = {one["model"]: tuple(one["tokens"].values())[:5] for one in found[name]["models"]}
        assert tokens == bills[name]
    whole = found["one"]["tokens"], found["two"]["tokens"]
    shutil.copytree(here.home / ".claude-one" / "projects", here.home / ".claude" / "projects")
    again = json.loads(here.ok("cost", "--since", "2d", "--json").out)["profiles"]
    assert tuple(one["tokens"] for one in again) == whole


def test_sessions_that_another_profile_copies_or_continues_are_on_its_bill(here: Program, biller: Biller) -> None:
    for name in ("one", "two"):
        here.init(name, "api-key", key="env:LAB_KEY")
    (here.home / "repo").mkdir()
    path = f"{require_client().parent}:{here.environment['PATH']}"
    given = {name: value for name, value in biller.environment.items() if name != "ANTHROPIC_API_KEY"}
    there = Program(here.home, {**QUIET, **given, "PATH": path, "LAB_KEY": here.extra["LAB_KEY"]})
    bills: dict[str, Counter[int]] = {"one": Counter(), "two": Counter()}
    for name, words in (
        ("one", ("--session-id", ID)),
        ("two", ("--resume", ID, "--fork-session", "--session-id", FORK)),
        ("two", ("--resume", ID, "--fork-session")),
        ("one", ("--resume", ID)),
        ("two", ("--continue",)),
        ("two", ("--continue",)),
        ("one", ("--resume", ID)),
        ("two", ("--continue", "--fork-session")),
    ):
        before = len(biller.billed)
        command = ("run", name, "--", "claude", "-p", *shlex.split(OPTIONS), *words, "--", "say pong")
        done = there.run(*command, cwd=here.home / "repo")
        assert done.code == 0, done
        for call in biller.billed[before:]:
            bills[name].update(dict(enumerate(call.tokens)))
    profiles = json.loads(here.ok("cost", "--since", "2d", "--json").out)["profiles"]
    found = {one["profile"]: dict(enumerate([*one["models"][0]["tokens"].values()][:5])) for one in profiles}
    assert found == bills
    assert {one["profile"]: one["surface_certainty"] for one in profiles} == {"one": "certain", "two": "likely"}


@pytest.mark.parametrize("order", [("three-months", "newest"), ("newest", "three-months", "newest")])
def test_session_of_an_old_and_a_new_client(work: Program, biller: Biller, order: tuple[str, ...]) -> None:
    environment = {**QUIET, **biller.environment, "HOME": str(work.home), "PATH": os.defpath}
    begun = False
    for client in order:
        which = ("--resume", ID) if begun else ("--session-id", ID)
        words = [str(require_client(CLIENTS[client])), "-p", *shlex.split(OPTIONS), *which, "--", "please delegate"]
        done = subprocess.run(
            words, env=environment, cwd=work.home / "repo", capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done
        begun = True
    assert len(biller.billed) >= 3 * len(order)
    assert measured(work) == biller.bill


def test_parts_show_what_an_mcp_server_takes_and_start_none(work: Program, biller: Biller) -> None:
    started = work.home / "started"
    server = {"command": sys.executable, "args": [mcp_server.__file__, str(started)]}
    (work.home / "mcp.json").write_text(json.dumps({"mcpServers": {"docs": server}}))
    tool = "mcp__docs__search"
    options = f"--mcp-config {work.home}/mcp.json --strict-mcp-config --allowedTools {tool}"
    done = claude(work, biller, f'{options} -- "please use {tool}"', ENABLE_TOOL_SEARCH="0")
    assert done.exit_code == 0, done
    starts = started.read_text()
    found = json.loads(work.ok("cost", "--since", "2d", "--parts", "--json").out)["profiles"][0]["prefix"]
    assert started.read_text() == starts
    [docs] = [one for one in found["parts"] if one["part"] == "mcp:docs"]
    assert (docs["registered"], docs["used"], docs["calls"], docs["how"]) == (3, 1, 1, "calibrated")
    sent = [tool for name, tool in biller.tools.items() if name.startswith("mcp__docs__")]
    sizes = [len(json.dumps(tool, separators=(",", ":"), ensure_ascii=False)) for tool in sent]
    assert len(sent) == 3
    assert docs["bytes"] == pytest.approx(sum(sizes), rel=0.02)
    assert docs["tokens"] == pytest.approx(sum(sizes) / 4, rel=0.25)  # the biller counts four bytes as a token
