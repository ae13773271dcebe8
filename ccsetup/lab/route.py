"""Routes a request to its service, operation and place. One port serves every region.

A SigV4 signature names service and region. Otherwise the place comes from a path prefix `/at/PLACE` or the host name,
and the service from the path: no two services share one.
"""

import re
from dataclasses import replace
from urllib.parse import unquote

from ccsetup.lab import platforms
from ccsetup.lab.anthropic import api, pricing
from ccsetup.lab.aws import access as aws_access
from ccsetup.lab.aws import bedrock, cloudwatch, quotas, runtime
from ccsetup.lab.aws import hosts as aws_hosts
from ccsetup.lab.aws import identity as aws_identity
from ccsetup.lab.aws import prices as aws_prices
from ccsetup.lab.azure import foundry
from ccsetup.lab.call import Ask, Call, Service
from ccsetup.lab.google import access as google_access
from ccsetup.lab.google.operations import GOOGLE, PROJECT
from ccsetup.lab.operation import Named, Rest
from ccsetup.lab.wire import Answer, as_html
from ccsetup.lab.world import World

AWS_REST: tuple[Rest, ...] = (
    Rest("bedrock", "ListInferenceProfiles", "GET", "/inference-profiles", bedrock.list_inference_profiles),
    Rest("bedrock", "GetInferenceProfile", "GET", "/inference-profiles/(?P<model>.+)", bedrock.get_inference_profile),
    Rest("bedrock", "ListFoundationModels", "GET", "/foundation-models", bedrock.list_foundation_models),
    Rest("bedrock", "GetFoundationModel", "GET", "/foundation-models/(?P<model>.+)", bedrock.get_foundation_model),
    Rest(
        "bedrock",
        "GetFoundationModelAvailability",
        "GET",
        "/foundation-model-availability/(?P<model>.+)",
        bedrock.get_foundation_model_availability,
    ),
    Rest(
        "bedrock",
        "ListFoundationModelAgreementOffers",
        "GET",
        "/list-foundation-model-agreement-offers/(?P<model>.+)",
        aws_prices.list_foundation_model_agreement_offers,
    ),
    Rest(
        "bedrock",
        "GetUseCaseForModelAccess",
        "GET",
        "/use-case-for-model-access",
        bedrock.get_use_case_for_model_access,
    ),
    Rest("bedrock", "GetAccountDataRetention", "GET", "/data-retention", bedrock.get_account_data_retention),
    Rest(
        "bedrock",
        "GetModelInvocationLoggingConfiguration",
        "GET",
        "/logging/modelinvocations",
        bedrock.get_model_invocation_logging,
    ),
    Rest("bedrock-runtime", "InvokeModel", "POST", "/model/(?P<model>.+)/invoke", runtime.invoke),
    Rest(
        "bedrock-runtime",
        "InvokeModelWithResponseStream",
        "POST",
        "/model/(?P<model>.+)/invoke-with-response-stream",
        runtime.invoke_with_response_stream,
    ),
    Rest("bedrock-runtime", "CountTokens", "POST", "/model/(?P<model>.+)/count-tokens", runtime.count_tokens),
    Rest(
        "pricing",
        "PriceListFile",
        "GET",
        "/offers/v1.0/aws/(?P<model>[^/]+)/current/(?P<place>[^/]+)/index.json",
        aws_prices.price_list_file,
    ),
    Rest("sso", "GetRoleCredentials", "GET", "/federation/credentials", aws_identity.get_role_credentials),
    Rest("account", "ListRegions", "POST", "/listRegions", aws_identity.list_regions),
)
AWS_NAMED: tuple[Named, ...] = (
    Named("sts", "GetCallerIdentity", aws_identity.get_caller_identity),
    Named("sts", "AssumeRole", aws_identity.assume_role),
    Named("iam", "GetRole", aws_identity.get_role),
    Named("iam", "SimulatePrincipalPolicy", aws_identity.simulate_principal_policy),
    Named("servicequotas", "ListServiceQuotas", quotas.list_service_quotas),
    Named("servicequotas", "GetServiceQuota", quotas.get_service_quota),
    Named("servicequotas", "ListAWSDefaultServiceQuotas", quotas.list_aws_default_service_quotas),
    Named("servicequotas", "GetAWSDefaultServiceQuota", quotas.get_aws_default_service_quota),
    Named("servicequotas", "ListRequestedServiceQuotaChangeHistory", quotas.list_changes),
    Named("servicequotas", "ListRequestedServiceQuotaChangeHistoryByQuota", quotas.list_changes),
    Named("cloudwatch", "GetMetricData", cloudwatch.get_metric_data),
    Named("pricing", "GetProducts", aws_prices.get_products),
    Named("organizations", "DescribeOrganization", aws_identity.describe_organization),
)
ANTHROPIC: tuple[Rest, ...] = (
    Rest("anthropic", "PricingPage", "GET", "/docs/en/about-claude/pricing.md", pricing.page),
    Rest("anthropic", "ListModels", "GET", "/v1/models", api.list_models),
    Rest("anthropic", "GetModel", "GET", "/v1/models/(?P<model>[^/]+)", api.get_model),
    Rest("anthropic", "CreateMessage", "POST", "/v1/messages", api.create_message),
    Rest("anthropic", "CountTokens", "POST", "/v1/messages/count_tokens", api.count_tokens),
    Rest("anthropic", "RenewLogin", "POST", "/v1/oauth/token", api.renew),
    Rest("anthropic", "Settings", "GET", "/api/.*", api.no_settings),
)

_MANTLE = (
    Rest("bedrock-mantle", "ListModels", "GET", "/v1/models", platforms.mantle_models),
    Rest("bedrock-mantle", "CreateMessage", "POST", "/anthropic/v1/messages", platforms.mantle_message),
)
_PLATFORM_AWS = (
    Rest("aws-external-anthropic", "ListModels", "GET", "/v1/models", platforms.aws_models),
    Rest("aws-external-anthropic", "CreateMessage", "POST", "/v1/messages", platforms.aws_message),
)
# Clients of three months ago say v1alpha.
_INVOKE = f"/v1(?:alpha)?{PROJECT}/locations/(?P<place>[^/]+)/workspaces/[^/]+/invoke"
_PLATFORM_GOOGLE = (
    Rest("claude", "ListModels", "GET", f"{_INVOKE}/v1/models", platforms.google_models),
    Rest("claude", "CreateMessage", "POST", f"{_INVOKE}/v1/messages", platforms.google_message),
)
_FOUNDRY = (Rest("foundry", "CreateMessage", "POST", "/anthropic/v1/messages", foundry.create_message),)
_SIGNED: dict[str, Service] = {
    "sts": "sts",
    "iam": "iam",
    "account": "account",
    "servicequotas": "servicequotas",
    "monitoring": "cloudwatch",
    "pricing": "pricing",
    "organizations": "organizations",
}
_UNSIGNED = ("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")  # requests to STS that carry a token instead
_GOOGLE_HOST = re.compile(
    r"(?:(?P<region>[\w-]+)-)?aiplatform(?:\.(?P<multi>us|eu)\.rep)?\.googleapis\.com|[\w-]+\.googleapis\.com"
)


def parse(call: Call, world: World) -> Ask:
    """Parse the call; an operation that is not simulated has the service "unknown" and returns 404."""
    scope = call.scope
    on_aws = _platform(call)
    if scope is not None and scope.service != "bedrock" and not on_aws:
        return _named(call, world, _SIGNED.get(scope.service, "unknown"), scope.region)
    if scope is None and call.path == "/" and call.form.get("Action") in _UNSIGNED:
        return _named(call, world, "sts", _aws_place(call, world))
    for routes, name_of, place in (
        (on_aws, platforms.name_of, _aws_place(call, world)),
        (_PLATFORM_GOOGLE, platforms.name_of, None),
        (_FOUNDRY, foundry.name_of, _resource(call)),
        (AWS_REST, aws_access.name_of, _aws_place(call, world)),
        (GOOGLE, google_access.name_of, _google_place(call)),
        (ANTHROPIC, api.name_of, None),
    ):
        for route in routes:
            match = re.fullmatch(route.path, call.path) if route.method == call.method else None
            if match is not None:
                groups = {name: unquote(value) for name, value in match.groupdict().items() if value is not None}
                named = route.service == "anthropic" or route.operation == "CreateMessage"
                body_model = call.fields.get("model") if named else None
                ask = Ask(
                    call=call,
                    world=world,
                    service=route.service,
                    operation=route.operation,
                    place=groups.get("place") or place,
                    identity=name_of(call, world),
                    model=groups.get("model") or (str(body_model) if body_model else None),
                    project=groups.get("project"),
                    play=route.play,
                )
                return replace(ask, play=aws_hosts.refuse) if aws_hosts.is_elsewhere(ask) else ask
    if _GOOGLE_HOST.fullmatch(call.host) or re.match(r"/v\d\w*/(?:projects|publishers)/", call.path):
        return Ask(call, world, "aiplatform", "unknown", _google_place(call), play=_no_such_page)
    return Ask(call, world, "unknown", "unknown", play=api.missing)


def _platform(call: Call) -> tuple[Rest, ...]:
    """The routes of a platform on AWS if the signature or the host belongs to one; else empty."""
    service = call.scope.service if call.scope else call.host.partition(".")[0]
    if (call.bearer or "").startswith("bedrock-api-key-") and call.path.startswith("/anthropic/"):
        service = "bedrock-mantle"  # at an unknown host
    return {"bedrock-mantle": _MANTLE, "aws-external-anthropic": _PLATFORM_AWS}.get(service, ())


def _named(call: Call, world: World, service: Service, region: str) -> Ask:
    if service == "account":
        operation = call.path.strip("/")
        route = next((one for one in AWS_REST if one.service == service and one.path == call.path), None)
        name, play = (route.operation, route.play) if route else (operation, api.missing)
    else:
        operation = call.headers.get("x-amz-target", "").rpartition(".")[2] or call.form.get("Action", "")
        match = next((one for one in AWS_NAMED if (one.service, one.operation) == (service, operation)), None)
        name, play = operation or "unknown", match.play if match else api.missing
    return Ask(call, world, service, name, region, aws_access.name_of(call, world), play=play)


def _aws_place(call: Call, world: World) -> str:
    if call.scope is not None:
        return call.scope.region
    host = aws_hosts.HOST.fullmatch(call.host)
    return call.place or (host["place"] if host else world.aws.default_region)


def _resource(call: Call) -> str | None:
    """The Foundry resource in the host name; None for another host."""
    name, _, rest = call.host.partition(".")
    return name if rest == "services.ai.azure.com" else None


def _google_place(call: Call) -> str | None:
    if call.place is not None:
        return call.place
    host = _GOOGLE_HOST.fullmatch(call.host)
    if host is None:
        return None
    return host["multi"] or host["region"] or "global"


def _no_such_page(_ask: Ask) -> Answer:
    """The response of Google's front end to a path of no API."""
    return as_html("Error 404 (Not Found)!!1", 404)
