"""Probe of what `cost` can read: how long Claude Code keeps its transcripts."""

from collections.abc import Iterator

from ccsetup.claude_code import retention
from ccsetup.doctor.probes.case import Case, Passed, Result


def check_retention(case: Case) -> Iterator[Result]:
    days, layer = retention.retention(case.surroundings.layers)
    if layer is not None and days < retention.KEPT_DAYS:
        yield case.finding("transcripts-short-lived", days=str(days), layer=layer.name, path=str(layer.path))
    else:
        yield Passed("transcripts", f"kept for {days} days; the counts that `ccsetup cost` read are kept longer")
