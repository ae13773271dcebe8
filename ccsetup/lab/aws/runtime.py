"""Bedrock's runtime: the checks of an invocation, in the service's order and with its messages, and the response."""

from ccsetup.lab.aws import catalogue
from ccsetup.lab.aws.access import check_allowed, identity_of, region_of
from ccsetup.lab.aws.state import Account, Model
from ccsetup.lab.call import Ask, Fails
from ccsetup.lab.wire import Answer, as_event_stream, as_json, message, message_events

_MALFORMED = "Malformed input request, please reformat your input and try again."
_INVALID_ID = "The provided model identifier is invalid."
_FORM = (
    "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form "
    "before using the model. If you have already filled out the form, try again in 15 minutes."
)
_MARKETPLACE = (
    "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace "
    "actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model. Refer to "
    "the Amazon Bedrock documentation for further details. Your AWS Marketplace subscription for this model cannot be "
    "completed at this time. If you recently fixed this issue, try again after 15 minutes."
)
_ENTITLEMENT = (
    "{model} is not available for this account. You can explore other available models on Amazon Bedrock. For "
    "additional access options, contact AWS Sales at https://aws.amazon.com/contact-us/sales-support/"
)
_LEGACY = (
    "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the "
    "last 30 days. Please upgrade to an active model on Amazon Bedrock"
)
_ENDED = "This model version has reached the end of its life. Please refer to the AWS documentation for more details."
_ON_DEMAND = (
    "Invocation of model ID {model} with on-demand throughput isn\u2019t supported. Retry your request with the ID or "
    "ARN of an inference profile that contains this model."
)


def invoke(ask: Ask) -> Answer:
    _pass(ask, "bedrock:InvokeModel")
    _check_body(ask)
    return as_json(message(ask.model, "pong"))


def invoke_with_response_stream(ask: Ask) -> Answer:
    _pass(ask, "bedrock:InvokeModelWithResponseStream")
    _check_body(ask)
    return as_event_stream(message_events(ask.model, "pong"))


def count_tokens(ask: Ask) -> Answer:
    """Free, and only for bare ids: a profile is refused for every caller."""
    region, bare = region_of(ask), ask.model or ""
    check_allowed(ask, "bedrock:CountTokens", catalogue.model_arn(region, bare))
    model = catalogue.find_model(ask.world, region, bare)
    if model is None or model.provider != "Anthropic":
        raise Fails(400, "ValidationException", "The provided model doesn't support counting tokens.")
    return as_json({"inputTokens": 10})


def _check_body(ask: Ask) -> None:
    """The model's own check, which comes last."""
    if not ask.call.fields:
        raise Fails(400, "ValidationException", _MALFORMED)


def _pass(ask: Ask, action: str) -> None:
    """Check credentials, id, permission, lifecycle, access, retention and quota, in this order."""
    account = ask.world.aws.account_of(identity_of(ask))
    model, resources = _resolved(ask, account)
    through = resources[0] if "inference-profile/" in resources[0] else ""
    check_allowed(ask, action, *resources, through=through)
    today = ask.world.today
    if model.ended(today):
        raise Fails(404, "ResourceNotFoundException", _ENDED)
    if model.is_legacy(today) and not account.legacy_in_use:
        raise Fails(404, "ResourceNotFoundException", _LEGACY)
    if model.provider == "Anthropic":
        _access(account, model)
    regions = [arn.split(":")[3] or ask.place or "" for arn in resources]
    modes = [account.retains(region) for region in regions]
    wrong = [mode for mode in modes if model.retention and mode not in (model.retention, "provider_data_share")]
    if wrong:
        raise Fails(400, "ValidationException", f"data retention mode '{wrong[0]}' is not available for this model")
    asked = ask.model or ""
    if any(account.quotas.get(quota.code, quota.value) == 0 and asked in quota.models for quota in ask.world.aws.quota):
        raise Fails(429, "ThrottlingException", "Too many tokens per day, please wait before trying again.")


def _resolved(ask: Ask, account: Account) -> tuple[Model, tuple[str, ...]]:
    """The model behind an id or an ARN, and every resource that the caller must be allowed to use."""
    region, asked = region_of(ask), ask.model or ""
    profile = catalogue.find_profile(ask.world, region, account, asked)
    if profile is not None:
        arns = catalogue.destinations(profile)
        model = next((listed for listed in ask.world.aws.model if arns[0].endswith(f"/{listed.id}")), None)
        if model is not None:
            return model, (str(profile["inferenceProfileArn"]), *arns)
    model = catalogue.find_model(ask.world, region, asked)
    if model is None:
        raise Fails(400, "ValidationException", _INVALID_ID)
    if region.name not in model.on_demand:
        raise Fails(400, "ValidationException", _ON_DEMAND.format(model=asked))
    return model, (catalogue.model_arn(region, model.id),)


def _access(account: Account, model: Model) -> None:
    access = account.access_to(model.id)
    if not account.form:
        raise Fails(404, "ResourceNotFoundException", _FORM)
    if access.agreement != "AVAILABLE":
        raise Fails(403, "AccessDeniedException", _MARKETPLACE)
    if access.authorization != "AUTHORIZED":
        text = "You don't have access to the model with the specified model ID."
        raise Fails(403, "AccessDeniedException", text)
    if access.entitlement != "AVAILABLE":
        raise Fails(403, "AccessDeniedException", _ENTITLEMENT.format(model=model.id))
