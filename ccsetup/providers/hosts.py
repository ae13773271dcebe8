"""Host names of the providers, composed from a region, a location or a resource, and only here.

A value that is not a single label of a host name is rejected, wherever it comes from: an answer, `[env]`, the shell, a
settings file, `~/.aws/config`. Seen on Claude Code 2.1.330: for a region with any character but letters, digits and
hyphens it uses the AWS profile's region or us-east-1, and on Vertex us-east5; it refuses a Foundry resource of another
form, and such a location of the Claude Platform on Google Cloud.
"""

import re
from collections.abc import Iterator, Mapping

from ccsetup.knowledge.secret_shapes import trim
from ccsetup.knowledge.surfaces import Surface

_LABEL = re.compile(r"[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,5}")  # a region or location: lower case, no empty part
_RESOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]")
# What the client accepts as a region instead of its default. Seen on 2.1.332, on Bedrock and Vertex AI: "on" and
# "us-east99" are, "a", "1", "a1" and "us-" are not.
_CLIENTS = re.compile(r"[A-Za-z]{2,}(?:-[A-Za-z0-9]+)*")
_LONGEST = 32  # characters of a region; the longest one has 24
_DOMAINS = {"bedrock-mantle": "api.aws", "aws-external-anthropic": "api.aws"}
_MULTI = ("us", "eu")

REGION, LOCATION, RESOURCE = "aws-region-invalid", "vertex-location-invalid", "foundry-resource-invalid"
PLACES: Mapping[str, str] = {  # variable, or family of variables: the page for an invalid value
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
    """A value that cannot be part of a host name; `check` is the page, `place` the value."""

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


def own_host(surface: Surface, place: str) -> str:
    """The host of the surface's model requests at a place."""
    if surface.lists == "vertex":
        return vertex(place)
    if surface.place is None or "{" not in surface.own.host:
        return surface.own.host
    return surface.own.host.format(**{surface.place.answer: check_place(surface.place.answer, place)})


def is_place(check: str, place: str) -> bool:
    """Whether the value may be part of a host name; `check` is the page of its kind."""
    if check == RESOURCE:
        return _RESOURCE.fullmatch(place) is not None
    return len(place) <= _LONGEST and _LABEL.fullmatch(place) is not None


def is_region_of_client(place: str) -> bool:
    """Whether Claude Code uses the value as a region or location, rather than its default."""
    return _CLIENTS.fullmatch(place) is not None


def page_for(variable: str) -> str:
    """The page for a variable that becomes part of a host name; empty for any other."""
    family = "VERTEX_REGION_CLAUDE_*"
    return PLACES.get(variable) or (PLACES[family] if variable.startswith(family[:-1]) else "")


def invalid_places(environment: Mapping[str, str]) -> Iterator[tuple[str, NotAPlace]]:
    """The variables that name a place with a value that cannot be part of a host name: (variable, error)."""
    for variable, value in environment.items():
        check, place = page_for(variable), trim(value)  # Claude Code trims them all
        if check and place and not is_place(check, place):
            yield variable, NotAPlace(check, place)


def check_place(answer: str, place: str) -> str:
    """Return the value of an answer that names a place; raises NotAPlace if it cannot be part of a URL."""
    return _checked(ANSWERS[answer], place)


def _checked(check: str, place: str) -> str:
    place = trim(place)
    if not is_place(check, place):
        raise NotAPlace(check, place)
    return place
