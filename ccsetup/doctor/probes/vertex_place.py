"""Where on Vertex AI: whether the location exists, and which models it is known to serve."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import regions
from ccsetup.providers.access import place_of_model
from ccsetup.providers.catalogue import family
from ccsetup.system.spelling import close

_OWN = "VERTEX_REGION_CLAUDE_"


def location(case: Case) -> Iterator[Result]:
    """Offline: the profile's location, and those that its variables give to single models."""
    own = {name: place for name, place in case.access.environment.items() if name.startswith(_OWN) and place}
    wrong = False
    for place in dict.fromkeys((case.place, *own.values())):
        if regions.unknown("location", place):
            wrong = True
            nearest = " or ".join(close(place, regions.LOCATIONS) or regions.FIRST)
            yield case.finding("vertex-location-invalid", place=place, nearest=nearest)
    if not wrong:
        yield Passed("location", case.place)


def served(case: Case) -> Iterator[Result]:
    """Offline: each pin against what is known of its location. Such knowledge grows old, so it only warns."""
    wrong = False
    for pin, tier in case.distinct_pins.items():
        place = place_of_model(case.access, pin)
        version = family(pin)[1]
        if version and any(one.excludes(version, place) for one in case.surface.served):
            wrong = True
            facts = case.facts(model=pin, tier=tier, place=place)
            yield Finding("vertex-model-not-in-location", facts, "warning")
    if not wrong:
        yield Passed("served", f"nothing is known against it at {case.place}")
