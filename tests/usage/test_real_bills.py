"""The real client against a provider that bills by the rules of prompt caching: to the token, and to the cent."""

import json
import os
import re
import shlex
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.billing import Biller, billing
from tests.support.client_runner import QUIET, Completed, require_client, run_client
from tests.support.priced_world import here, lab, running
from tests.support.program import Program
from tests.support.selection import examples

__all__ = ["here", "lab", "running"]  # fixtures

pytestmark = pytest.mark.client
PUBLISHED = {  # the lab's page
    "claude-opus-5-5": ("4", "5", "8", "0.20", "20"),
    "claude-sonnet-5-5": ("2", "2.5", "4", "0.10", "10"),
    "claude-haiku-5-5": ("0.10", "0.125", "0.20", "0.01", "0.50"),
}
SETTINGS = '{"skipWebFetchPreflight":true}'
OPTIONS = f"--allowedTools WebFetch,Task,Agent --settings '{SETTINGS}'"


@pytest.fixture
def biller(tmp_path: Path) -> Iterator[Biller]:
    (tmp_path / "authority").mkdir()
    with billing(tmp_path / "authority") as found:
        yield found


@pytest.fixture
def work(here: Program) -> Program:
    """A home whose one profile has the published prices."""
    here.init("k", "api-key", key="env:LAB_KEY")
    here.ok("prices", "k")
    (here.home / "repo").mkdir()
    return here


def claude(work: Program, biller: Biller, *lines: str, **more: str) -> Completed:
    script = "\n".join(f"claude -p {OPTIONS} {line}" for line in lines)
    environment = {**biller.environment, **more}
    return run_client(script, home=work.home, cwd=work.home / "repo", environment=environment, timeout=120)


def answers_written(work: Program) -> int:
    """How many answers the client's transcripts have."""
    texts = [path.read_text() for path in (work.home / ".claude" / "projects").rglob("*.jsonl")]
    return len({found for text in texts for found in re.findall(r'"id":"(msg_\w+)"', text)})


def cost(work: Program) -> Any:  # noqa: ANN401
    return json.loads(work.ok("cost", "--since", "2d", "--json").out)


def measured(work: Program) -> dict[str, tuple[int, ...]]:
    profiles = cost(work)["profiles"]
    models = [model for profile in profiles for model in profile["models"]]
    return {one["model"]: tuple(one["tokens"].values())[:5] for one in models}


def worth(bill: dict[str, tuple[int, ...]]) -> Decimal:
    found = Decimal(0)
    for model, tokens in bill.items():
        found += sum((count * Decimal(unit) for count, unit in zip(tokens, PUBLISHED[model], strict=True)), Decimal(0))
    return found / 1_000_000


ID = str(uuid.UUID(int=7))
SCENARIOS: dict[str, tuple[str, ...]] = {
    "turn": ('-- "say pong"',),
    "subagent": ('-- "please delegate"',),
    "page": ('-- "please fetch"',),
    "resumed": (f'--session-id {ID} -- "say pong"', f'--resume {ID} -- "say pong again"'),
    "forked": (
        f'--session-id {ID} -- "say pong"',
        f'--resume {ID} --fork-session -- "please delegate"',
        f'--resume {ID} -- "and once more"',
    ),
    "new-session": ('-- "say pong"', '-- "say pong"'),
    "compacted": (f'--session-id {ID} -- "please fetch"', f'--resume {ID} -- "/compact"', f'--resume {ID} -- "pong"'),
    "forked-after-compaction": (
        f'--session-id {ID} -- "say pong"',
        f'--resume {ID} -- "/compact"',
        f'--resume {ID} --fork-session -- "please fetch"',
    ),
    "cleared": (f'--session-id {ID} -- "say pong"', f'--resume {ID} -- "/clear"', f'--resume {ID} -- "pong"'),
}


def was_played(biller: Biller, lines: Iterable[str]) -> bool:
    """Subagents and fetched pages make calls of their own: several calls share one line."""
    lines = list(lines)
    return len(biller.billed) >= len(lines) + 2 * sum("please" in line for line in lines) - ("/clear" in str(lines))


@pytest.mark.parametrize("name", examples(SCENARIOS, "subagent"))
def test_bill_is_met_to_the_token_and_to_the_cent(work: Program, biller: Biller, name: str) -> None:
    done = claude(work, biller, *SCENARIOS[name])
    assert done.exit_code == 0, done
    assert was_played(biller, SCENARIOS[name]), biller.billed
    assert measured(work) == biller.bill
    document = cost(work)
    [profile] = document["profiles"]
    assert (profile["profile"], profile["cost"]["unpriced"], document["lower_bound"]) == ("k", [], False)
    assert Decimal(profile["cost"]["amount"]) == worth(biller.bill)


@pytest.mark.thorough
def test_an_overloaded_provider_bills_what_it_answered(work: Program, biller: Biller) -> None:
    biller.refuse = 2
    done = claude(work, biller, '-- "say pong"', '-- "say pong"', CLAUDE_CODE_MAX_RETRIES="0")
    assert "529" in done.stdout + done.stderr
    biller.refuse = 1
    claude(work, biller, '-- "say pong"', CLAUDE_CODE_MAX_RETRIES="3")
    assert len(biller.billed) >= 1
    assert measured(work) == biller.bill


@pytest.mark.thorough
def test_a_torn_stream_is_billed_but_for_its_last_words(work: Program, biller: Biller) -> None:
    biller.tear = 1
    claude(work, biller, '-- "say pong"', CLAUDE_CODE_MAX_RETRIES="3")
    assert len(biller.billed) >= 2
    [(model, found)], [(_, billed)] = measured(work).items(), biller.bill.items()
    assert found[:4] == billed[:4]
    assert 0 <= billed[4] - found[4] <= biller.billed[0].tokens[4]
    missing = (billed[4] - found[4]) * Decimal(PUBLISHED[model][4]) / 1_000_000
    assert Decimal(cost(work)["profiles"][0]["cost"]["amount"]) == worth(biller.bill) - missing


@pytest.mark.thorough
@pytest.mark.parametrize("call", [1, 2])
def test_a_killed_clients_rows_are_billed_once(work: Program, biller: Biller, call: int) -> None:
    claude(work, biller, f'--session-id {ID} -- "say pong"')
    before = len(biller.billed)
    biller.hold = before + call
    words = [str(require_client()), "-p", *shlex.split(OPTIONS), "--resume", ID, "--", "please fetch"]
    environment = {**QUIET, **biller.environment, "HOME": str(work.home), "PATH": os.defpath}
    with subprocess.Popen(words, env=environment, cwd=work.home / "repo", stdout=subprocess.DEVNULL) as process:
        assert biller.waiting.wait(60)
        until = time.monotonic() + 30  # it writes rows a moment after it has the answers
        while answers_written(work) < before + call - 1 and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    biller.hold = 0
    biller.billed.pop()  # what was answered to a killed client is nowhere on this machine
    assert measured(work) == biller.bill
    assert cost(work)["lower_bound"] is (call > 1)
    claude(work, biller, f'--resume {ID} -- "say pong"')
    assert measured(work) == biller.bill
    doubts = [one["reason"] for one in cost(work)["profiles"][0]["doubtful"]]
    assert doubts == (["killed"] if call > 1 else [])


@pytest.mark.thorough
def test_clients_that_resume_one_session_at_once_are_billed_once(work: Program, biller: Biller) -> None:
    claude(work, biller, f'--session-id {ID} -- "say pong"')
    asked = ("please fetch", "please delegate", "say pong")
    threads = [threading.Thread(target=claude, args=(work, biller, f'--resume {ID} -- "{text}"')) for text in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claude(work, biller, f'--resume {ID} -- "say pong"')
    assert len(biller.billed) >= 9
    assert measured(work) == biller.bill
