"""Model Garden and prediction with Claude."""

from fnmatch import fnmatchcase

from ccsetup.lab.call import Ask, Fails, json_object, page
from ccsetup.lab.google.access import check_allowed, consumer
from ccsetup.lab.google.state import Model, Project
from ccsetup.lab.wire import Answer, as_json, as_sse, message, message_events

_VERSIONS = "https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"


def list_publisher_models(ask: Ask) -> Answer:
    """v1beta1 only. Each host lists its own selection; an unknown host lists all models."""
    consumer(ask)
    size = min(int(ask.call.query_value("pageSize") or 100), 300)
    listing = tuple(_shown(model) for model in _listed(ask))
    models, more = page(listing, ask.call.query_value("pageToken"), size)
    return as_json({"publisherModels": models, **({"nextPageToken": more} if more else {})})


def get_publisher_model(ask: Ask) -> Answer:
    consumer(ask)
    match = next((model for model in _listed(ask) if model.answers_to(ask.model or "")), None)
    if match is None:
        raise Fails(404, "NOT_FOUND", f"Publisher Model `publishers/anthropic/models/{ask.model}` is not found.")
    return as_json(_shown(match))


def raw_predict(ask: Ask) -> Answer:
    _gates(ask, ask.model or "")
    _check_body(ask)
    if json_object(ask.call.body).get("stream") is True:
        return as_sse(message_events(ask.model, "pong"))
    return as_json(message(ask.model, "pong"))


def stream_raw_predict(ask: Ask) -> Answer:
    _gates(ask, ask.model or "")
    _check_body(ask)
    return as_sse(message_events(ask.model, "pong"))


def fetch_model_config(ask: Ask) -> Answer:
    """What was set for a model in a project and location, such as the logging of requests; 404 if nothing was."""
    name = ask.model or ""
    project = check_allowed(ask, "aiplatform.endpoints.get", _resource(ask, name))
    logging = project.logging.get(name)
    if logging is None:
        raise Fails(404, "NOT_FOUND", f"PublisherModelConfig of {_resource(ask, name)} is not found.")
    return as_json({"loggingConfig": logging})


def count_tokens(ask: Ask) -> Answer:
    """Free; the organisation's policy lists it as a separate model."""
    project = check_allowed(ask, "aiplatform.endpoints.predict", _resource(ask, "count-tokens"))
    _permitted(project, "count-tokens")
    if ask.place not in ask.world.google.count_tokens:
        raise Fails(400, "FAILED_PRECONDITION", _unservable(ask, "count-tokens"))
    return as_json({"input_tokens": 10})


def _listed(ask: Ask) -> list[Model]:
    shown = [model for model in ask.world.google.model if model.shown(ask.world.today)]
    if ask.place is None:
        return shown
    return [model for model in shown if ask.place in model.listed]


def _shown(model: Model) -> dict[str, object]:
    shown: dict[str, object] = {
        "name": f"publishers/anthropic/models/{model.id}",
        "versionId": model.version,
        "openSourceCategory": "PROPRIETARY",
        "launchStage": model.stage,
        "supportedActions": {"openGenerationAiStudio": {"references": {}}},
    }
    if model.template:
        shown["publisherModelTemplate"] = model.template
    return shown


def _gates(ask: Ask, name: str) -> None:
    """Check permission, organisation policy, location, enablement and quota, in this order."""
    project = check_allowed(ask, "aiplatform.endpoints.predict", _resource(ask, name))
    match = next((model for model in ask.world.google.model if model.answers_to(name)), None)
    _permitted(project, name.partition("@")[0])
    if match is None or not match.shown(ask.world.today):
        raise _missing(ask, name)
    if ask.place not in match.served:
        raise Fails(400, "FAILED_PRECONDITION", _unservable(ask, name))
    if not any(fnmatchcase(match.id, pattern) for pattern in project.enabled):
        raise _missing(ask, name)
    for metric, limit in _limits(ask, project, match):
        if limit == 0:
            text = (
                f"Quota exceeded for aiplatform.googleapis.com/{metric} with base model: {match.base_model}. Please "
                "submit a quota increase request. https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai."
            )
            raise Fails(429, "RESOURCE_EXHAUSTED", text)


def _check_body(ask: Ask) -> None:
    """The model's own check, which comes last: its error is passed on in Anthropic's format."""
    for name in ("anthropic_version", "max_tokens", "messages"):
        if name not in json_object(ask.call.body):
            raise Fails(400, "invalid_request_error", f"{name}: Field required")


def _limits(ask: Ask, project: Project, model: Model) -> list[tuple[str, int]]:
    begins = {"global": "global_online_", "us": "us_multi_region_", "eu": "eu_multi_region_"}
    prefix = begins.get(ask.place or "", "online_")
    return [
        (quota.metric, project.quotas.get(f"{quota.metric}/{quota.base_model}", quota.value))
        for quota in ask.world.google.quota
        if quota.base_model == model.base_model and quota.metric.startswith(prefix) and quota.region in ("", ask.place)
    ]


def _permitted(project: Project, bare: str) -> None:
    value = f"publishers/anthropic/models/{bare}:predict"
    if project.allowed_models is not None and value not in project.allowed_models:
        text = (
            "Organization Policy constraint constraints/vertexai.allowedModels violated for "
            f"`projects/{project.number}` attempting to use a disallowed Gen AI model {bare}. Please contact your "
            f"organization administrator to fix this violation by adding `{value}` to the allowed values."
        )
        raise Fails(400, "FAILED_PRECONDITION", text)


def _resource(ask: Ask, name: str) -> str:
    return f"projects/{ask.project}/locations/{ask.place}/publishers/anthropic/models/{name}"


def _unservable(ask: Ask, name: str) -> str:
    return f"Publisher Model `{_resource(ask, name)}` is not servable in region {ask.place}."


def _missing(ask: Ask, name: str) -> Fails:
    text = (
        f"Publisher Model `{_resource(ask, name)}` was not found or your project does not have access to it. Please "
        f"ensure you are using a valid model version. For more information, see: {_VERSIONS}"
    )
    return Fails(404, "NOT_FOUND", text)
