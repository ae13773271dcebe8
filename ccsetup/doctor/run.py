"""Runs the probes over profiles: side by side, each once the probes it depends on are done, within one deadline.

One thread schedules; the others only run probes and hand back what they found, so nothing is locked. A thread that
hangs is left behind, and does not keep the process alive (see `__main__`).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from ccsetup.doctor.probes.case import Broken, Case, Probe, Result, Skipped
from ccsetup.doctor.report import Report, distinct
from ccsetup.knowledge.pages import Explained, Finding
from ccsetup.system.errors import UserError

SECONDS = 26.0  # for everything; the process has to end within 30
THREADS = 24

LIVE = "a real request; ask for it with --live"
OFFLINE = "--offline"

Prepare = Callable[[], Case]
Event = Callable[[str, str, bool], None]


class _Profile:
    """The probes of one profile: which of them can start, and what they found so far.

    Before its case is there it has none; `case` is the reason if it cannot be made.
    """

    def __init__(self) -> None:
        self.case: Case | Finding | Broken | None = None
        self._probes: dict[str, Probe] = {}
        self._results: dict[str, tuple[Result, ...]] = {}
        self._hidden_by: dict[str, str] = {}  # {probe: the error, its own or an earlier one, that hides what follows}
        self._order: TopologicalSorter[str] = TopologicalSorter()

    def prepared(self, case: Case | Finding | Broken, probes: Sequence[Probe]) -> None:
        self.case = case
        if not isinstance(case, Case):
            return
        wanted = [one for one in probes if one.applies is None or one.applies(case.surface)]
        self._probes = {one.name: one for one in wanted if case.here or not one.local}
        self._order = TopologicalSorter({name: self._before(one) for name, one in self._probes.items()})
        self._order.prepare()

    def startable(self, unwanted: Callable[[Probe], str | None]) -> Iterator[tuple[Probe, Case]]:
        """The probes whose turn it is. One that is unwanted or hidden by an error is skipped, with the reason."""
        case = self.case
        if not isinstance(case, Case):
            return
        while ready := self._order.get_ready():
            for name in ready:
                probe = self._probes[name]
                hidden = next((self._hidden_by[one] for one in self._before(probe) if one in self._hidden_by), None)
                if hidden:
                    self._hidden_by[name] = hidden
                if reason := unwanted(probe):
                    self.done(name, (Skipped(name, reason, telling=reason != LIVE),))
                elif hidden:
                    self.done(name, (Skipped(name, f"needs {hidden}"),))
                else:
                    yield probe, case

    def done(self, name: str, results: tuple[Result, ...]) -> None:
        self._results[name] = results
        error = next((one for one in results if isinstance(one, Finding) and one.weight == "error"), None)
        if error is not None:
            self._hidden_by[name] = f"{name}, which found {error.check}"
        self._order.done(name)

    def report(self, name: str) -> Report:
        """What is known now; a probe that has not answered yet is broken."""
        late = f"no answer within {SECONDS:.0f} seconds"
        if not isinstance(self.case, Case):
            surface = self.case.facts.get("surface") if isinstance(self.case, Finding) else None
            return Report(name, surface, (self.case or Broken("profile", late),))
        results = [one for probe in self._probes for one in self._results.get(probe, (Broken(probe, late),))]
        return Report(name, self.case.profile.surface, tuple(distinct(results)))

    def _before(self, probe: Probe) -> list[str]:
        return [name for name in probe.after if name in self._probes]


def examine(
    probes: Sequence[Probe],
    prepare: Mapping[str, Prepare],
    *,
    live: bool = False,
    offline: bool = False,
    heard: Event = lambda _name, _probe, _begins: None,
) -> tuple[Report, ...]:
    """A report for each case that `prepare` makes, in its order, within SECONDS.

    `heard(profile, probe, begins)` is called when a probe begins and when it ends, from the thread that runs it.
    """

    def unwanted(probe: Probe) -> str | None:
        if probe.live and not live:
            return LIVE
        return OFFLINE if probe.online and offline else None

    deadline = time.monotonic() + SECONDS
    profiles = {name: _Profile() for name in prepare}
    pool = ThreadPoolExecutor(min(THREADS, 6 * len(prepare) + 1))
    preparing: dict[Future[Any], str] = {pool.submit(_prepare, make): name for name, make in prepare.items()}
    looking: dict[Future[Any], tuple[str, Probe]] = {}
    while waiting := {*preparing, *looking}:
        if not wait(waiting, max(0.0, deadline - time.monotonic()), FIRST_COMPLETED).done:
            break
        changed = set()
        for case in [future for future in preparing if future.done()]:
            name = preparing.pop(case)
            profiles[name].prepared(case.result(), probes)
            changed.add(name)
        for results in [future for future in looking if future.done()]:
            name, probe = looking.pop(results)
            profiles[name].done(probe.name, results.result())
            changed.add(name)
        for name in changed:
            for probe, case_ in profiles[name].startable(unwanted):
                looking[pool.submit(_look, probe, case_, name, heard)] = (name, probe)
    pool.shutdown(wait=False, cancel_futures=True)
    return tuple(profile.report(name) for name, profile in profiles.items())


def _prepare(make: Prepare) -> Case | Finding | Broken:
    try:
        return make()
    except Explained as why:
        return why.finding
    except Exception as why:
        return Broken("profile", _words(why))


def _look(probe: Probe, case: Case, name: str, heard: Event) -> tuple[Result, ...]:
    """Everything the probe found; one that raises is broken, and keeps what it had found before."""
    heard(name, probe.name, True)
    results: list[Result] = []
    try:
        results.extend(probe.look(case))
    except Exception as why:
        results.append(Broken(probe.name, _words(why)))
    heard(name, probe.name, False)
    return tuple(results)


def _words(why: Exception) -> str:
    """Only what cannot hold a secret: our own refusals whole, of anything else the type and the line."""
    if isinstance(why, UserError):
        return why.message
    import traceback  # brings the tokenizer along

    last = traceback.extract_tb(why.__traceback__)[-1]
    return f"internal error: {type(why).__name__} at {Path(last.filename).name}:{last.lineno}"
