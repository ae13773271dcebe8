"""Bedrock's catalogue in a region on a day: foundation models and inference profiles, in its own format."""

import datetime
from collections.abc import Iterator

from ccsetup.lab.aws.state import Account, ApplicationProfile, Aws, Model, Region
from ccsetup.lab.world import World


def offered(aws: Aws, region: Region, today: datetime.date) -> Iterator[Model]:
    """The models that a region lists: callable there in any way, started and not yet removed."""
    for model in aws.model:
        profiled = any(aws.geography[name].reaches(region.name) for name in model.profiles)
        if model.shown(today) and (profiled or region.name in (*model.on_demand, *model.provisioned)):
            yield model


def model_summary(aws: Aws, model: Model, region: Region, today: datetime.date) -> dict[str, object]:
    lifecycle: dict[str, object] = {"status": "LEGACY" if model.is_legacy(today) else "ACTIVE"}
    days = {
        "startOfLifeTime": model.starts,
        "legacyTime": model.legacy,
        "publicExtendedAccessTime": model.extended,
        "endOfLifeTime": model.ends,
    }
    lifecycle |= {name: f"{day.isoformat()}T00:00:00Z" for name, day in days.items() if day and model.tells}
    return {
        "modelArn": model_arn(region, model.id),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": list(model.modalities),
        "outputModalities": ["TEXT"] if "embed" not in model.id else ["EMBEDDING"],
        "responseStreamingSupported": model.streams,
        "customizationsSupported": [],
        "inferenceTypesSupported": list(inference_types(aws, model, region)),
        "modelLifecycle": lifecycle,
    }


def inference_types(aws: Aws, model: Model, region: Region) -> Iterator[str]:
    if region.name in model.on_demand:
        yield "ON_DEMAND"
    if region.name in model.provisioned:
        yield "PROVISIONED"
    if any(aws.geography[name].reaches(region.name) for name in model.profiles):
        yield "INFERENCE_PROFILE"


def model_arn(region: Region, model: str, place: str | None = None) -> str:
    return f"arn:{region.partition}:bedrock:{region.name if place is None else place}::foundation-model/{model}"


def system_profiles(world: World, region: Region, account: Account) -> tuple[dict[str, object], ...]:
    """Every system-defined profile of a region, with its destinations from there."""
    aws = world.aws
    return tuple(
        _profile(
            f"{name}.{model.id}",
            f"{name.upper() if name != 'global' else 'Global'} {model.provider} {model.name}",
            f"arn:{region.partition}:bedrock:{region.name}:{account.id}:inference-profile/{name}.{model.id}",
            tuple(model_arn(region, model.id, place) for place in reach),
            "SYSTEM_DEFINED",
            model.starts or world.today,
        )
        for model in aws.model
        if model.shown(world.today)
        for name in model.profiles
        if (reach := aws.geography[name].reaches(region.name))
    )


def application_profiles(world: World, region: Region, account: Account) -> tuple[dict[str, object], ...]:
    system = {str(profile["inferenceProfileId"]): profile for profile in system_profiles(world, region, account)}
    return tuple(
        _profile(
            own.id,
            own.name,
            f"arn:{region.partition}:bedrock:{region.name}:{account.id}:application-inference-profile/{own.id}",
            _copied(own, system, region),
            "APPLICATION",
            world.today,
        )
        for own in account.application_profiles
        if own.region == region.name
    )


def find_profile(world: World, region: Region, account: Account, identifier: str) -> dict[str, object] | None:
    """The profile with this id or ARN; None if not found, as for an ARN of another region or account."""
    everything = (*system_profiles(world, region, account), *application_profiles(world, region, account))
    return next(
        (
            profile
            for profile in everything
            if identifier in (profile["inferenceProfileId"], profile["inferenceProfileArn"])
        ),
        None,
    )


def find_model(world: World, region: Region, identifier: str) -> Model | None:
    """The model with this id or foundation model ARN; None if the region does not list it."""
    bare = identifier.rpartition("foundation-model/")[2]
    return next((model for model in offered(world.aws, region, world.today) if model.id == bare), None)


def destinations(profile: dict[str, object]) -> tuple[str, ...]:
    """The model ARNs of a profile."""
    models = profile["models"]
    return tuple(model["modelArn"] for model in models) if isinstance(models, list) else ()


def _copied(own: ApplicationProfile, system: dict[str, dict[str, object]], region: Region) -> tuple[str, ...]:
    return destinations(system[own.copies]) if own.copies in system else (model_arn(region, own.copies),)


def _profile(
    identifier: str, name: str, arn: str, models: tuple[str, ...], kind: str, created: datetime.date
) -> dict[str, object]:
    return {
        "inferenceProfileId": identifier,
        "inferenceProfileName": name,
        "description": f"Routes requests to {name}.",
        "createdAt": f"{created.isoformat()}T00:00:00Z",
        "updatedAt": f"{created.isoformat()}T00:00:00Z",
        "inferenceProfileArn": arn,
        "models": [{"modelArn": arn} for arn in models],
        "status": "ACTIVE",
        "type": kind,
    }
