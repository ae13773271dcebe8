"""The result for one profile: its probes' results, the root cause, the verdict."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ccsetup.doctor.probes.result import Broken, Passed, Result, Skipped
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding

PROFILE = "profile"  # the check that stands for all of them, where none could begin
OFFLINE = "--offline"  # why a check was skipped
LIVE = "a real request; ask for it with --live"

Verdict = Literal["ok", "warning", "error", "unknown"]


@dataclass(frozen=True, slots=True)
class Report:
    """The results of one profile in the order of the probes. `surface` is None if the profile could not be read."""

    profile: str
    surface: str | None
    results: tuple[Result, ...]
    pending: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(result for result in self.results if isinstance(result, Finding))

    @property
    def passed(self) -> tuple[Passed, ...]:
        return tuple(result for result in self.results if isinstance(result, Passed))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(result for result in self.results if isinstance(result, Skipped))

    @property
    def broken(self) -> tuple[Broken, ...]:
        return tuple(result for result in self.results if isinstance(result, Broken))

    @property
    def offline(self) -> bool:
        """Whether checks were left out because no request was wanted."""
        return any(result.reason == OFFLINE for result in self.skipped)

    @property
    def causes(self) -> Mapping[int, str]:
        """Findings that are consequences of another: {index in `findings`: the other's slug}."""
        causes: dict[int, str] = {}
        for index, finding in enumerate(self.findings):
            for other in self.findings:
                if finding.check in pages.load_page(other.check).head.explains:
                    causes[index] = other.check
        return causes

    @property
    def contradictions(self) -> Mapping[int, tuple[Passed, ...]]:
        """The passed checks that contradict an error: {index in `findings`: checks}."""
        despite = {
            index: tuple(one for one in self.passed if one.check in pages.load_page(finding.check).head.despite)
            for index, finding in enumerate(self.findings)
            if finding.weight == "error"
        }
        return {index: checks for index, checks in despite.items() if checks}

    @property
    def root(self) -> str | None:
        """The first error that is not a consequence; if each follows from something, the first."""
        errors = [(index, finding) for index, finding in enumerate(self.findings) if finding.weight == "error"]
        first = [finding.check for index, finding in errors if index not in self.causes]
        return next(iter(first or [finding.check for _, finding in errors]), None)

    @property
    def verdict(self) -> Verdict:
        """The worst result; "unknown" if a check that was needed could not run, or was not wanted."""
        weights = {finding.weight for finding in self.findings}
        if "error" in weights:
            return "error"
        if (
            self.broken
            or self.offline
            or any(pages.load_page(finding.check).head.unchecked for finding in self.findings)
        ):
            return "unknown"
        return "warning" if "warning" in weights else "ok"


def worst(reports: Iterable[Report]) -> Verdict:
    """The verdict over all reports: errors count most, then checks that could not run."""
    verdicts = {verdict.verdict for verdict in reports}
    order: tuple[Verdict, ...] = ("error", "unknown", "warning")
    return next((verdict for verdict in order if verdict in verdicts), "ok")


def distinct(results: Sequence[Result]) -> Iterator[Result]:
    """Keep the most severe of results that read the same, such as two models refused with the same message."""
    order = ("error", "warning", "info")
    severest: dict[Hashable, Result] = {}
    for result in results:
        key = _text_key(result)
        previous = severest.get(key)
        if previous is None or (
            isinstance(result, Finding)
            and isinstance(previous, Finding)
            and order.index(result.weight) < order.index(previous.weight)
        ):
            severest[key] = result
    for result in results:
        if severest.get(key := _text_key(result)) is result:
            del severest[key]
            yield result


def settle_by_answers(results: Sequence[Result]) -> Iterator[Result]:
    """Leave out what a real answer disproves: a fault about a model that answered, or about all models if one did."""
    answered = {result.model for result in results if isinstance(result, Passed) and result.model}
    for result in results:
        beaten = (
            isinstance(result, Finding)
            and answered
            and pages.load_page(result.check).head.live_beats
            and result.facts.get("model", "") in {"", *answered}
        )
        if beaten and isinstance(result, Finding):
            yield Skipped(result.check, "a real request was answered, which disproves it")
        else:
            yield result


def one_line_each(results: Sequence[Result], late: str) -> Iterator[Result]:
    """Keep the first of the checks that broke for the same reason; the later ones are skipped. Checks that are `late`
    may each have their own cause."""
    first: dict[str, str] = {}
    for result in results:
        if (
            isinstance(result, Broken)
            and result.reason != late
            and first.setdefault(result.reason, result.check) != result.check
        ):
            yield Skipped(result.check, f"needs {first[result.reason]}, which could not run")
        else:
            yield result


def _text_key(result: Result) -> Hashable:
    return (result.check, pages.load_page(result.check).filled(result.facts)) if isinstance(result, Finding) else result
