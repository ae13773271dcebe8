"""Vertex's catalogue with google-cloud-aiplatform: Model Garden's entries of publisher anthropic.

The listing proves that a model exists, not that it can be called at a location: no machine-readable region list
exists. It differs by host, so us-central1 (which gcloud asks) and the global host are united.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ccsetup.catalogue import Listing, Model, family, ordered
from ccsetup.clouds import REQUEST_SECONDS, Access, Failed, failed, google
from ccsetup.recognise import Said

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

HOSTS = ("https://us-central1-aiplatform.googleapis.com", "https://aiplatform.googleapis.com")
_PREVIEWS = ("EXPERIMENTAL", "PRIVATE_PREVIEW", "PUBLIC_PREVIEW")


def look(access: Access, location: str) -> Listing:
    """Claude's models in Model Garden; Failed when a host has none to give: half of a catalogue is none."""
    asked = hosts(access)
    found: dict[str, Model] = {}
    try:
        credentials = google.credentials(access.environment, access.home, access.profile.set["project"])
    except Exception as why:
        raise failure(why, access, location, asked[0]) from why
    for host in asked:
        try:
            found |= {model.id: model for model in _models(_listed(host, credentials, access))}
        except Exception as why:
            raise failure(why, access, location, host) from why
    return Listing("vertex", location, ordered(found.values()), access.now)


def hosts(access: Access) -> tuple[str, ...]:
    """One address where something moves the API, else both of Google's."""
    own = access.environment.get("ANTHROPIC_VERTEX_BASE_URL") or ""
    moved = google.endpoint("AIPLATFORM", access.environment, own).removesuffix("/v1")
    return (moved,) if moved else HOSTS


def _listed(host: str, credentials: "Credentials", access: Access) -> list[Any]:
    from google.cloud import aiplatform_v1beta1

    client = aiplatform_v1beta1.ModelGardenServiceClient(
        credentials=credentials, transport="rest", client_options={"api_endpoint": host}
    )
    session: Any = vars(client.transport)["_session"]  # no other way hands a REST transport its trust
    google.way(session, access.environment)
    google.way(session._auth_request_session, access.environment)
    request = aiplatform_v1beta1.ListPublisherModelsRequest(
        parent="publishers/anthropic", page_size=300, list_all_versions=True
    )
    return list(client.list_publisher_models(request=request, timeout=REQUEST_SECONDS, retry=None))


def _models(entries: Iterable[Any]) -> list[Model]:
    models = []
    for entry in entries:
        name = entry.name.rpartition("/")[2]
        dated = entry.version_id not in ("", "default")
        tier, version = family(name)
        # An unknown stage arrives as a number without a name.
        stage = getattr(entry.launch_stage, "name", str(entry.launch_stage))
        if tier is not None:
            models.append(
                Model(
                    id=f"{name}@{entry.version_id}" if dated else name,
                    tier=tier,
                    version=version,
                    name=name,
                    lifecycle="unknown",
                    kind="model",
                    previewed=stage in _PREVIEWS,
                )
            )
    return models


def failure(why: Exception, access: Access, location: str, url: str) -> Failed:
    """What an exception of Google's libraries means; ErrorInfo's reason first, HTTP status second, words last."""
    from google.api_core.exceptions import GoogleAPICallError

    if isinstance(why, GoogleAPICallError):
        status = int(why.code) if why.code else None
        grpc = getattr(why.grpc_status_code, "name", None)
        code = why.reason or grpc or _STATUS.get(status or 0, type(why).__name__)
        said = Said(status, code, str(why.message)[:600])
    else:
        words = why.args[0] if why.args else why
        said = Said(None, type(why).__name__, str(words[0] if isinstance(words, tuple) else words)[:600])
    return failed(said, access, location, url)


_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
}
