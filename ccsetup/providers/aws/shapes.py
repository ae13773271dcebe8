"""AWS's answers as AWS's own model describes them. botocore parses, and takes a value of any form for any other."""

import datetime
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

_ABSENT = object()
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z", re.ASCII)
_PLAIN: Mapping[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "string": (str,),
    "character": (str,),
    "timestamp": (datetime.datetime,),
    "blob": (bytes, str),
}
_NUMBERS = ("integer", "long", "float", "double", "bigdecimal")
_LARGEST = 10**18
_NEEDED: Mapping[str, tuple[str, ...]] = {  # what ccsetup reads, and AWS's model does not promise
    "InferenceProfileSummary": ("inferenceProfileArn", "inferenceProfileId", "models"),
    "GetInferenceProfileResponse": ("inferenceProfileArn", "inferenceProfileId", "models"),
    "InferenceProfileModel": ("modelArn",),
    "FoundationModelSummary": ("modelId",),
    "GetFoundationModelAvailabilityResponse": (
        "agreementAvailability", "authorizationStatus", "entitlementAvailability",
    ),
    "AgreementAvailability": ("status",),
    "GetCallerIdentityResponse": ("Arn", "Account"),
    "Region": ("RegionName", "RegionOptStatus"),
    "ServiceQuota": ("QuotaCode", "QuotaName", "Value"),
    "GetServiceQuotaResponse": ("Quota",),
    "GetAWSDefaultServiceQuotaResponse": ("Quota",),
    "RequestedServiceQuotaChange": ("QuotaCode", "DesiredValue"),
    "MetricDataResult": ("Id",),
}  # fmt: skip
_ENOUGH: Mapping[str, tuple[str, ...]] = {"TermDetails": ("usageBasedPricingTerm",)}  # it requires more


class Misshapen(Exception):
    """The answer as a whole is not the one that the model describes."""


def checked(answer: Mapping[str, Any], shape: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore's own type
    """The answer without members of another form; an entry of a list goes as a whole where it lacks what its model
    requires. Misshapen where the answer itself does."""
    found: Any = _fitting(answer, shape) if shape is not None else {}
    if found is _ABSENT:
        raise Misshapen
    meta = answer.get("ResponseMetadata")
    return {**found, "ResponseMetadata": meta if isinstance(meta, dict) else {}}


def moment(value: object) -> datetime.datetime | None:
    """botocore's reading of a time, in UTC; None, which fits no shape, for one that is none: it would raise, and lose
    the whole answer."""
    from botocore.utils import parse_timestamp

    if isinstance(value, str) and _USUAL.fullmatch(value):
        with suppress(ValueError):
            return datetime.datetime.fromisoformat(value)  # a hundred times as fast as botocore's
    try:
        found: datetime.datetime = parse_timestamp(value)
        return (found if found.tzinfo else found.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    except (ValueError, TypeError, OverflowError, AttributeError, OSError):
        return None


def _fitting(value: object, shape: Any) -> Any:  # noqa: ANN401
    kind = shape.type_name
    if isinstance(value, _PLAIN.get(kind, ())):  # first, as nearly all values are such
        return value
    found: Any = _ABSENT
    match kind, value:
        case "structure", dict():
            members = shape.members
            held = _held((name, one, members[name]) for name, one in value.items() if name in members)
            needed = _ENOUGH.get(shape.name, (*shape.required_members, *_NEEDED.get(shape.name, ())))
            found = held if all(name in held for name in needed) else _ABSENT
        case "list", list():
            found = [*_held((at, one, shape.member) for at, one in enumerate(value)).values()]
        case "map", dict():
            found = _held((name, one, shape.value) for name, one in value.items() if isinstance(name, str))
        case _, int() | float() if kind in _NUMBERS and not isinstance(value, bool):
            found = value if abs(value) < _LARGEST else _ABSENT
    return found


def _held(entries: Iterable[tuple[Any, object, Any]]) -> dict[Any, Any]:
    """The entries, given as (key, value, shape), whose values fit their shapes."""
    found = {key: _fitting(value, shape) for key, value, shape in entries}
    return {key: value for key, value in found.items() if value is not _ABSENT}
