"""Probes of the location on Vertex AI: whether it exists, and which models it is known to serve."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.secret_shapes import trim
from ccsetup.providers import hosts, regions
from ccsetup.providers.access import place_of_model
from ccsetup.providers.catalogue import parse_family
from ccsetup.system.spelling import close_matches

_OWN = "VERTEX_REGION_CLAUDE_"


def location(case: Case) -> Iterator[Result]:
    """Check offline the profile's location, and those that variables set for single models; `check_place` reports a
    value that Claude Code ignores."""
    given = (value for name, value in case.access.environment.items() if name.startswith(_OWN))
    own = [place for value in given if hosts.is_region_of_client(place := trim(value))]
    wrong = False
    for place in dict.fromkeys((case.place, *own)):
        if regions.unknown("location", place):
            wrong = True
            nearest = " or ".join(close_matches(place, regions.LOCATIONS) or regions.FIRST)
            yield case.finding("vertex-location-invalid", place=place, nearest=nearest)
    if not wrong:
        yield Passed("location", case.place)


def is_excluded(case: Case, model: str) -> bool:
    """Whether the model is known not to be served at its location."""
    version, place = parse_family(model)[1], place_of_model(case.access, model)
    return bool(version) and any(rule.excludes(version, place) for rule in case.surface.served)


def is_unclear(case: Case, model: str) -> bool:
    """Whether nothing is known about its location, such as a single region: no API tells which models that serves."""
    known = {place for rule in case.surface.served for place in (*rule.at, *rule.not_at)}
    return place_of_model(case.access, model) not in known


def served(case: Case) -> Iterator[Result]:
    """Check offline each pin against what is known about its location. It only warns, since that knowledge may be
    outdated."""
    wrong = False
    for pin, tier in case.distinct_pins.items():
        if is_excluded(case, pin):
            wrong = True
            facts = case.facts(model=pin, tier=tier, place=place_of_model(case.access, pin))
            yield Finding("vertex-model-not-in-location", facts, "warning")
    if not wrong:
        yield Passed("served", f"no known problem at {case.place}")
