"""What the probes of every surface say of a pin: what it means in a listing, what is close to it, what else is used."""

import re
from collections.abc import Callable, Iterable, Iterator

from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import Listing, Model, bare

_DATED = re.compile(r"[-@]\d{8}$")
_NEWEST = re.compile(r"@(default|latest)$")


def named(listing: Listing, pin: str) -> Model | None:
    """The entry that a pin means. Outside of Bedrock an id without its date stands for the dated one."""
    wanted = _NEWEST.sub("", bare(pin))
    exact = listing.find(wanted)
    return exact or next((one for one in listing.models if _DATED.sub("", one.id) == wanted), None)


def judged(
    case: Case, listed: Callable[[Case], Listing], judge: Callable[[Case, Listing, str, str], Iterable[Finding]]
) -> Iterator[Result]:
    """Each distinct pin and its tier held against a listing that other probes have asked for, too."""
    if not case.distinct_pins:
        yield Skipped("pins", "nothing is pinned", telling=False)
        return
    try:
        found = listed(case)
    except Failed:
        yield Skipped("pins", "nothing to compare them with")
        return
    wrong = [one for pin, tier in case.distinct_pins.items() for one in judge(case, found, pin, tier)]
    yield from wrong
    if not wrong:
        yield Passed("pins", ", ".join(case.distinct_pins))


def means(case: Case, tier: str) -> str:
    """What Claude Code asks for when a tier is not pinned, in words."""
    return case.alias_targets()[tier].words
