"""Runs the probes over profiles: side by side, each once the probes it depends on are done, within one deadline.

One thread schedules; the others only run probes and return their results, so nothing is locked. A thread that
hangs is abandoned, and does not keep the process alive (see `__main__`).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from graphlib import TopologicalSorter
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ccsetup.doctor.probes.case import Broken, Case, Probe, Result, Skipped
from ccsetup.doctor.probes.unfollowed import settle
from ccsetup.doctor.report import LIVE, OFFLINE, PROFILE, Report, distinct, one_line_each, settle_by_answers
from ccsetup.knowledge.pages import Explained, Finding, load_page
from ccsetup.system.errors import UserError

SECONDS = 26.0  # for everything; the process has to end within 30
THREADS = 24


Prepare = Callable[[], Case]
Event = Callable[[str, str, bool], None]


class _Profile:
    """The probes of one profile: which can start, and their results so far.

    `case` is None until the profile is prepared, or the reason if that fails.
    """

    def __init__(self) -> None:
        self.case: Case | Finding | Broken | None = None
        self._probes: dict[str, Probe] = {}
        self._results: dict[str, tuple[Result, ...]] = {}
        self._hidden_by: dict[str, str] = {}  # {probe: the error, its own or an earlier one, that hides later faults}
        self._order: TopologicalSorter[str] = TopologicalSorter()

    def prepared(self, case: Case | Finding | Broken, probes: Sequence[Probe]) -> None:
        self.case = case
        if not isinstance(case, Case):
            return
        wanted = [probe for probe in probes if probe.applies is None or probe.applies(case.surface)]
        wanted = [probe for probe in wanted if not probe.concerns or case.profile.expect.keys() & {*probe.concerns}]
        self._probes = {probe.name: probe for probe in wanted if case.here or not probe.local}
        self._order = TopologicalSorter({name: self._before(probe) for name, probe in self._probes.items()})
        self._order.prepare()

    def startable(self, unwanted: Callable[[Probe], str | None]) -> Iterator[tuple[Probe, Case]]:
        """Yield the probes that can start now. An unwanted probe, or one hidden by an error, is skipped with the
        reason."""
        case = self.case
        if not isinstance(case, Case):
            return
        while ready := self._order.get_ready():
            for name in ready:
                probe = self._probes[name]
                hidden = next(
                    (self._hidden_by[earlier] for earlier in self._before(probe) if earlier in self._hidden_by), None
                )
                if hidden:
                    self._hidden_by[name] = hidden
                if reason := unwanted(probe):
                    self.done(name, (Skipped(name, reason, telling=reason != LIVE),))
                elif hidden:
                    self.done(name, (Skipped(name, f"needs {hidden}"),))
                else:
                    yield probe, case

    def done(self, name: str, results: tuple[Result, ...]) -> None:
        settled = settle(self.case, self._probes[name], results) if isinstance(self.case, Case) else results
        self._results[name] = settled
        error = next((result for result in results if isinstance(result, Finding) and _hides(result)), None)
        if error is not None:
            outcome = f"found {error.check}" if error in settled else "could not run"
            self._hidden_by[name] = f"{name}, which {outcome}"
        self._order.done(name)

    def report(self, name: str, seconds: float) -> Report:
        """Return the report so far, after `seconds`; a probe without a result is broken."""
        late = f"no answer within {seconds:.0f} seconds"
        if not isinstance(self.case, Case):
            surface = self.case.facts.get("surface") if isinstance(self.case, Finding) else None
            return Report(name, surface, (self.case or Broken(PROFILE, late),))
        results = [result for probe in self._probes for result in self._results.get(probe, (Broken(probe, late),))]
        return Report(
            name,
            self.case.profile.surface,
            tuple(distinct(tuple(one_line_each(tuple(settle_by_answers(results)), late)))),
        )

    def _before(self, probe: Probe) -> list[str]:
        return [name for name in probe.after if name in self._probes]


def examine(
    probes: Sequence[Probe],
    prepare: Mapping[str, Prepare],
    *,
    live: bool = False,
    offline: bool = False,
    seconds: float = SECONDS,
    heard: Event = lambda _name, _probe, _begins: None,
) -> tuple[Report, ...]:
    """Return a report for each case that `prepare` makes, in its order, within `seconds`.

    `heard(profile, probe, begins)` is called when a probe begins and when it ends, from the thread that runs it.
    """

    def unwanted(probe: Probe) -> str | None:
        if probe.live and not live:
            return LIVE
        return OFFLINE if probe.online and offline else None

    deadline = time.monotonic() + seconds
    profiles = {name: _Profile() for name in prepare}
    pool = ThreadPoolExecutor(min(THREADS, 6 * len(prepare) + 1))
    ended: SimpleQueue[Future[Any]] = SimpleQueue()  # `wait` would look at all of a thousand futures after each one
    preparing: dict[Future[Any], str] = {pool.submit(_prepare, make): name for name, make in prepare.items()}
    looking: dict[Future[Any], tuple[str, Probe]] = {}
    for begun in preparing:
        begun.add_done_callback(ended.put)
    while preparing or looking:
        try:
            future = ended.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            break
        if future in preparing:
            name = preparing.pop(future)
            profiles[name].prepared(future.result(), probes)
        else:
            name, probe = looking.pop(future)
            profiles[name].done(probe.name, future.result())
        for probe, case in profiles[name].startable(unwanted):
            begun = pool.submit(_run_probe, probe, case, name, heard)
            looking[begun] = (name, probe)
            begun.add_done_callback(ended.put)
    pool.shutdown(wait=False, cancel_futures=True)
    return tuple(profile.report(name, seconds) for name, profile in profiles.items())


def _hides(finding: Finding) -> bool:
    """Whether later probes could not see anything either: an error, or a finding that nothing else was checked."""
    return finding.weight == "error" or load_page(finding.check).head.unchecked


def _prepare(make: Prepare) -> Case | Finding | Broken:
    try:
        return make()
    except Explained as error:
        return error.finding
    except Exception as error:
        return _broken(PROFILE, error)


def _run_probe(probe: Probe, case: Case, name: str, heard: Event) -> tuple[Result, ...]:
    """Return the probe's results. A probe that raises is broken, and keeps the results it had before."""
    heard(name, probe.name, True)
    results: list[Result] = []
    try:
        results.extend(probe.look(case))
    except Exception as error:
        results.append(_broken(probe.name, error))
    heard(name, probe.name, False)
    return tuple(results)


def _broken(check: str, error: Exception) -> Broken:
    """Return the result without secrets: a UserError's own message, or the type and line of any other error."""
    if isinstance(error, UserError):
        return Broken(check, error.message, error.hints)
    import traceback  # this imports the tokenizer too

    last = traceback.extract_tb(error.__traceback__)[-1]
    return Broken(check, f"internal error: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}")
