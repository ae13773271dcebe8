"""What is going on, on stderr, while it goes on; nothing of it without a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ccsetup.system import bounds
from ccsetup.system.redact import without_secrets


@contextmanager
def busy(what: str) -> Iterator[None]:
    """A line that says what is going on, in a terminal, gone when it is done."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{_shown(what)} …"):
        yield


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar on stderr, in a terminal; call what it yields once for each thing done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_shown(what), total=total)

        def step(done: str) -> None:
            bar.update(task, advance=1, description=_shown(done))

        yield step


@contextmanager
def running() -> Iterator[Callable[[str, str, bool], None]]:
    """What is going on, in a terminal: call what it yields with a profile, a check, and whether it begins."""
    if not sys.stderr.isatty():
        yield lambda _profile, _check, _begins: None
        return
    from rich.console import Console

    now: dict[str, None] = {}
    done = 0
    with Console(stderr=True).status("") as status:

        def heard(profile: str, check: str, begins: bool) -> None:
            nonlocal done
            name = _shown(f"{profile}: {check}")
            if begins:
                now[name] = None
            else:
                now.pop(name, None)
                done += 1
            status.update(" · ".join((f"{done} checks done", *list(now)[:3])))

        yield heard


@contextmanager
def steps(what: str) -> Iterator[Callable[[int], Callable[[str], None]]]:
    """A `progress` whose total is known only later: call what it yields with the total, and the result of that once
    for each thing done."""
    with ExitStack() as open_:
        yield lambda total: open_.enter_context(progress(what, total))


def _shown(text: str) -> str:
    return bounds.short(without_secrets(text))
