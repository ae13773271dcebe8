"""Who asks, in which account, and whether the profile's region takes it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped, result_for_failure
from ccsetup.providers import regions
from ccsetup.providers.access import Failed
from ccsetup.providers.aws import session

_OFF = ("DISABLED", "DISABLING", "ENABLING")  # what the account's list of regions says of one
_UNKNOWN_THERE = ("aws-key-invalid", "aws-region-disabled")  # how a region that is off speaks of the best key
_BUSY = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException")  # of STS


@dataclass(frozen=True, slots=True)
class Caller:
    """As STS knows the identity. `refused` is set where the profile's own region does not know it."""

    arn: str
    account: str
    refused: bool = False


def kind(case: Case) -> str:
    """What the profile holds instead of AWS credentials."""
    return "a Bedrock API key" if "bearer_token" in case.access.secrets else "an API key"


def caller(case: Case) -> Caller | None:
    """Who asks, asked once; None for an API key, of which nobody says whose it is. Failed where STS refuses."""
    if case.access.credentials:
        return None
    return case.ask(("caller", case.place), lambda: _caller(case))


def known_caller(case: Case) -> Caller | None:
    """The same, and None where it could not be had: for probes that can say less without it."""
    try:
        return caller(case)
    except Failed:
        return None


def is_off(why: Failed) -> bool:
    """Whether a refusal reads as if the account had not switched the region on."""
    return why.finding.check in _UNKNOWN_THERE


def identity(case: Case) -> Iterator[Result]:
    """Who asks, by STS, which every identity may ask."""
    try:
        found = caller(case)
    except Failed as why:
        busy = why.is_busy or why.has_code(*_BUSY)
        yield Broken("identity", why.words) if busy else result_for_failure(case, "identity", why)
        return
    if found is None:
        yield Skipped("identity", f"{kind(case)} does not say whose it is")
        return
    yield Passed("identity", f"{found.arn} in account {found.account}")


def account(case: Case) -> Iterator[Result]:
    """The guard of `[expect]`."""
    expected = case.profile.expect.get("account")
    if not expected:
        return
    found = known_caller(case)
    if found is None:
        yield Skipped("account", "it is not known who asks")
    elif found.account != expected:
        yield case.finding("aws-account-unexpected", account=found.account, expected=expected, arn=found.arn)
    else:
        yield Passed("account", found.account)


def region(case: Case) -> Iterator[Result]:
    """Whether there is such a region, with Bedrock in it; by the SDK's own list, without a request."""
    unknown = regions.unknown("region", case.place)
    if unknown is None:
        yield Passed("region", case.place)
        return
    nearest = " or ".join(unknown.nearest) or "us-east-1"
    if regions.is_region(case.place):
        yield case.finding("aws-region-without-bedrock", nearest=nearest)
    else:
        yield case.finding("aws-region-invalid", nearest=nearest)


def enabled(case: Case) -> Iterator[Result]:
    """Whether the account has switched the region on."""
    found = known_caller(case)
    if found is None:
        yield Skipped("region-enabled", "it is not known who asks")
    elif found.refused:
        yield case.finding("aws-region-disabled")
    else:
        yield from _status(case)


def _status(case: Case) -> Iterator[Result]:
    home = regions.home(case.place)
    if not home or home == case.place:
        yield Passed("region-enabled", "always on")
        return
    try:
        listed = case.ask(
            ("regions", home),
            lambda: session.read_pages(case.access, home, "account", "list_regions", "Regions", MaxResults=50),
        )
    except Failed as why:
        yield Skipped("region-enabled", why.finding.facts.get("action") or why.words)
        return
    status = next((one["RegionOptStatus"] for one in listed if one["RegionName"] == case.place), "")
    if status in _OFF:
        yield case.finding("aws-region-disabled", status=status)
    elif status:
        yield Passed("region-enabled", status)
    else:
        yield Skipped("region-enabled", "AWS does not list it")


def _caller(case: Case) -> Caller:
    """Asked in the profile's region, and in the partition's own where that one refuses or is none."""
    home = regions.home(case.place)
    if not regions.is_region(case.place):
        return _at(case, home)
    try:
        return _at(case, case.place)
    except Failed as why:
        if not is_off(why) or home in ("", case.place):
            raise
        try:
            return replace(_at(case, home), refused=True)
        except Failed:
            raise why from None


def _at(case: Case, region: str) -> Caller:
    found = case.ask(("sts", region), lambda: session.call(case.access, region, "sts", "get_caller_identity"))
    return Caller(found["Arn"], found["Account"])
