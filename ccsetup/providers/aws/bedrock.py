"""Bedrock's catalogue with boto3: inference profiles and foundation models, joined by ARN.

Ids are read, never constructed. Profile and region are always passed: boto3 does not read AWS_REGION, and takes
AWS_DEFAULT_PROFILE before AWS_PROFILE; the client never reads it.
"""

import datetime
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from ccsetup.providers.access import Access, Failed, clock, within
from ccsetup.providers.aws import session
from ccsetup.providers.catalogue import WORLD, Listing, Model, family, lifecycle_at, ordered

_COLONS = 5  # of an ARN, at least


def list_models(access: Access, region: str) -> Listing:
    """The Claude models that the account lists in `region`; Failed when it cannot be had.

    The client documents ListInferenceProfiles as all it needs; whoever may not list the foundation models learns no
    lifecycle.
    """
    session.client(access, "bedrock", region)  # made once, before two threads want it
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_foundation, access, region)
        profiles = session.pages(
            access, region, "bedrock", "list_inference_profiles", "inferenceProfileSummaries", maxResults=1000
        )
        told_at, unseen = None, ""
        try:
            models, told_at = waiting.result()
        except Failed as why:
            if why.finding.facts.get("action") != "bedrock:ListFoundationModels":
                raise
            models, unseen = [], why.words
    found = _joined(profiles, models, told_at or access.now)
    return Listing(access.profile.surface, region, ordered(found), access.now, told_at, unseen)


def resolve(access: Access, region: str, arn: str, listing: Listing | None = None) -> Model:
    """An application inference profile by its ARN; its id says nothing, so its models are asked for.

    With the region's `listing` nothing but the profile is asked for.
    """

    def ask() -> Model:
        profile = session.call(access, region, "bedrock", "get_inference_profile", inferenceProfileIdentifier=arn)
        if listing is not None:
            return _dated(_profile(profile, {}, access.now), listing)
        models, told_at = _foundation(access, region)
        return _profile(profile, {model["modelId"]: model for model in models}, told_at or access.now)

    return within(ask, access, region, session.address(access, region))


def _dated(model: Model, listing: Listing) -> Model:
    """The model with the lifecycle that the listing has for what is behind it."""
    same = next((one for one in listing.models if one.base == model.base), model)
    return msgspec.structs.replace(model, lifecycle=same.lifecycle, legacy_on=same.legacy_on, ends_on=same.ends_on)


def regions(like: str = "", service: str = "bedrock") -> tuple[str, ...]:
    """The regions where Bedrock, or another service, has an endpoint, from the SDK's own data.

    No request, and no AWS profile is read. All there are, or those of the partition that `like` is in; `like` alone
    where the SDK knows none there.
    """
    from botocore.exceptions import UnknownRegionError
    from botocore.loaders import create_loader
    from botocore.regions import EndpointResolver

    known = EndpointResolver(create_loader().load_data("endpoints"))
    try:
        partitions = [known.get_partition_for_region(like)] if like else known.get_available_partitions()
    except UnknownRegionError:
        partitions = []
    found = {region for partition in partitions for region in known.get_available_endpoints(service, partition)}
    return tuple(sorted(found)) or (like,)


def _foundation(access: Access, region: str) -> tuple[list[Mapping[str, Any]], datetime.datetime | None]:
    """The models, and the provider's own time. The one listing that has no pages."""
    answer = session.call(access, region, "bedrock", "list_foundation_models")
    models = session.held(answer, "modelSummaries", access, region, "bedrock", "list_foundation_models")
    return models, clock(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}))


def _joined(
    profiles: Iterable[Mapping[str, Any]], models: Iterable[Mapping[str, Any]], now: datetime.datetime
) -> list[Model]:
    """Profiles and models that can be invoked on demand, Claude's alone."""
    claude = {model["modelId"]: model for model in models if model["modelId"].startswith("anthropic.")}
    found = [_profile(profile, claude, now) for profile in profiles]
    found += [
        _model(model, now) for model in claude.values() if "ON_DEMAND" in model.get("inferenceTypesSupported", ())
    ]
    return [model for model in found if model.tier is not None]


def _profile(profile: Mapping[str, Any], claude: Mapping[str, Mapping[str, Any]], now: datetime.datetime) -> Model:
    arns = [entry["modelArn"] for entry in profile["models"] if entry["modelArn"].count(":") >= _COLONS]
    inner = next((arn.rpartition("/")[2] for arn in arns if "anthropic." in arn), "")
    application = profile.get("type") == "APPLICATION"
    base = _model(claude.get(inner, {"modelId": inner}), now)
    return Model(
        id=profile["inferenceProfileArn"] if application else profile["inferenceProfileId"],
        tier=base.tier,
        version=base.version,
        name=profile.get("inferenceProfileName", base.name),
        lifecycle=base.lifecycle,
        kind="application-profile" if application else "inference-profile",
        legacy_on=base.legacy_on,
        ends_on=base.ends_on,
        destinations=tuple(dict.fromkeys(_region(arn) for arn in arns)),
        arn=profile["inferenceProfileArn"],
        base=inner,
    )


def _region(arn: str) -> str:
    """The region of a model's ARN; a global profile's has none: `arn:aws:bedrock:::foundation-model/…`."""
    return arn.split(":")[3] or WORLD


def _model(model: Mapping[str, Any], now: datetime.datetime) -> Model:
    tier, version = family(model["modelId"])
    life = model.get("modelLifecycle", {})
    ends_on = _moment(life.get("endOfLifeTime"))
    status = life.get("status")
    return Model(
        id=model["modelId"],
        tier=tier,
        version=version,
        name=model.get("modelName", model["modelId"]),
        lifecycle=lifecycle_at(now, None if status is None else status == "LEGACY", ends_on),
        kind="model",
        legacy_on=_moment(life.get("legacyTime")),
        ends_on=ends_on,
        arn=model.get("modelArn"),
        base=model["modelId"],
    )


def _moment(value: object) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC)
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else None
