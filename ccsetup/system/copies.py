"""Many files shared out among processes: this one and copies of it, each taking the next file when it has done one.

A copy is this process after a fork, which a machine that knows no fork, a process with threads, or one with a single
processor does without. What a copy took and did not finish is for the caller to do again.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import accumulate

from ccsetup.system import cleanup

WORTH = 48 << 20  # bytes for each process
_MOST = 4  # processes
_BATCHES = 512  # their numbers are written to a pipe at once, which holds 16 KiB everywhere
_SMALL = 1 << 16  # bytes of a batch
_CHUNK = 1 << 20


def worthwhile(size: int) -> int:
    """How many copies so many bytes are worth. On macOS, system libraries may not work after a fork."""
    if sys.platform in ("win32", "darwin") or threading.active_count() > 1:
        return 0
    return max(0, min(len(os.sched_getaffinity(0)), _MOST, size // WORTH) - 1)


def share(
    sizes: Sequence[int],
    copies: int,
    work: Callable[[int], None],
    result: Callable[[], bytes],
    step: Callable[[int, int], None],
) -> list[bytes]:
    """Call `work` with the number of each file, here or in a copy. Returns the `result` of every copy that came to its
    end. `step` is called with the bytes that were taken so far, and all bytes."""
    batches = _batches(sizes)
    ends = [*accumulate(sum(sizes[number] for number in batch) for batch in batches)]
    with ExitStack() as held:
        claims = held.enter_context(_claims(len(batches)))

        def done() -> Iterator[int]:
            for claimed in _claimed(claims):
                for number in batches[claimed]:
                    work(number)
                yield ends[claimed]

        def in_copy() -> bytes:
            for _ in done():
                pass
            return result()

        pipes = [held.enter_context(_copy(in_copy)) for _ in range(copies)]
        for taken in done():
            step(taken, ends[-1])
        return [content for pipe in pipes if (content := _everything(pipe))]


def _batches(sizes: Sequence[int]) -> list[list[int]]:
    """The numbers of the files, the largest first, small ones together."""
    enough = max(_SMALL, sum(sizes) // _BATCHES)
    found: list[list[int]] = []
    size = enough
    for number in sorted(range(len(sizes)), key=lambda number: -sizes[number]):
        if size >= enough:
            found.append([])
            size = 0
        found[-1].append(number)
        size += sizes[number]
    return found


@contextmanager
def _claims(count: int) -> Iterator[int]:
    """A pipe with the numbers of the batches: each is read by one process."""
    claims, offers = os.pipe()
    try:
        os.write(offers, b"".join(number.to_bytes(2, "big") for number in range(count)))
        os.close(offers)
        yield claims
    finally:
        os.close(claims)


def _claimed(claims: int) -> Iterator[int]:
    """The batches that this process gets; none any more when the process that it is a copy of has ended."""
    parent = os.getppid()
    while os.getppid() == parent and (number := os.read(claims, 2)):
        yield int.from_bytes(number, "big")


@contextmanager
def _copy(work: Callable[[], bytes]) -> Iterator[int | None]:
    """Have a copy of this process do the work; a pipe with what it returns. None if the system starts no process."""
    try:
        held = cleanup.hold(lambda: _fork(work), _end)
    except OSError:
        yield None
        return
    try:
        yield held.thing[1]
    finally:
        held.undo()


def _fork(work: Callable[[], bytes]) -> tuple[int, int]:
    pipe, results = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(pipe)
        os.close(results)
        raise
    if child == 0:
        try:
            content = memoryview(work())
            while content:
                content = content[os.write(results, content) :]
        finally:  # nothing of what the other process has open may be flushed or undone here
            os._exit(0)
    os.close(results)
    return child, pipe


def _end(copy: tuple[int, int]) -> None:
    child, pipe = copy
    os.close(pipe)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(child, 0)


def _everything(pipe: int | None) -> bytes:
    found = []
    while pipe is not None and (part := os.read(pipe, _CHUNK)):
        found.append(part)
    return b"".join(found)
