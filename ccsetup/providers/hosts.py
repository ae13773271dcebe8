"""The providers' host names, composed from a region, a location or a resource: the only place that composes one.

A value that is not one label of a host name composes none, wherever it comes from: an answer, `[env]`, the shell, a
settings file, `~/.aws/config`. Seen on Claude Code 2.1.330: for a region with any character but letters, digits
and hyphens it uses the AWS profile's region or us-east-1, on Vertex us-east5; a Foundry resource of another form, and
a location of the Claude Platform on Google Cloud, it refuses.
"""

import re
from collections.abc import Iterator, Mapping

from ccsetup.knowledge.surfaces import Surface

_LABEL = re.compile(r"[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,5}")  # a region or location: lower case, no empty part
_RESOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]")
_CLIENTS = re.compile(r"[A-Za-z0-9-]+")  # what the client takes for a region instead of its default
_LONGEST = 32  # characters of a region; the longest there is has 24
_DOMAINS = {"bedrock-mantle": "api.aws", "aws-external-anthropic": "api.aws"}
_MULTI = ("us", "eu")

REGION, LOCATION, RESOURCE = "aws-region-invalid", "vertex-location-invalid", "foundry-resource-invalid"
PLACES: Mapping[str, str] = {  # variable, or family of variables: the page for a value that is none
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION": REGION,
    "CLOUD_ML_REGION": LOCATION,
    "VERTEX_REGION_CLAUDE_*": LOCATION,
    "ANTHROPIC_GOOGLE_CLOUD_LOCATION": LOCATION,
    "ANTHROPIC_FOUNDRY_RESOURCE": RESOURCE,
}
ANSWERS: Mapping[str, str] = {"region": REGION, "location": LOCATION, "resource": RESOURCE}


class NotAPlace(ValueError):
    """A value that cannot become part of a host name; `check` is the page, `place` the value."""

    def __init__(self, check: str, place: str) -> None:
        super().__init__(check)
        self.check = check
        self.place = place


def aws(service: str, region: str) -> str:
    """The host of an AWS service ("bedrock-runtime") in a region."""
    return f"{service}.{_checked(REGION, region)}.{_DOMAINS.get(service, 'amazonaws.com')}"


def vertex(location: str) -> str:
    """The host where Vertex AI serves models of a location."""
    location = _checked(LOCATION, location)
    if location == "global":
        return "aiplatform.googleapis.com"
    return (
        f"aiplatform.{location}.rep.googleapis.com" if location in _MULTI else f"{location}-aiplatform.googleapis.com"
    )


def foundry(resource: str) -> str:
    """The host of a Foundry resource."""
    return f"{_checked(RESOURCE, resource)}.services.ai.azure.com"


def own(surface: Surface, place: str) -> str:
    """The host of the surface's model requests at a place."""
    if surface.lists == "vertex":
        return vertex(place)
    if surface.place is None or "{" not in surface.own.host:
        return surface.own.host
    return surface.own.host.format(**{surface.place.answer: checked(surface.place.answer, place)})


def is_place(check: str, place: str) -> bool:
    """Whether the value may become part of a host name; `check` is the page of its kind."""
    if check == RESOURCE:
        return _RESOURCE.fullmatch(place) is not None
    return len(place) <= _LONGEST and _LABEL.fullmatch(place) is not None


def is_region_of_client(place: str) -> bool:
    """Whether Claude Code uses the value as a region or location, rather than its default."""
    return _CLIENTS.fullmatch(place) is not None


def kind(variable: str) -> str:
    """The page for a variable that becomes part of a host name; empty for any other."""
    family = "VERTEX_REGION_CLAUDE_*"
    return PLACES.get(variable) or (PLACES[family] if variable.startswith(family[:-1]) else "")


def odd(environment: Mapping[str, str]) -> Iterator[tuple[str, NotAPlace]]:
    """The variables that say where, and whose value composes no host: (variable, why)."""
    for variable, value in environment.items():
        check = kind(variable)
        if check and value and not is_place(check, value):
            yield variable, NotAPlace(check, value)


def checked(answer: str, place: str) -> str:
    """The value of an answer that says where; NotAPlace for one that may not become part of an address."""
    return _checked(ANSWERS[answer], place)


def _checked(check: str, place: str) -> str:
    if not is_place(check, place):
        raise NotAPlace(check, place)
    return place
