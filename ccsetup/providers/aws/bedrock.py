"""Bedrock's catalogue with boto3: inference profiles and foundation models, joined by ARN.

Ids are read, never constructed. Profile and region are always passed: boto3 does not read AWS_REGION, and prefers
AWS_DEFAULT_PROFILE, which the client never reads, to AWS_PROFILE.
"""

import datetime
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import msgspec

from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Access, Failed, call_within_limit, provider_time
from ccsetup.providers.aws import endpoints, service_data, session
from ccsetup.providers.catalogue import WORLD, Listing, Model, lifecycle_at, parse_family, sort_models

_COLONS = 5  # of an ARN, at least
_LOCK = threading.Lock()  # many threads may need the regions at once


def list_models(access: Access, region: str) -> Listing:
    """List the Claude models of the account in `region`; raises Failed if that is not possible. A base URL that serves
    models alone is left for the region's own control host.

    The client documents ListInferenceProfiles as the only permission it needs; without permission to list foundation
    models, the lifecycles are unknown.
    """
    try:
        return _list(access, region)
    except Failed as error:
        if not endpoints.leave_base(access, error):
            raise
    return _list(access, region)


def _list(access: Access, region: str) -> Listing:
    session.client(access, "bedrock", region)  # create the client once, before two threads need it
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_foundation, access, region)
        profiles = session.read_pages(
            access, region, "bedrock", "list_inference_profiles", "inferenceProfileSummaries", maxResults=1000
        )
        told_at, unseen = None, ""
        try:
            models, told_at = waiting.result()
        except Failed as error:
            if error.finding.facts.get("action") != "bedrock:ListFoundationModels":
                raise
            models, unseen = [], error.words
    entries = _joined(profiles, models, told_at or access.now)
    return Listing(access.profile.surface, region, sort_models(entries), access.now, told_at, unseen)


def resolve(access: Access, region: str, arn: str, listing: Listing | None = None) -> Model:
    """Read an application inference profile by its ARN. Its id does not name a model, so the models are read too.

    With the region's `listing`, only the profile is requested.
    """

    def ask() -> Model:
        try:
            profile = session.call(access, region, "bedrock", "get_inference_profile", inferenceProfileIdentifier=arn)
        except Failed as error:
            if not error.has_code("ResourceNotFoundException"):
                raise
            facts = {"profile": access.name, "place": region, "model": arn, "lists": "lists"}
            raise Failed("denied", Finding("model-gone", facts), error.said) from error
        if listing is not None:
            return _dated(_profile(profile, {}, access.now), listing)
        models, told_at = _foundation(access, region)
        return _profile(profile, {model["modelId"]: model for model in models}, told_at or access.now)

    return call_within_limit(ask, access, region, session.address(access, region))


def _dated(model: Model, listing: Listing) -> Model:
    """The model with the lifecycle that the listing has for its foundation model."""
    same = next((entry for entry in listing.models if entry.base == model.base), model)
    return msgspec.structs.replace(model, lifecycle=same.lifecycle, legacy_on=same.legacy_on, ends_on=same.ends_on)


def regions(like: str = "", service: str = "bedrock") -> tuple[str, ...]:
    """The regions where Bedrock, or another service, has an endpoint, from the SDK's own data.

    Makes no request and reads no AWS profile. Returns all regions, or those of the partition that contains `like`; only
    `like` if the SDK knows none there.
    """
    from botocore.exceptions import UnknownRegionError

    with _LOCK:
        resolver = _resolver()
    try:
        partitions = [resolver.get_partition_for_region(like)] if like else resolver.get_available_partitions()
    except UnknownRegionError:
        partitions = []
    names = {region for partition in partitions for region in resolver.get_available_endpoints(service, partition)}
    return tuple(sorted(names)) or (like,)


@cache
def _resolver() -> Any:  # noqa: ANN401 - botocore has no types
    """botocore's endpoints, read once."""
    from botocore.regions import EndpointResolver

    return EndpointResolver(service_data.loader().load_data("endpoints"))


def _foundation(access: Access, region: str) -> tuple[list[Mapping[str, Any]], datetime.datetime | None]:
    """The foundation models, and the provider's own time. This listing has no pages."""
    answer = session.call(access, region, "bedrock", "list_foundation_models")
    models = session.read_list(answer, "modelSummaries", access, region, "bedrock", "list_foundation_models")
    return models, provider_time(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}))


def _joined(
    profiles: Iterable[Mapping[str, Any]], models: Iterable[Mapping[str, Any]], now: datetime.datetime
) -> list[Model]:
    """The Claude entries among the profiles and the models with on-demand invocation."""
    claude = {model["modelId"]: model for model in models if model["modelId"].startswith("anthropic.")}
    entries = [_profile(profile, claude, now) for profile in profiles]
    entries += [
        _model(model, now) for model in claude.values() if "ON_DEMAND" in model.get("inferenceTypesSupported", ())
    ]
    return [model for model in entries if model.tier is not None]


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
    """The region of a model's ARN; a global profile's ARN has none: `arn:aws:bedrock:::foundation-model/…`."""
    return arn.split(":")[3] or WORLD


def _model(model: Mapping[str, Any], now: datetime.datetime) -> Model:
    tier, version = parse_family(model["modelId"])
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
