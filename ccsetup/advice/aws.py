"""What AWS says of an account and its models, by calls that only read."""

import re
from collections.abc import Mapping

from ccsetup.advice.facts import Asking, Fact
from ccsetup.providers import regions
from ccsetup.providers.aws import session
from ccsetup.providers.catalogue import WORLD
from ccsetup.providers.places import place

_SERVICE = "bedrock"
_NO_ORGANIZATION = ("AWSOrganizationsNotInUseException",)
_NOT_FOUND = ("ResourceNotFoundException",)
_OWNERLESS = "a Bedrock API key does not identify its owner; use an AWS sign-in"


def read_account(asking: Asking) -> dict[str, Fact]:
    """Account and organization of the identity that signs."""
    access, region = asking.access, place(asking.access.profile)
    if access.credentials:
        return {"account": Fact(because=_OWNERLESS), "organization": Fact(because=_OWNERLESS)}
    home = regions.home(region) or region

    def caller() -> object:
        return str(session.call(access, region, "sts", "get_caller_identity")["Account"])

    def organization() -> object:
        found = session.call(access, home, "organizations", "describe_organization").get("Organization", {})
        return {"id": found.get("Id"), "management_account": found.get("MasterAccountId")}

    sts, url = session.address(access, region, "sts"), session.address(access, home, "organizations")
    return {
        "account": asking.look_up("sts:GetCallerIdentity", "sts:GetCallerIdentity", sts, caller),
        "organization": asking.look_up(
            "organizations:DescribeOrganization",
            "organizations:DescribeOrganization",
            url,
            organization,
            _NO_ORGANIZATION,
        ),
    }


def read_region(asking: Asking) -> dict[str, Fact]:
    """Retention and invocation logging in the profile's own region."""
    return {
        "retention": _ask(
            asking, "GetAccountDataRetention", "get_account_data_retention", lambda said: said.get("mode")
        ),
        "logging": _ask(
            asking,
            "GetModelInvocationLoggingConfiguration",
            "get_model_invocation_logging_configuration",
            lambda said: said.get("loggingConfig") or None,
        ),
    }


def read_model(asking: Asking, pin: str) -> dict[str, Fact]:
    """ARN, destinations and agreement of one pinned id."""
    region = place(asking.access.profile)
    if "inference-profile" in pin or re.match(r"[a-z-]+\.anthropic\.", pin):
        by, found = _call(asking, "GetInferenceProfile", "get_inference_profile", inferenceProfileIdentifier=pin)
        arn, arns = _take(found, "inferenceProfileArn"), _model_arns(found)
    else:
        by, found = _call(asking, "GetFoundationModel", "get_foundation_model", modelIdentifier=pin)
        detail = found.value.get("modelDetails", {}) if isinstance(found.value, dict) else {}
        arns = [str(detail.get("modelArn"))] if detail.get("modelArn") else []
        arn = _derived(found, arns[0] if arns else None)
    destinations = list(dict.fromkeys(each.split(":")[3] or WORLD for each in arns)) or None
    base = next((each.rpartition("/")[2] for each in arns), pin if not pin.startswith("arn:") else "")
    base = re.sub(r"^[a-z-]+\.(?=anthropic\.)", "", base)
    agreement = (
        _ask(
            asking,
            "GetFoundationModelAvailability",
            "get_foundation_model_availability",
            lambda said: {
                "agreement": said.get("agreementAvailability", {}).get("status"),
                "authorization": said.get("authorizationStatus"),
                "entitlement": said.get("entitlementAvailability"),
                "region": said.get("regionAvailability"),
            },
            modelId=base,
        )
        if base
        else Fact(because=f"the model behind it is not known: {by} was not answered")
    )
    others = [name for name in destinations or () if name != region]
    return {
        "arn": arn,
        "destinations": _derived(found, destinations),
        "agreement": agreement,
        "elsewhere": Fact(more={"regions": others}),
    }


def _ask(asking: Asking, action: str, operation: str, pick: object, **arguments: object) -> Fact:
    _, found = _call(asking, action, operation, **arguments)
    if found.at is None or found.value is None:
        return found
    return _derived(found, pick(found.value) if callable(pick) else None)


def _call(asking: Asking, action: str, operation: str, **arguments: object) -> tuple[str, Fact]:
    access, region = asking.access, place(asking.access.profile)
    by = f"{_SERVICE}:{action}"
    fact = asking.look_up(
        by,
        by,
        session.address(access, region),
        lambda: session.call(access, region, _SERVICE, operation, **arguments),
        _NOT_FOUND,
    )
    return by, fact


def _derived(found: Fact, value: object) -> Fact:
    """Another value of the same answer."""
    return Fact(value, found.by, found.at, found.because)


def _take(found: Fact, key: str) -> Fact:
    return _derived(found, found.value.get(key) if isinstance(found.value, Mapping) else None)


def _model_arns(found: Fact) -> list[str]:
    models = found.value.get("models", []) if isinstance(found.value, Mapping) else []
    return [str(one["modelArn"]) for one in models if str(one.get("modelArn", "")).count(":") >= 5]
