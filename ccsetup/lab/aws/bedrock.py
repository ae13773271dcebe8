"""Bedrock's control plane."""

import base64
import json

from ccsetup.lab.aws import catalogue
from ccsetup.lab.aws.access import check_allowed, identity_of, region_of
from ccsetup.lab.call import Ask, Fails, page
from ccsetup.lab.wire import Answer, as_json


def list_inference_profiles(ask: Ask) -> Answer:
    """`type` selects "APPLICATION" or "SYSTEM_DEFINED"; the default is the system-defined profiles."""
    _, account = check_allowed(ask, "bedrock:ListInferenceProfiles")
    region, kind = region_of(ask), ask.call.query_value("type") or "SYSTEM_DEFINED"
    if kind not in ("SYSTEM_DEFINED", "APPLICATION"):
        raise _invalid(f"Value '{kind}' at 'typeEquals' failed to satisfy constraint")
    size = int(ask.call.query_value("maxResults") or 100)
    if not 1 <= size <= 1000:
        raise _invalid(f"Value '{size}' at 'maxResults' failed to satisfy constraint")
    listed = catalogue.system_profiles if kind == "SYSTEM_DEFINED" else catalogue.application_profiles
    found, more = page(listed(ask.world, region, account), ask.call.query_value("nextToken"), size)
    return as_json({"inferenceProfileSummaries": found, **({"nextToken": more} if more else {})})


def get_inference_profile(ask: Ask) -> Answer:
    identity = identity_of(ask)
    account, region = ask.world.aws.account_of(identity), region_of(ask)
    identifier = ask.model or ""
    profile = catalogue.find_profile(ask.world, region, account, identifier)
    resource = identifier
    if not identifier.startswith("arn:"):
        resource = f"arn:{region.partition}:bedrock:{region.name}:{account.id}:inference-profile/{identifier}"
    check_allowed(ask, "bedrock:GetInferenceProfile", str(profile["inferenceProfileArn"]) if profile else resource)
    if profile is None:
        raise Fails(404, "ResourceNotFoundException", "The requested inference profile was not found.")
    return as_json(profile)


def list_foundation_models(ask: Ask) -> Answer:
    """Not paginated. `byProvider` ignores case; `byInferenceType` does not."""
    check_allowed(ask, "bedrock:ListFoundationModels")
    region, aws = region_of(ask), ask.world.aws
    provider = (ask.call.query_value("byProvider") or "").lower()
    kind = ask.call.query_value("byInferenceType")
    if kind not in (None, "ON_DEMAND", "PROVISIONED"):
        raise _invalid(f"Value '{kind}' at 'byInferenceType' failed to satisfy constraint")
    return as_json(
        {
            "modelSummaries": [
                catalogue.model_summary(aws, model, region, ask.world.today)
                for model in catalogue.offered(aws, region, ask.world.today)
                if provider in ("", model.provider.lower())
                and (kind is None or kind in catalogue.inference_types(aws, model, region))
            ]
        }
    )


def get_foundation_model(ask: Ask) -> Answer:
    region = region_of(ask)
    bare = (ask.model or "").rpartition("foundation-model/")[2]
    check_allowed(ask, "bedrock:GetFoundationModel", catalogue.model_arn(region, bare))
    model = catalogue.find_model(ask.world, region, bare)
    if model is None:
        raise Fails(
            404, "ResourceNotFoundException", "Could not resolve the foundation model from the model identifier."
        )
    return as_json({"modelDetails": catalogue.model_summary(ask.world.aws, model, region, ask.world.today)})


def get_foundation_model_availability(ask: Ask) -> Answer:
    """Never denies a model that exists elsewhere; it is then reported as not available in the region."""
    _, account = check_allowed(ask, "bedrock:GetFoundationModelAvailability")
    bare, region = ask.model or "", region_of(ask)
    if all(model.id != bare for model in ask.world.aws.model):
        raise _invalid("The provided model identifier is invalid.")
    access = account.access_to(bare)
    is_listed = catalogue.find_model(ask.world, region, bare) is not None
    agreement = access.agreement if account.form else "NOT_AVAILABLE"
    return as_json(
        {
            "modelId": bare,
            "agreementAvailability": {
                "status": agreement,
                **({"errorMessage": access.message} if agreement == "ERROR" and access.message else {}),
            },
            "authorizationStatus": access.authorization,
            "entitlementAvailability": access.entitlement,
            "regionAvailability": "AVAILABLE" if is_listed else "NOT_AVAILABLE",
        }
    )


def get_use_case_for_model_access(ask: Ask) -> Answer:
    _, account = check_allowed(ask, "bedrock:GetUseCaseForModelAccess")
    if not account.form:
        raise Fails(404, "ResourceNotFoundException", "You have not filled out the request form.")
    form = {
        "companyName": "Example Corp",
        "companyWebsite": "https://example.com",
        "intendedUsers": "0",
        "industryOption": "Software",
        "otherIndustryOption": "",
        "useCases": "Developing software",
    }
    return as_json({"formData": base64.b64encode(json.dumps(form).encode()).decode()})


def get_account_data_retention(ask: Ask) -> Answer:
    _, account = check_allowed(ask, "bedrock:GetAccountDataRetention")
    return as_json({"mode": account.retains(region_of(ask).name), "updatedAt": "2026-09-01T00:00:00Z"})


def get_model_invocation_logging(ask: Ask) -> Answer:
    """An empty object if logging was never configured."""
    _, account = check_allowed(ask, "bedrock:GetModelInvocationLoggingConfiguration")
    configured = account.logging.get(region_of(ask).name)
    return as_json({"loggingConfig": configured} if configured else {})


def _invalid(text: str) -> Fails:
    return Fails(400, "ValidationException", text)
