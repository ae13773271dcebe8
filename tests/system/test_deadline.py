"""A call ends within its time, and the thread of one that ended takes the next call."""

import os
import threading
from functools import partial

import pytest

from ccsetup.system import deadline
from ccsetup.system.deadline import Late, within

SECONDS = 30


def test_result_or_error_of_the_call_comes_back() -> None:
    assert within(SECONDS, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(SECONDS, lambda: 1 // 0)
    assert within(SECONDS, lambda: within(SECONDS, lambda: 8)) == 8  # a request within a look


def test_thread_of_an_ended_call_takes_the_next_one() -> None:
    threads = set()
    for _ in range(50):
        threads.add(within(SECONDS, threading.get_ident))
    assert len(threads) < 10  # it may be asked before it is idle again


def test_hanging_call_is_late_and_holds_up_no_other() -> None:
    end = threading.Event()
    with pytest.raises(Late):
        within(0.1, end.wait)
    assert [within(SECONDS, lambda: 7) for _ in range(5)] == [7] * 5
    end.set()


def test_call_that_hung_gives_its_result_to_no_later_call() -> None:
    end = threading.Event()
    with pytest.raises(Late):
        within(0.1, lambda: end.wait() and "old")
    end.set()
    assert [within(SECONDS, partial(int, number)) for number in range(20)] == [*range(20)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_fork_starts_threads_of_its_own() -> None:
    within(SECONDS, lambda: None)
    while not deadline._idle:
        pass
    child = os.fork()
    if child == 0:
        os._exit(7 if within(5, lambda: 7) == 7 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
