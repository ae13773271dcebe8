"""Runs the probes over profiles: side by side, each once what it depends on is known, all within one bound.

Threads that hang are left behind, and do not keep the process (see `__main__`).
"""

import queue
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ccsetup import page
from ccsetup.page import Finding
from ccsetup.probes.case import Broken, Case, Passed, Probe, Result, Skipped
from ccsetup.refusal import Refusal

SECONDS = 26.0  # for everything; the process has to end within 30
THREADS = 24

LIVE = "a real request; ask for it with --live"
OFFLINE = "--offline"

Verdict = Literal["ok", "warning", "error", "unknown"]
Prepare = Callable[[], Case]
Event = Callable[[str, str, bool], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one profile: results in the order of the probes. `surface` is None where it could not be read."""

    profile: str
    surface: str | None
    results: tuple[Result, ...]
    pending: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.results if isinstance(one, Finding))

    @property
    def passed(self) -> tuple[Passed, ...]:
        return tuple(one for one in self.results if isinstance(one, Passed))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(one for one in self.results if isinstance(one, Skipped))

    @property
    def broken(self) -> tuple[Broken, ...]:
        return tuple(one for one in self.results if isinstance(one, Broken))

    @property
    def causes(self) -> Mapping[int, str]:
        """Which findings are consequences of another: {place in `findings`: that one's slug}."""
        found: dict[int, str] = {}
        for place, finding in enumerate(self.findings):
            for other in self.findings:
                if finding.check in page.load(other.check).head.explains:
                    found[place] = other.check
        return found

    @property
    def root(self) -> str | None:
        """The first error that is no consequence."""
        errors = [(place, one) for place, one in enumerate(self.findings) if one.weight == "error"]
        first = [one.check for place, one in errors if place not in self.causes]
        return next(iter(first or [one.check for _, one in errors]), None)

    @property
    def verdict(self) -> Verdict:
        """The worst of it; "unknown" where something that is needed to tell could not be looked at."""
        weights = {one.weight for one in self.findings}
        if "error" in weights:
            return "error"
        if self.broken:
            return "unknown"
        return "warning" if "warning" in weights else "ok"


@dataclass(slots=True)
class _Task:
    probe: Probe
    begun: bool = False
    results: tuple[Result, ...] | None = None  # None: not finished
    hidden: str | None = None  # the fault behind which nothing can be seen

    def settle(self, results: tuple[Result, ...]) -> None:
        self.begun, self.results = True, results
        error = next((one for one in results if isinstance(one, Finding) and one.weight == "error"), None)
        if error is not None:
            self.hidden = f"{self.probe.name}, which found {error.check}"


class Examination:
    """Examines cases; `finish` returns the reports, whatever hangs."""

    def __init__(
        self, probes: Sequence[Probe], prepare: Mapping[str, Prepare], *, live: bool, offline: bool, heard: Event
    ) -> None:
        self._probes = probes
        self._live, self._offline, self._heard = live, offline, heard
        self._ready: queue.Queue[Callable[[], None]] = queue.Queue()
        self._changed = threading.Condition()
        self._tasks: dict[str, dict[str, _Task] | None] = dict.fromkeys(prepare)
        self._cases: dict[str, Case] = {}
        self._unprepared: dict[str, Result] = {}
        for name, make in prepare.items():
            self._ready.put(lambda name=name, make=make: self._prepare(name, make))  # type: ignore[misc]
        for _ in range(min(THREADS, 6 * len(prepare) + 1)):
            threading.Thread(target=self._work, daemon=True).start()

    def finish(self) -> tuple[Report, ...]:
        """The reports in the order given."""
        deadline = time.monotonic() + SECONDS
        with self._changed:
            self._changed.wait_for(self._finished, max(0.0, deadline - time.monotonic()))
            return tuple(self._report(name) for name in self._tasks)

    def _work(self) -> None:
        while True:
            self._ready.get()()

    def _finished(self) -> bool:
        return all(
            name in self._unprepared or (tasks is not None and all(task.results is not None for task in tasks.values()))
            for name, tasks in self._tasks.items()
        )

    def _prepare(self, name: str, make: Prepare) -> None:
        try:
            case = make()
        except Exception as why:
            with self._changed:
                self._unprepared[name] = (
                    why.finding if isinstance(why, page.Explained) else Broken("profile", _words(why))
                )
                self._changed.notify_all()
            return
        wanted = [one for one in self._probes if not one.surfaces or case.profile.surface in one.surfaces]
        with self._changed:
            self._cases[name] = case
            self._tasks[name] = {one.name: _Task(one) for one in wanted if case.here or not one.local}
        self._advance(name)

    def _advance(self, name: str) -> None:
        """Start every task whose dependencies are known; note those that cannot be looked at."""
        with self._changed:
            tasks = self._tasks[name] or {}
            for task in tasks.values():  # in order, so that one pass carries a skip to the end
                before = [tasks[other] for other in task.probe.after if other in tasks]
                if task.begun or any(one.results is None for one in before):
                    continue
                task.hidden = next((one.hidden for one in before if one.hidden), None)
                if reason := self._unwanted(task.probe):
                    task.settle((Skipped(task.probe.name, reason, telling=reason != LIVE),))
                elif task.hidden:
                    task.settle((Skipped(task.probe.name, f"needs {task.hidden}"),))
                else:
                    task.begun = True
                    self._ready.put(lambda task=task: self._look(name, task))  # type: ignore[misc]
            self._changed.notify_all()

    def _unwanted(self, probe: Probe) -> str | None:
        if probe.live and not self._live:
            return LIVE
        return OFFLINE if probe.online and self._offline else None

    def _look(self, name: str, task: _Task) -> None:
        self._heard(name, task.probe.name, True)
        results: list[Result] = []
        try:
            results.extend(task.probe.look(self._cases[name]))
        except Exception as why:
            results.append(Broken(task.probe.name, _words(why)))
        with self._changed:
            task.settle(tuple(results))
        self._heard(name, task.probe.name, False)
        self._advance(name)

    def _report(self, name: str) -> Report:
        late = f"no answer within {SECONDS:.0f} seconds"
        tasks = self._tasks[name]
        if tasks is None:
            return Report(name, None, (self._unprepared.get(name) or Broken("profile", late),))
        results = [
            one
            for task in tasks.values()
            for one in (task.results if task.results is not None else (Broken(task.probe.name, late),))
        ]
        return Report(name, self._cases[name].profile.surface, tuple(_distinct(results)))


def _distinct(results: Sequence[Result]) -> Iterator[Result]:
    """What reads the same to a person is said once, in its gravest form: two models refused in the same words, say."""
    order = ("error", "warning", "info")
    gravest: dict[Hashable, Result] = {}
    for one in results:
        key = _reads(one)
        before = gravest.get(key)
        if before is None or (
            isinstance(one, Finding) and isinstance(before, Finding)
            and order.index(one.weight) < order.index(before.weight)
        ):  # fmt: skip
            gravest[key] = one
    for one in results:
        if gravest.get(key := _reads(one)) is one:
            del gravest[key]
            yield one


def _reads(one: Result) -> Hashable:
    return (one.check, page.load(one.check).filled(one.facts)) if isinstance(one, Finding) else one


def _words(why: Exception) -> str:
    """Only what cannot hold a secret: our own refusals whole, of anything else the type and the line."""
    if isinstance(why, Refusal):
        return why.what
    import traceback  # brings the tokenizer along

    last = traceback.extract_tb(why.__traceback__)[-1]
    return f"internal error: {type(why).__name__} at {Path(last.filename).name}:{last.lineno}"


def examine(
    probes: Sequence[Probe],
    prepare: Mapping[str, Prepare],
    *,
    live: bool = False,
    offline: bool = False,
    heard: Event = lambda _name, _probe, _begins: None,
) -> tuple[Report, ...]:
    """A report for each case that `prepare` makes."""
    return Examination(probes, prepare, live=live, offline=offline, heard=heard).finish()


def worst(reports: Iterable[Report]) -> Verdict:
    """The verdict over all: an error counts most, then what could not be looked at."""
    verdicts = {one.verdict for one in reports}
    order: tuple[Verdict, ...] = ("error", "unknown", "warning")
    return next((one for one in order if one in verdicts), "ok")
