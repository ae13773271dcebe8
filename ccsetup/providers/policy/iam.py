"""The IAM policy that lets an identity invoke exactly the pinned models of Bedrock.

A call through an inference profile is authorised against the profile and against the model in every region the profile
may send it to; a global profile also against the model's ARN without a region.
https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ccsetup.providers.catalogue import WORLD, Model
from ccsetup.providers.policy import least_privilege
from ccsetup.providers.policy.least_privilege import Block

VERSION = "2012-10-17"
_EXACT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*")  # no wildcard and no variable of IAM's
_PREFIX = re.compile(r"^(?:[a-z-]+\.)?(?=anthropic\.)")


@dataclass(frozen=True, slots=True)
class ModelTarget:
    """What a pin needs: its profile's ARN, None for a model that is invoked directly, and the ARNs of models."""

    profile: str | None
    models: tuple[str, ...]

    @property
    def application(self) -> bool:
        return self.profile is not None and ":application-inference-profile/" in self.profile


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; every one of them allows. `like` is whether the condition's values hold a wildcard."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]]

    @property
    def test(self) -> str:
        wild = any("*" in value for values in self.when.values() for value in values)
        return "StringLike" if wild else "StringEquals"


def is_exact(text: str) -> bool:
    """Whether it names one thing in a policy, rather than all that it matches."""
    return _EXACT.fullmatch(text) is not None


def exact(model: Model, region: str, partition: str) -> ModelTarget | None:
    """What an entry of the catalogue needs; None where the catalogue does not say where it may be served."""
    if not model.base or (model.kind != "model" and not (model.arn and model.destinations)):
        return None
    if model.kind == "model":
        return ModelTarget(None, (foundation(partition, region, model.base),))
    regions = ["" if one == WORLD else one for one in model.destinations]
    if "" in regions and region not in regions:
        regions.append(region)  # a global profile is authorised in its own region too
    return ModelTarget(model.arn, tuple(foundation(partition, one, model.base) for one in regions))


def anywhere(pin: str, region: str, account: str, partition: str) -> ModelTarget | None:
    """The same for a pin whose destinations nobody knows: its model in any region. None where the id does not tell the
    model."""
    if pin.startswith("arn:") and ":inference-profile/" not in pin:
        return None
    id_ = pin.rpartition("/")[2]
    base = _PREFIX.sub("", id_)
    if not base.startswith("anthropic."):
        return None
    if base == id_:
        return ModelTarget(None, (foundation(partition, region, base),))
    arn = pin if pin.startswith("arn:") else f"arn:{partition}:bedrock:{region}:{account}:inference-profile/{id_}"
    return ModelTarget(arn, (foundation(partition, "*", base),))


def foundation(partition: str, region: str, base: str) -> str:
    """The ARN of a model; that of a global profile's model has no region ("")."""
    return f"arn:{partition}:bedrock:{region}::foundation-model/{base}"


def statements(targets: Sequence[ModelTarget], blocks: Iterable[Block]) -> tuple[Statement, ...]:
    """The policy's statements: the profiles, the models behind them, models without a profile, then the blocks."""
    aws = least_privilege.load_policy().aws
    profiles = _each(target.profile for target in targets if target.profile)
    behind = _each(arn for target in targets if target.profile for arn in target.models)
    direct = _each(arn for target in targets if not target.profile for arn in target.models)
    applications = _each(target.profile for target in targets if target.profile and target.application)
    found = [
        Statement("InvokeProfiles", aws.invoke, profiles, {}),
        Statement("InvokeModelsThroughProfiles", aws.invoke, behind, {aws.through: profiles}),
        Statement("InvokeModels", aws.invoke, direct, {}),
        Statement("ResolveApplicationProfiles", aws.resolve, applications, {}),
    ]
    found += [
        Statement(block.sid, block.actions, ("*",), {key: (value,) for key, value in block.when.items()})
        for block in blocks
    ]
    return tuple(one for one in found if one.resources)


def policy_document(found: Iterable[Statement]) -> dict[str, object]:
    """The policy as IAM reads it."""
    return {"Version": VERSION, "Statement": [_shown(one) for one in found]}


def _shown(one: Statement) -> dict[str, object]:
    shown: dict[str, object] = {
        "Sid": one.sid,
        "Effect": "Allow",
        "Action": list(one.actions),
        "Resource": list(one.resources),
    }
    if one.when:
        shown["Condition"] = {one.test: {key: list(values) for key, values in one.when.items()}}
    return shown


def size(found: Iterable[Statement]) -> int:
    """The characters that IAM counts."""
    return len(msgspec.json.encode(policy_document(found)))


def _each(arns: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(arn for arn in arns if arn))
