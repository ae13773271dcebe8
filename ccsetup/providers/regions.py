"""Regions of Bedrock and locations of Vertex, so that a misspelt place is refused before any request."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import close_matches

FIRST = ("global", "us", "eu")  # Claude's newest models on Vertex are at these

# SUPPORTED_REGIONS of google-cloud-aiplatform 2.7.0 (its import costs seconds), with the multi-regions; 2026-11-22.
LOCATIONS = (
    *FIRST,
    "africa-south1",
    "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1", "asia-south2",
    "asia-southeast1", "asia-southeast2", "australia-southeast1", "australia-southeast2",
    "europe-central2", "europe-north1", "europe-north2", "europe-southwest1", "europe-west1", "europe-west2",
    "europe-west3", "europe-west4", "europe-west6", "europe-west8", "europe-west9", "europe-west12",
    "me-central1", "me-central2", "me-west1",
    "northamerica-northeast1", "northamerica-northeast2", "southamerica-east1", "southamerica-west1",
    "us-central1", "us-east1", "us-east4", "us-east5", "us-east7", "us-south1", "us-west1", "us-west2", "us-west3",
    "us-west4", "us-west8",
)  # fmt: skip

# The other AWS partitions: the prefix of their regions, the partition's name in ARNs, and the region that an account
# cannot disable ("": unknown). botocore's partitions.json, 2026-11-24.
_ELSEWHERE = (
    ("us-gov-", "aws-us-gov", "us-gov-west-1"),
    ("cn-", "aws-cn", "cn-north-1"),
    ("us-iso-", "aws-iso", ""),
    ("us-isob-", "aws-iso-b", ""),
    ("us-isof-", "aws-iso-f", ""),
    ("eu-isoe-", "aws-iso-e", ""),
    ("eusc-", "aws-eusc", ""),
)


@cache
def regions() -> tuple[str, ...]:
    """The regions that have Bedrock; imports boto3, which is slow."""
    from ccsetup.providers.aws import bedrock

    return bedrock.regions()


@cache
def is_region(name: str) -> bool:
    """Whether AWS has the region; True for partitions whose regions the SDK may not know."""
    from ccsetup.providers.aws import bedrock

    return _is_elsewhere(name) or name in bedrock.regions(service="sts")


def home(region: str) -> str:
    """The region that an account of this partition cannot disable; "" if unknown."""
    return next((home for start, _, home in _ELSEWHERE if region.startswith(start)), "us-east-1")


def partition(region: str) -> str:
    """The AWS partition of a region, as named in ARNs."""
    return next((name for start, name, _ in _ELSEWHERE if region.startswith(start)), "aws")


def _may_have_bedrock(region: str) -> bool:
    """Whether the SDK knows Bedrock there, or, in another AWS partition, anywhere in it."""
    if _is_elsewhere(region):
        return any(partition(known) == partition(region) for known in regions())
    return region in regions()


def _is_elsewhere(region: str) -> bool:
    """Whether it is in an AWS partition whose regions the SDK may not know."""
    return partition(region) != "aws"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A region or location that the provider does not have. `nearest` are existing ones with a similar name."""

    problem: str
    nearest: tuple[str, ...]
    examples: str

    @property
    def hint(self) -> str:
        """What to use instead."""
        return f"did you mean {' or '.join(self.nearest)}?" if self.nearest else f"for example {self.examples}"

    def __str__(self) -> str:
        return f"{self.problem}; {self.hint}"


def unknown(kind: Literal["region", "location"], place: str) -> Unknown | None:
    """The error in a region of Bedrock or a location of Vertex AI; None if it is valid."""
    if kind == "region" and not _may_have_bedrock(place):
        near = tuple(close_matches(place, regions()))
        return Unknown(f"Bedrock has no region {place!r}", near, "us-east-1, eu-west-1 or ap-northeast-1")
    if kind == "location" and place not in LOCATIONS:
        near = tuple(close_matches(place, LOCATIONS))
        return Unknown(f"Vertex AI has no location {place!r}", near, "global, us or eu")
    return None


def refuse_unknown(profile: Profile) -> None:
    """Raise UserError for a region or location that does not exist."""
    for answer, value in profile.set.items():
        refuse(profile.surface, answer, value)


def refuse(surface: str, answer: str, value: str) -> None:
    """Raise UserError for an answer that names a place that does not exist, phrased for a `--set` flag."""
    if wrong := find_unknown(surface, answer, value):
        raise UserError(f"--set {answer}={value}: {wrong.problem}", (wrong.hint, "--no-verify accepts it unchecked"))


def doubts(profile: Profile) -> list[str]:
    """What is wrong with the profile's region or location, as far as this machine knows."""
    found = (find_unknown(profile.surface, answer, value) for answer, value in profile.set.items())
    return [str(wrong) for wrong in found if wrong]


def nearest(surface: str, answer: str, value: str) -> str:
    """A hint with the regions or locations that are spelled like a malformed one; empty if none is."""
    found = find_unknown(surface, answer, value)
    return found.hint if found and found.nearest else ""


def find_unknown(surface: str, answer: str, value: str) -> Unknown | None:
    """The error in a setting that names a region or location; None for a valid one, and for other settings."""
    where = find_surface(surface).place
    if where is None or answer != where.answer:
        return None
    if where.checked and where.answer != "resource":
        return unknown(where.answer, value)
    if where.answer == "region" and not is_region(value):
        return Unknown(f"AWS has no region {value!r}", tuple(close_matches(value, regions())), "us-east-1 or eu-west-1")
    return None
