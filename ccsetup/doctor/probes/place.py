"""Whether the region, location or resource can become part of a host name at all, wherever it comes from. Offline."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.providers import hosts
from ccsetup.system.display import clip


def check_place(case: Case) -> Iterator[Result]:
    """The profile's own, and the variables that say it for the client or for a single model."""
    if case.surface.place is None:
        return
    kind = hosts.ANSWERS[case.surface.place.answer]
    there = {name: value for name, value in case.access.environment.items() if name != "AWS_DEFAULT_REGION"}
    odd = {why.place for _, why in hosts.invalid_places(there) if why.check == kind}
    if case.place and kind != hosts.RESOURCE and not hosts.is_place(kind, case.place):
        odd.add(case.place)
    for place in sorted(odd):
        shown = clip(place)
        yield case.finding(kind, place=shown, region=shown, resource=shown)
    if not odd:
        yield Passed("place", case.place)
