"""Progress on stderr, shown only in a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ccsetup.system import bounds
from ccsetup.system.display import visible
from ccsetup.system.redact import without_secrets


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show a status line in a terminal until the block ends."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    spinner, more, _ = _signs()
    with Console(stderr=True).status(Text(f"{_shown(what)} {more}"), spinner=spinner):
        yield


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar in a terminal. Yields a function to call with a label each time one step is done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_shown(what), total=total)

        def step(done: str) -> None:
            bar.update(task, advance=1, description=_shown(done))

        yield step


@contextmanager
def amount(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of bytes on stderr, in a terminal; call what it yields with the bytes done and all bytes. A second passes
    before it is shown."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    import time

    with ExitStack() as open_:
        began = time.monotonic()
        bar: list[Callable[[int, int], None]] = []

        def step(done: int, total: int) -> None:
            if not bar and time.monotonic() - began > 1:
                bar.append(open_.enter_context(_bar_of_bytes(what)))
            if bar:
                bar[0](done, total)

        yield step


@contextmanager
def _bar_of_bytes(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    console = Console(stderr=True)
    room = console.width - len(_shown(what)) - len(" 1023.9/1023.9 MB ")
    columns = (TextColumn("{task.description}"), BarColumn(max(5, min(40, room))), DownloadColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(_shown(what))
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def running() -> Iterator[Callable[[str, str, bool], None]]:
    """Show running checks in a terminal. Yields a function that takes a profile, a check, and whether the check
    begins."""
    if not sys.stderr.isatty():
        yield lambda _profile, _check, _begins: None
        return
    from rich.console import Console
    from rich.text import Text

    now: dict[str, None] = {}
    done = 0
    spinner, _, between = _signs()
    with Console(stderr=True).status("", spinner=spinner) as status:

        def heard(profile: str, check: str, begins: bool) -> None:
            nonlocal done
            name = _shown(f"{profile}: {check}")
            if begins:
                now[name] = None
            else:
                now.pop(name, None)
                done += 1
            status.update(Text(between.join((f"{done} checks done", *list(now)[:3]))))

        yield heard


@contextmanager
def steps(what: str) -> Iterator[Callable[[int], Callable[[str], None]]]:
    """Like `progress`, for a total that is known only later. Yields a function that takes the total and returns the
    function to call for each step."""
    with ExitStack() as open_:
        yield lambda total: open_.enter_context(progress(what, total))


def _signs() -> tuple[str, str, str]:
    """The spinner, what follows a text, and what stands between two, as far as stderr can show them."""
    try:
        "⠋…·".encode(sys.stderr.encoding or "utf-8")
    except UnicodeEncodeError:
        return "line", "...", " | "
    return "dots", "…", " · "


def _shown(text: str) -> str:
    return bounds.short(visible(without_secrets(text)))
