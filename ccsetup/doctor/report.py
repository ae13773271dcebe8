"""What became of one profile: the results of its probes, the first cause, the verdict."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ccsetup.doctor.probes.case import Broken, Passed, Result, Skipped
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding

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
        """Which findings are consequences of another: {index in `findings`: the other's slug}."""
        found: dict[int, str] = {}
        for index, finding in enumerate(self.findings):
            for other in self.findings:
                if finding.check in pages.load_page(other.check).head.explains:
                    found[index] = other.check
        return found

    @property
    def root(self) -> str | None:
        """The first error that is not a consequence."""
        errors = [(index, one) for index, one in enumerate(self.findings) if one.weight == "error"]
        first = [one.check for index, one in errors if index not in self.causes]
        return next(iter(first or [one.check for _, one in errors]), None)

    @property
    def verdict(self) -> Verdict:
        """The worst result; "unknown" if a check that was needed could not run."""
        weights = {one.weight for one in self.findings}
        if "error" in weights:
            return "error"
        if self.broken or any(pages.load_page(one.check).head.unchecked for one in self.findings):
            return "unknown"
        return "warning" if "warning" in weights else "ok"


def worst(reports: Iterable[Report]) -> Verdict:
    """The verdict over all reports: errors count most, then checks that could not run."""
    verdicts = {one.verdict for one in reports}
    order: tuple[Verdict, ...] = ("error", "unknown", "warning")
    return next((one for one in order if one in verdicts), "ok")


def distinct(results: Sequence[Result]) -> Iterator[Result]:
    """Keep the most severe of results that read the same, such as two models refused with the same message."""
    order = ("error", "warning", "info")
    severest: dict[Hashable, Result] = {}
    for one in results:
        key = _reads_as(one)
        before = severest.get(key)
        if before is None or (
            isinstance(one, Finding)
            and isinstance(before, Finding)
            and order.index(one.weight) < order.index(before.weight)
        ):
            severest[key] = one
    for one in results:
        if severest.get(key := _reads_as(one)) is one:
            del severest[key]
            yield one


def _reads_as(one: Result) -> Hashable:
    return (one.check, pages.load_page(one.check).filled(one.facts)) if isinstance(one, Finding) else one
