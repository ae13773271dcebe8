"""The platforms that serve Anthropic's API in a cloud: Mantle, Claude Platform on AWS, and on Google Cloud."""

import re

from ccsetup.lab.anthropic import api
from ccsetup.lab.aws import access as aws_access
from ccsetup.lab.aws.state import Identity
from ccsetup.lab.call import Ask, Call, Fails
from ccsetup.lab.google import access as google_access
from ccsetup.lab.wire import Answer, as_json
from ccsetup.lab.world import World

_MANTLE_ID = re.compile(r"anthropic\.claude-(?!sonnet-4-)[a-z]+(-\d{1,2})+")


def name_of(call: Call, world: World) -> str | None:
    """The name of the caller whose signature, bearer token or key of one of these platforms is in the call."""
    key = call.headers.get("x-api-key")
    name = next(
        (identity.name for identity in world.aws.identity if key and key in (identity.bearer, identity.platform_key)),
        None,
    )
    return name or aws_access.name_of(call, world) or google_access.name_of(call, world)


def mantle_models(ask: Ask) -> Answer:
    """Ids without date and version, in the older format."""
    aws_access.identity_of(ask)
    shown = [{"type": "model", "id": id_, "display_name": name} for id_, name in _mantle(ask).items()]
    return as_json({"data": shown, "has_more": False, "first_id": None, "last_id": None})


def mantle_message(ask: Ask) -> Answer:
    aws_access.check_allowed(ask, "bedrock-mantle:CreateInference")
    if not ask.model:
        raise Fails(400, "invalid_request_error", "model: Field required")
    if ask.model not in _mantle(ask):
        raise Fails(404, "not_found_error", f"model: {ask.model}")
    return api.create_unchecked(ask, ask.model)


def _mantle(ask: Ask) -> dict[str, str]:
    """The models that Mantle offers today: {id: name}."""
    listing = [(model, _mantle_id(model.id)) for model in ask.world.aws.model if model.shown(ask.world.today)]
    return {id_: model.name for model, id_ in listing if id_}


def _mantle_id(bedrock: str) -> str | None:
    """Mantle's id for a model of Bedrock; None if it does not offer it."""
    if bedrock.startswith("anthropic.claude-haiku-4-5-"):
        return "anthropic.claude-haiku-4-5"
    return bedrock if _MANTLE_ID.fullmatch(bedrock) else None


def aws_models(ask: Ask) -> Answer:
    """Anthropic's listing, for a key of the platform or a permitted AWS identity, in one of its workspaces."""
    _in_workspace(ask, "aws-external-anthropic:ListModels")
    return api.list_page(ask)


def aws_message(ask: Ask) -> Answer:
    _in_workspace(ask, "aws-external-anthropic:CreateInference")
    return api.create_unchecked(ask)


def _in_workspace(ask: Ask, action: str) -> None:
    caller = _holder(ask) or aws_access.check_allowed(ask, action)[0]
    workspace = ask.call.headers.get("anthropic-workspace-id")
    if not workspace:
        raise Fails(400, "invalid_request_error", "anthropic-workspace-id: header is required")
    if workspace not in caller.workspaces:
        raise Fails(404, "not_found_error", f"workspace: {workspace}")


def google_models(ask: Ask) -> Answer:
    google_access.principal_of(ask)
    google_access.check_quota_project(ask)
    return api.list_page(ask)


def google_message(ask: Ask) -> Answer:
    google_access.principal_of(ask)
    google_access.check_quota_project(ask)
    return api.create_unchecked(ask)


def _holder(ask: Ask) -> Identity | None:
    key = ask.call.headers.get("x-api-key")
    if not key:
        return None
    match = next((identity for identity in ask.world.aws.identity if identity.platform_key == key), None)
    if match is None:  # a key of an ordinary Console organisation is not valid here
        raise Fails(401, "authentication_error", "invalid x-api-key")
    return match
