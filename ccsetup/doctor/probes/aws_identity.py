"""Probes of the AWS identity, its account, and the profile's region."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from ccsetup.doctor.probes import expected
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped, result_for_sign_in
from ccsetup.providers import regions
from ccsetup.providers.access import Failed
from ccsetup.providers.aws import session

_OFF = ("DISABLED", "DISABLING", "ENABLING")  # states in the account's list of regions
_UNKNOWN_THERE = ("aws-key-invalid", "aws-region-disabled")  # how a disabled region answers a valid key
_PAIRS = {"aws": "us-gov-west-1", "aws-us-gov": "us-east-1"}  # {partition: a region of the one it is confused with}
_BUSY = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException")  # error codes of STS


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity according to STS. `refused` is True if the profile's own region does not know it."""

    arn: str
    account: str
    refused: bool = False


def kind(case: Case) -> str:
    """Return which kind of key the profile holds instead of AWS credentials."""
    return "a Bedrock API key" if "bearer_token" in case.access.secrets else "an API key"


def caller(case: Case) -> Caller | None:
    """Return the identity, requested once; None for an API key, whose owner is unknown. Raises Failed if STS
    refuses."""
    if case.access.credentials:
        return None
    return case.ask(("caller", case.place), lambda: _caller(case))


def known_caller(case: Case) -> Caller | None:
    """Like `caller`, but None on failure: for probes that can report less without it."""
    try:
        return caller(case)
    except Failed:
        return None


def is_off(error: Failed) -> bool:
    """Whether a refusal looks as if the region was not enabled in the account."""
    return error.finding.check in _UNKNOWN_THERE


def identity(case: Case) -> Iterator[Result]:
    """Report the identity, by STS, which every identity may call."""
    try:
        sender = caller(case)
    except Failed as error:
        busy = error.is_busy or error.has_code(*_BUSY)
        yield Broken("identity", error.words) if busy else result_for_sign_in(case, "identity", error)
        return
    if sender is None:
        yield Skipped("identity", f"{kind(case)} does not identify its owner")
        return
    yield Passed("identity", f"{sender.arn} in account {sender.account}")


def account(case: Case) -> Iterator[Result]:
    """Check the account against `expect.account`."""
    agreed = case.profile.expect["account"]
    try:
        sender = None if case.access.is_unsigned else caller(case)
    except Failed as error:
        yield expected.unchecked(case, "account", error.words or error.finding.check)
        return
    if sender is None:
        signer = f"{case.surface.unsigned_flag}: the gateway" if case.access.is_unsigned else kind(case)
        yield expected.unchecked(case, "account", f"{signer} does not identify its owner")
    elif sender.account != agreed:
        yield case.finding("aws-account-unexpected", account=sender.account, expected=agreed, arn=sender.arn)
    else:
        yield Passed("account", sender.account)


def region(case: Case) -> Iterator[Result]:
    """Check that the region exists, and has Bedrock where the surface needs it, by the SDK's own list, without a
    request."""
    unknown = regions.find_unknown(case.surface.name, "region", case.place)
    if unknown is None:
        yield Passed("region", case.place)
        return
    nearest = " or ".join(unknown.nearest) or "us-east-1"
    if regions.is_region(case.place):
        yield case.finding("aws-region-without-bedrock", nearest=nearest)
    else:
        yield case.finding("aws-region-invalid", nearest=nearest)


def enabled(case: Case) -> Iterator[Result]:
    """Check that the region is enabled in the account."""
    sender = known_caller(case)
    if sender is None:
        yield Skipped("region-enabled", "the identity is not known")
    elif sender.refused:
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
    except Failed as error:
        yield Skipped("region-enabled", error.finding.facts.get("action") or error.words)
        return
    status = next((entry["RegionOptStatus"] for entry in listed if entry["RegionName"] == case.place), "")
    if status in _OFF:
        yield case.finding("aws-region-disabled", status=status)
    elif status:
        yield Passed("region-enabled", status)
    else:
        yield Skipped("region-enabled", "AWS does not list it")


def _caller(case: Case) -> Caller:
    """Call STS in the profile's region, and in the partition's home region if the former refuses or is invalid. Raises
    Failed, with the finding aws-partition-mismatch if the paired partition knows the key."""
    home = regions.home(case.place)
    if not regions.is_region(case.place):
        return _call_sts(case, home)
    try:
        return _call_sts(case, case.place)
    except Failed as error:
        if not is_off(error):
            raise
        if home not in ("", case.place):
            with suppress(Failed):
                return replace(_call_sts(case, home), refused=True)
        _refuse_other_partition(case, error)
        raise


def _refuse_other_partition(case: Case, error: Failed) -> None:
    """Raise Failed if the key, which is unknown in the profile's partition, is good in the paired one."""
    own = regions.partition(case.place)
    pair = _PAIRS.get(own)
    if pair is None:
        return
    try:
        sender = _call_sts(case, pair)
    except Failed:
        return
    # A server that answers for every partition, such as a gateway, names the real one in the ARN.
    partition = sender.arn.split(":")[1]
    if partition != own:
        facts = {"partition": partition, "other_partition": own, "nearest": pair, "arn": sender.arn}
        finding = case.finding("aws-partition-mismatch", words=error.words, **facts)
        raise Failed("denied", finding, error.said) from error


def _call_sts(case: Case, region: str) -> Caller:
    reply = case.ask(("sts", region), lambda: session.call(case.access, region, "sts", "get_caller_identity"))
    return Caller(reply["Arn"], reply["Account"])
