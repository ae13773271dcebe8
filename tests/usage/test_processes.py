"""Transcripts that several processes read come to what one reads, whatever becomes of the others."""

import datetime
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccsetup.system import copies
from ccsetup.usage.bills import Bills
from ccsetup.usage.collect import Collected, collect
from ccsetup.usage.document import Setting, document
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.summary import summarize
from ccsetup.usage.work import measure
from tests.support.transcripts import FOLDER, SPECIMENS, answer, billed, measured, write

pytestmark = [
    pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="one process reads there"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]
SLOW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOW = datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)


def read_with(ledger: Ledger, copies: int, *folders: Path) -> Collected:
    return collect(ledger, folders, lambda _done, _total: None, copies)


def shown(ledger: Ledger) -> object:
    setting = Setting(NOW, "session", False, 30, {}, {})
    return document(summarize(ledger, measure(ledger), Bills(ledger, (), {}), 0), ledger.strings, setting)


@SLOW
@given(st.sampled_from(SPECIMENS), st.integers(1, 3), st.randoms(use_true_random=False))
def test_any_split_among_processes_comes_to_the_same(name: str, copies: int, chance: random.Random) -> None:
    alone, shared = Ledger(), Ledger()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FOLDER / name, folder, dirs_exist_ok=True)
        for path in sorted(Path(folder).rglob("*.jsonl")):  # the rest of a file is read by whoever takes it later
            whole = path.read_bytes()
            path.write_bytes(whole[: chance.randint(0, len(whole))])
            read_with(shared, copies, Path(folder))
            read_with(alone, 0, Path(folder))
            path.write_bytes(whole)
        assert read_with(shared, copies, Path(folder)) == read_with(alone, 0, Path(folder))
    assert shown(shared) == shown(alone)
    assert measured(shared) == billed(name)


def test_all_specimens_together_come_to_the_same(tmp_path: Path) -> None:
    folders = [FOLDER / name for name in SPECIMENS]
    alone, shared = Ledger(), Ledger()
    read_with(alone, 0, *folders)
    read_with(shared, 2, *folders)
    assert shown(shared) == shown(alone)
    assert not read_with(shared, 2, *folders).changed


def test_request_is_compared_with_a_shape_of_another_file(tmp_path: Path) -> None:
    """A system prompt is written once; files that were read earlier, later or elsewhere refer to it."""
    shape = {"type": "api-request-shape", "shapeHash": "a" * 64, "shape": {"system": [{"text": "x"}], "tools": []}}
    request = {"type": "api-request", "id": "ref-1", "shapeHash": "a" * 64, "params": {}, "cacheControl": []}
    write(tmp_path, "a", request, answer("msg_1", 1, (1, 2, 0, 0, 5), session="a", requestRef="ref-1"))
    write(tmp_path, "b", shape)
    for others in (0, 1):
        ledger = Ledger()
        read_with(ledger, others, tmp_path)
        ((request_read,),) = [session.requests for session in ledger.sessions]
        assert request_read.shape == ledger.shapes["a" * 16] != 0


def test_files_of_a_killed_process_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        name = f"s{number}"
        write(tmp_path, name, answer(f"msg_{number}", number, (1, 2, 3, 4, 5), session=name))
    here, small = os.getpid(), 1
    monkeypatch.setattr(copies, "_SMALL", small)  # each file is a batch
    original = copies._claimed

    def claimed(claims: int) -> object:
        for number in original(claims):
            if os.getpid() != here:
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(0.005)  # leave the other process some
            yield number

    monkeypatch.setattr(copies, "_claimed", claimed)
    ledger = Ledger()
    found = read_with(ledger, 2, tmp_path)
    assert measured(ledger) == {"claude-opus-5-5": (40, 80, 120, 160, 200)}
    assert found.files == 40
    assert found.unread_files == []


@pytest.mark.parametrize("error", ["OSError()", "MemoryError()", "KeyboardInterrupt()", "SystemExit(3)"])
def test_file_that_a_copy_fails_on_is_left_to_the_caller(error: str) -> None:
    said = run(
        f"""
        done = []
        def work(number):
            time.sleep(0.02)
            if os.getpid() != here:
                raise {error}
            done.append(number)
        print(copies.share([1 << 20] * 20, 2, work, lambda: b"x", step), len(done) >= 18)
        """
    )
    assert said.stdout == "[] True\n"
    assert said.stderr == ""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_no_process_outlives_the_one_that_it_helps(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    program = script(
        f"""
        cleanup.catch_signals()
        def work(number):
            open(f"{tmp_path}/{{os.getpid()}}", "w").close()
            time.sleep(0.05)
        try:
            copies.share([1 << 20] * 10_000, 2, work, lambda: b"", step)
        except BaseException as end:
            cleanup.undo_all()
            os._exit(130 if isinstance(end, KeyboardInterrupt) else end.code)
        """
    )
    with subprocess.Popen(program, start_new_session=True, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while len(pids := [int(path.name) for path in tmp_path.iterdir()]) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(pids) == 3
        if sent is signal.SIGKILL:
            process.kill()
        else:
            os.killpg(process.pid, sent)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (code, b"")
    while any(map(runs, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    assert [pid for pid in pids if runs(pid)] == []


def test_copies_are_made_for_large_work_and_free_processors_alone() -> None:
    said = run(
        """
        some = len(os.sched_getaffinity(0))
        one = copies.WORTH
        print(copies.worthwhile(one), copies.worthwhile(2 * one) == (some > 1), copies.worthwhile(1 << 50) < 4)
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(copies.worthwhile(1 << 50))
        """
    )
    assert said.stdout == "0 True True\n0\n"


def script(text: str) -> list[str]:
    head = """
    import os, time
    from ccsetup.system import cleanup
    from ccsetup.system import copies
    here, step = os.getpid(), lambda done, total: None
    """
    return [sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(text)]


def run(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(script(text), capture_output=True, text=True, check=True)


def runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
