"""Shared by the probes of pins: the model that a pin means in a listing, and what an unpinned tier means."""

from collections.abc import Callable, Iterable, Iterator

from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import NEEDED, Listing, Model, without_suffix


def find_pinned(case: Case, listing: Listing, pin: str) -> Model | None:
    """Return the model that a pin means, as it is written or as Claude Code sends it; None if not found."""
    return listing.meant(pin) or listing.meant(case.sent_id(without_suffix(pin)))


def compare_pins(
    case: Case, listed: Callable[[Case], Listing], judge: Callable[[Case, Listing, str, str], Iterable[Result]]
) -> Iterator[Result]:
    """Compare each distinct pin with a listing that other probes request too."""
    if not case.distinct_pins:
        yield Skipped("pins", "nothing is pinned", telling=False)
        return
    try:
        listing = listed(case)
    except Failed:
        yield Skipped("pins", "nothing to compare them with")
        return
    results = [result for pin, tier in case.distinct_pins.items() for result in judge(case, listing, pin, tier)]
    yield from results
    if not results:
        yield Passed("pins", ", ".join(case.distinct_pins))


def describe_alias(case: Case, tier: str) -> str:
    """Describe what an unpinned tier means in Claude Code."""
    return case.alias_targets()[tier].words


def check_unpinned(case: Case) -> Iterator[Result]:
    """Report offline the tiers without a pin, whose alias changes with the client's updates."""
    missing = [tier for tier in NEEDED if tier not in case.pins]
    for tier in missing:
        yield Finding("pin-missing", case.facts(tier=tier, means=describe_alias(case, tier), model="ID"), "warning")
    if not missing:
        yield Passed("unpinned", "every tier that Claude Code needs is pinned")
