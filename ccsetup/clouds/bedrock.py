"""Bedrock's catalogue with boto3: inference profiles and foundation models, joined by ARN.

Ids are read, never constructed. Profile and region are always passed: boto3 does not read AWS_REGION, and takes
AWS_DEFAULT_PROFILE before AWS_PROFILE; the client never reads it.
"""

import datetime
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ccsetup.catalogue import WORLD, Listing, Model, family, lifecycle_at, ordered
from ccsetup.clouds import ATTEMPTS, CONNECT_SECONDS, REQUEST_SECONDS, Access, Failed, failed, transport, within
from ccsetup.recognise import Said

if TYPE_CHECKING:
    import boto3

_LOCK = threading.Lock()  # creating sessions and clients is not thread-safe in boto3; using clients is
_SETTINGS = {  # what boto3 would read from the process, which knows nothing of a profile's [env]
    "AWS_CONFIG_FILE": "config_file",
    "AWS_SHARED_CREDENTIALS_FILE": "credentials_file",
    "AWS_CA_BUNDLE": "ca_bundle",
}
_MOVED = ("ANTHROPIC_BEDROCK_BASE_URL", "AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL")


def look(access: Access, region: str) -> Listing:
    """The Claude models that the account lists in `region`; Failed when it cannot be had."""
    client = _client(access, region)
    try:
        profiles = [
            profile
            for page in client.get_paginator("list_inference_profiles").paginate(PaginationConfig={"PageSize": 1000})
            for profile in page["inferenceProfileSummaries"]
        ]
        models = client.list_foundation_models()["modelSummaries"]
    except Exception as why:
        raise failure(why, access, region) from why
    return Listing("bedrock", region, ordered(_joined(profiles, models, access.now)), access.now)


def resolve(access: Access, region: str, arn: str) -> Model:
    """An application inference profile by its ARN; its id says nothing, so its models are asked for."""

    def ask() -> Model:
        client = _client(access, region)
        try:
            profile = client.get_inference_profile(inferenceProfileIdentifier=arn)
            models = client.list_foundation_models()["modelSummaries"]
        except Exception as why:
            raise failure(why, access, region) from why
        return _profile(profile, {model["modelId"]: model for model in models}, access.now)

    return within(ask, access, region, address(access, region))


def failure(why: Exception, access: Access, region: str) -> Failed:
    """What an exception of boto3 on the way to `region` means."""
    from botocore.exceptions import ClientError

    if isinstance(why, ClientError):
        error, meta = why.response["Error"], why.response["ResponseMetadata"]
        said = Said(meta["HTTPStatusCode"], error.get("Code", ""), error.get("Message", ""))
    else:
        said = Said(None, type(why).__name__, str(why))
    return failed(said, access, region, address(access, region))


def address(access: Access, region: str) -> str:
    """Where the look-up goes, as far as that can be told without asking the SDK."""
    return _moved(access) or f"https://bedrock.{region}.amazonaws.com"


def _moved(access: Access) -> str | None:
    """The profile's own address. The shell's AWS_ENDPOINT_URL* are not in its environment; boto3 reads them itself."""
    return next((access.environment[name] for name in _MOVED if access.environment.get(name)), None)


def regions(like: str = "") -> tuple[str, ...]:
    """The regions where Bedrock has an endpoint, from the SDK's own data; no request, and no AWS profile is read.

    All there are, or those of the partition that `like` is in; `like` alone where the SDK knows none there.
    """
    from botocore.exceptions import UnknownRegionError
    from botocore.loaders import create_loader
    from botocore.regions import EndpointResolver

    known = EndpointResolver(create_loader().load_data("endpoints"))
    try:
        partitions = [known.get_partition_for_region(like)] if like else known.get_available_partitions()
    except UnknownRegionError:
        partitions = []
    found = {region for partition in partitions for region in known.get_available_endpoints("bedrock", partition)}
    return tuple(sorted(found)) or (like,)


def _client(access: Access, region: str) -> Any:  # noqa: ANN401 - boto3 makes its clients' types at run time
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=REQUEST_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        signature_version="bearer" if "bearer_token" in access.secrets else "v4",
        max_pool_connections=4,
    )
    try:
        with _LOCK:
            return _session(access).client("bedrock", region_name=region, endpoint_url=_moved(access), config=config)
    except (BotoCoreError, ValueError, OSError) as why:
        raise failure(why, access, region) from why


@cache
def _session(access: Access) -> "boto3.Session":
    """One session a profile: a further one would load the service models again, 12 MB each."""
    import boto3
    import botocore.session
    from botocore.credentials import CredentialResolver

    bearer = access.secrets.get("bearer_token")
    profile = None if bearer else access.environment.get("AWS_PROFILE") or None
    inner = botocore.session.Session(profile=profile)
    for variable, setting in _SETTINGS.items():
        if value := access.environment.get(variable):
            inner.set_config_variable(setting, value)
    inner.register("before-send", transport.sender(access.environment))  # for STS and SSO on the way, too
    if bearer:
        inner.register_component("token_provider", _Token(bearer.reveal()))
        inner.register_component("credential_provider", CredentialResolver([]))  # none wanted, none looked for
    elif profile is None:  # with one, keys in variables count as little for boto3 as for the client
        inner.get_component("credential_provider").get_provider("env").environ = access.environment
    return boto3.Session(botocore_session=inner)


class _Token:
    """A bearer token of one session, handed over without the process environment: profiles run side by side."""

    def __init__(self, token: str) -> None:
        self.__token = token

    def load_token(self, **_: object) -> "_Token":
        return self

    def get_frozen_token(self) -> Any:  # noqa: ANN401 - botocore's own type
        from botocore.tokens import FrozenAuthToken

        return FrozenAuthToken(self.__token)


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
    arns = [entry["modelArn"] for entry in profile.get("models", ())]
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
    )


def _moment(value: object) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC)
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else None
