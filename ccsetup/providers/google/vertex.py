"""Vertex's catalogue: Model Garden's entries of publisher anthropic.

The listing proves that a model exists, not that it can be called at a location: no machine-readable list of regions
exists. It differs by host, so the listings of us-central1 (which gcloud uses) and the global host are merged.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ccsetup.providers.access import Access
from ccsetup.providers.catalogue import Listing, Model, parse_family, sort_models
from ccsetup.providers.google import api, credentials, model_garden

HOSTS = ("https://us-central1-aiplatform.googleapis.com", "https://aiplatform.googleapis.com")
_PREVIEWS = ("EXPERIMENTAL", "PRIVATE_PREVIEW", "PUBLIC_PREVIEW")


def list_models(access: Access, location: str) -> Listing:
    """List Claude's models in Model Garden; raises Failed if a host fails, since half a catalogue would be
    misleading."""
    models: dict[str, Model] = {}
    addresses = hosts(access)
    with ThreadPoolExecutor(len(addresses) + 1) as pool:
        pool.submit(
            api.auth_headers, access, addresses[0]
        )  # during the SDK's import; an exception is raised again below
        model_garden.load()
        for entries in pool.map(lambda host: model_garden.publisher_models(access, host, location), addresses):
            models |= {model.id: model for model in _models(entries)}
    return Listing("vertex", location, sort_models(models.values()), access.now)


def hosts(access: Access) -> tuple[str, ...]:
    """The one host that the API was redirected to, else both of Google's: also for a base URL of Google's own."""
    base_url = access.environment.get("ANTHROPIC_VERTEX_BASE_URL") or "" if access.is_gateway else ""
    moved = credentials.endpoint("AIPLATFORM", access.environment, base_url).removesuffix("/v1")
    return (moved,) if moved else HOSTS


def _models(entries: Iterable[Any]) -> list[Model]:
    models = []
    for entry in entries:
        name, version_id = entry.name.rpartition("/")[2], entry.version_id
        stage = getattr(entry.launch_stage, "name", "")  # an unknown number is an int, without a name
        tier, version = parse_family(name)
        if tier is not None:
            models.append(
                Model(
                    id=name if version_id in ("", "default") else f"{name}@{version_id}",
                    tier=tier,
                    version=version,
                    name=name,
                    lifecycle="unknown",
                    kind="model",
                    previewed=stage in _PREVIEWS,
                )
            )
    return models
