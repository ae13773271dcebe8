"""Vertex's catalogue: Model Garden's entries of publisher anthropic.

The same call as google-cloud-aiplatform's `list_publisher_models`, without the two seconds its import costs (a test
holds the two against each other). The listing proves that a model exists, not that it can be called at a location: no
machine-readable region list exists. It differs by host, so us-central1 (which gcloud asks) and the global host are
united.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from ccsetup.providers.access import Access
from ccsetup.providers.catalogue import Listing, Model, family, ordered
from ccsetup.providers.google import api, credentials

HOSTS = ("https://us-central1-aiplatform.googleapis.com", "https://aiplatform.googleapis.com")
_PREVIEWS = ("EXPERIMENTAL", "PRIVATE_PREVIEW", "PUBLIC_PREVIEW")


def list_models(access: Access, location: str) -> Listing:
    """Claude's models in Model Garden; Failed when a host has none to give: half of a catalogue is none."""
    found: dict[str, Model] = {}
    asked = hosts(access)
    with ThreadPoolExecutor(len(asked)) as pool:
        for entries in pool.map(lambda host: _listed(access, host, location), asked):
            found |= {model.id: model for model in _models(entries)}
    return Listing("vertex", location, ordered(found.values()), access.now)


def hosts(access: Access) -> tuple[str, ...]:
    """One address where something moves the API, else both of Google's."""
    own = access.environment.get("ANTHROPIC_VERTEX_BASE_URL") or ""
    moved = credentials.endpoint("AIPLATFORM", access.environment, own).removesuffix("/v1")
    return (moved,) if moved else HOSTS


def _listed(access: Access, host: str, location: str) -> list[Mapping[str, Any]]:
    url = f"{host}/v1beta1/publishers/anthropic/models?pageSize=300&listAllVersions=true"
    found: list[Mapping[str, Any]] = []
    more = ""
    while True:
        answer = api.get(access, f"{url}&pageToken={quote(more)}" if more else url, location)
        found += answer.get("publisherModels", ())
        if not (more := str(answer.get("nextPageToken") or "")):
            return found


def _models(entries: Iterable[Mapping[str, Any]]) -> list[Model]:
    models = []
    for entry in entries:
        name, version_id = str(entry.get("name", "")).rpartition("/")[2], str(entry.get("versionId", ""))
        tier, version = family(name)
        if tier is not None:
            models.append(
                Model(
                    id=name if version_id in ("", "default") else f"{name}@{version_id}",
                    tier=tier,
                    version=version,
                    name=name,
                    lifecycle="unknown",
                    kind="model",
                    previewed=entry.get("launchStage") in _PREVIEWS,
                )
            )
    return models
