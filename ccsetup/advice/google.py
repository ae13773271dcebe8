"""What Google Cloud says of a project and its models, by calls that only read."""

from urllib.parse import quote

from ccsetup.advice.facts import Asking, Fact
from ccsetup.providers.access import place_of_model
from ccsetup.providers.google import api
from ccsetup.providers.google.credentials import endpoint
from ccsetup.providers.places import place
from ccsetup.system import lenient

_LOCATIONS = "gcp.resourceLocations"


def read_account(asking: Asking) -> dict[str, Fact]:
    """Project with its number, and what it belongs to."""
    project = quote(asking.access.profile.set["project"], safe="")
    path = f"v3/projects/{project}"
    found = _get(asking, "projects.get", "resourcemanager.projects.get", "CLOUDRESOURCEMANAGER", path)
    if found.at is None or not isinstance(found.value, dict):
        return {"account": found, "organization": Fact(because=found.because or "the project was not found")}
    number = (lenient.text_value(found.value, "name") or "").removeprefix("projects/")
    account = {"project": lenient.text_value(found.value, "projectId"), "number": number or None}
    parent = lenient.text_value(found.value, "parent")
    return {"account": asking.known(account, found.by), "organization": asking.known(parent, found.by)}


def read_residency(asking: Asking) -> Fact:
    """Where the organisation's policy lets the project's resources be."""
    project = quote(asking.access.profile.set["project"], safe="")
    path = f"v2/projects/{project}/policies/{_LOCATIONS}:getEffectivePolicy"
    found = _get(asking, f"org policy {_LOCATIONS}", "orgpolicy.policy.get", "ORGPOLICY", path)
    if not isinstance(found.value, dict):
        return found
    rules = lenient.tables(lenient.table(found.value, "spec"), "rules")
    allowed = [word for rule in rules for word in lenient.words(lenient.table(rule, "values"), "allowedValues")]
    denied = [word for rule in rules for word in lenient.words(lenient.table(rule, "values"), "deniedValues")]
    limits = {"allowed": allowed, "denied": denied}
    return asking.known({name: words for name, words in limits.items() if words} or None, found.by)


def read_model(asking: Asking, pin: str) -> dict[str, Fact]:
    """Resource name, location and logging of one pinned id."""
    access = asking.access
    location, name = place_of_model(access, pin), pin.partition("@")[0]
    project = access.profile.set["project"]
    resource = f"projects/{project}/locations/{location}/publishers/anthropic/models/{name}"
    path = f"v1beta1/{quote(resource, safe='/')}:fetchPublisherModelConfig"
    host = api.prediction_host(location)
    found = _get(asking, "fetchPublisherModelConfig", "aiplatform.endpoints.get", "AIPLATFORM", path, host)
    logging = found
    if isinstance(found.value, dict):
        logging = asking.known(lenient.table(found.value, "loggingConfig") or None, found.by)
    return {
        "arn": asking.known(resource, "the profile's project and location"),
        "destinations": asking.known([location], "the location that Claude Code asks"),
        "logging": logging,
    }


def _get(asking: Asking, by: str, permission: str, service: str, path: str, host: str = "") -> Fact:
    access = asking.access
    base = endpoint(service, access.environment, host or f"https://{service.lower()}.googleapis.com")
    url = f"{base}/{path}"
    return asking.look_up(by, permission, url, lambda: api.get(access, url, place(access.profile)), ("NOT_FOUND",))
