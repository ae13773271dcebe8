"""`/anthropic/v1/messages` of a Foundry resource."""

from ccsetup.lab.call import Ask, Call, Fails
from ccsetup.lab.wire import Answer, as_json, as_sse, message, message_events
from ccsetup.lab.world import World

_DENIED = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)
_MISSING = (
    "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, "
    "please wait a moment and try again."
)


def name_of(call: Call, world: World) -> str | None:
    """The name of the resource whose key or token is in the call."""
    resource = world.azure.opened_by(call.headers.get("x-api-key") or call.bearer)
    return resource.name if resource else None


def create_message(ask: Ask) -> Answer:
    resource = next((candidate for candidate in ask.world.azure.resource if candidate.name == ask.identity), None)
    if resource is None or (ask.place is not None and ask.place != resource.name):
        raise Fails(401, "401", _DENIED)
    if not ask.model:
        raise Fails(400, "invalid_request_error", "model: Field required")
    model = resource.deployments.get(ask.model or "")
    if model is None:
        raise Fails(404, "DeploymentNotFound", _MISSING)
    if not ask.call.fields.get("messages"):
        raise Fails(400, "invalid_request_error", "messages: Field required")
    if ask.call.fields.get("stream") is True:
        return as_sse(message_events(model, "pong"))
    return as_json(message(model, "pong"))
