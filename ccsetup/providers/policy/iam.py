"""The IAM policy that lets an identity invoke exactly the pinned models of Bedrock.

A call through an inference profile needs permission for the profile and for the model in every region that the profile
may send it to; a global profile also needs the model's ARN without a region.
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
    """What a pin needs: its profile's ARN (None for a model invoked directly), and the ARNs of models."""

    profile: str | None
    models: tuple[str, ...]

    @property
    def application(self) -> bool:
        return self.profile is not None and ":application-inference-profile/" in self.profile


@dataclass(frozen=True, slots=True)
class Statement:
    """One Allow statement; `when` is its condition."""

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


def exact_target(model: Model, region: str, partition: str) -> ModelTarget | None:
    """What an entry of the catalogue needs; None where the catalogue does not say where it may be served."""
    if not model.base or (model.kind != "model" and not (model.arn and model.destinations)):
        return None
    if model.kind == "model":
        return ModelTarget(None, (model_arn(partition, region, model.base),))
    regions = ["" if name == WORLD else name for name in model.destinations]
    if "" in regions and region not in regions:
        regions.append(region)  # a global profile needs permission in its own region too
    return ModelTarget(model.arn, tuple(model_arn(partition, name, model.base) for name in regions))


def any_region_target(pin: str, region: str, account: str, partition: str) -> ModelTarget | None:
    """The target for a pin with unknown destinations: its model in any region. Returns None if the id does not name the
    model."""
    if pin.startswith("arn:") and ":inference-profile/" not in pin:
        return None
    id_ = pin.rpartition("/")[2]
    base = _PREFIX.sub("", id_)
    if not base.startswith("anthropic."):
        return None
    if base == id_:
        return ModelTarget(None, (model_arn(partition, region, base),))
    arn = pin if pin.startswith("arn:") else f"arn:{partition}:bedrock:{region}:{account}:inference-profile/{id_}"
    return ModelTarget(arn, (model_arn(partition, "*", base),))


def model_arn(partition: str, region: str, base: str) -> str:
    """The ARN of a model; that of a global profile's model has no region ("")."""
    return f"arn:{partition}:bedrock:{region}::foundation-model/{base}"


def statements(targets: Sequence[ModelTarget], blocks: Iterable[Block]) -> tuple[Statement, ...]:
    """The policy's statements: the profiles, the models behind them, models without a profile, then the blocks."""
    aws = least_privilege.load_policy().aws
    profiles = _each(target.profile for target in targets if target.profile)
    behind = _each(arn for target in targets if target.profile for arn in target.models)
    direct = _each(arn for target in targets if not target.profile for arn in target.models)
    applications = _each(target.profile for target in targets if target.profile and target.application)
    listing = [
        Statement("InvokeProfiles", aws.invoke, profiles, {}),
        Statement("InvokeModelsThroughProfiles", aws.invoke, behind, {aws.through: profiles}),
        Statement("InvokeModels", aws.invoke, direct, {}),
        Statement("ResolveApplicationProfiles", aws.resolve, applications, {}),
    ]
    listing += [
        Statement(block.sid, block.actions, ("*",), {key: (value,) for key, value in block.when.items()})
        for block in blocks
    ]
    return tuple(statement for statement in listing if statement.resources)


def policy_document(policy: Iterable[Statement]) -> dict[str, object]:
    """The policy document in IAM's format."""
    return {"Version": VERSION, "Statement": [_shown(statement) for statement in policy]}


def _shown(statement: Statement) -> dict[str, object]:
    shown: dict[str, object] = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": list(statement.actions),
        "Resource": list(statement.resources),
    }
    if statement.when:
        shown["Condition"] = {statement.test: {key: list(values) for key, values in statement.when.items()}}
    return shown


def size(policy: Iterable[Statement]) -> int:
    """The number of characters that IAM counts."""
    return len(msgspec.json.encode(policy_document(policy)))


def _each(arns: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(arn for arn in arns if arn))
