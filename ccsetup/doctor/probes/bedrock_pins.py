"""Probes of the pinned models against the region's listing: whether they exist, and their lifecycle."""

import re
from collections.abc import Iterator

from ccsetup.doctor.probes import bedrock_listing, own_models
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.doctor.probes.pins import describe_alias
from ccsetup.knowledge.pages import Finding, Severity
from ccsetup.providers import catalogue
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import NEEDED, Listing

_PARTITIONS = {"us-gov-": "aws-us-gov", "cn-": "aws-cn"}
_CHECKS = {"ended": "bedrock-model-ended", "legacy": "bedrock-model-legacy"}
_UNLISTED = "the region's models could not be listed"


def pins(case: Case) -> Iterator[Result]:
    """Check each pin against the region's listing, and report tiers without a pin."""
    listing = bedrock_listing.known_listing(case)
    if listing is None:
        yield Skipped("pins", _UNLISTED)
        return
    yield from _missing(case, listing)
    for pin, tier in case.distinct_pins.items():
        if problem := _arn_problem(case, listing, pin, tier):
            yield problem
            continue
        try:
            model = bedrock_listing.find(case, listing, pin)
        except Failed as error:
            yield bedrock_listing.result_for_refusal(case, "pins", error)
            continue
        if model is not None:
            yield Passed("pins", f"{pin} ({model.name})" if pin.startswith("arn:") else pin)
        elif not catalogue.is_listable(pin):
            reason = f"{pin} was not checked: it is in no listing"
            yield Skipped("pins", reason) if case.live else Broken("pins", f"{reason}; --live tries it")
        elif own_models.is_left_to_client(case, pin):
            yield Broken("pins", f"{pin} is not listed in {case.place}; Claude Code then tries older models")
        else:
            yield _absent(case, listing, pin, tier)


def lifecycle(case: Case) -> Iterator[Result]:
    """Check the lifecycle of each pinned model, if the region reports it."""
    listing = bedrock_listing.known_listing(case)
    if listing is None or listing.unseen:
        yield Skipped("lifecycle", listing.unseen if listing else _UNLISTED)
        return
    for pin, model in bedrock_listing.models(case, listing).items():
        date = f"{model.ends_on:%Y-%m-%d}" if model.ends_on else "a day that AWS does not name"
        if check := _CHECKS.get(model.lifecycle):
            nearest = catalogue.describe_nearest(pin, listing)
            facts = case.facts(model=pin, tier=case.distinct_pins[pin], date=date, nearest=nearest)
            yield Finding(check, facts)
        else:
            yield Passed("lifecycle", f"{pin} until {date}" if model.ends_on else pin)


def _missing(case: Case, listing: Listing) -> Iterator[Result]:
    """Yield a finding for each tier without a pin: a warning if the profile pins nothing, else information, since it
    may be intended."""
    prefix = catalogue.choose_residency(listing.models, case.profile.set.get("prefix"))
    live = catalogue.recommend(listing.models, prefix)
    severity: Severity | None = None if case.pins else "warning"
    for tier in NEEDED:
        if tier not in case.profile.models and tier in live:
            facts = case.facts(tier=tier, model=live[tier], means=describe_alias(case, tier))
            yield Finding("pin-missing", facts, severity)


def _absent(case: Case, listing: Listing, pin: str, tier: str) -> Finding:
    """Return why the region does not list the pin: its id has no prefix, another geography's prefix, or no such model.
    An id with something before it (`bedrock/us.…`) is none, whatever that id means alone."""
    head, dot, rest = pin.rpartition("/")[2].partition("anthropic.")
    same = [model for model in listing.models if model.base == f"{dot}{rest}"] if dot else []
    prefixes = ", ".join(sorted({model.prefix for model in same if model.prefix}))
    alone = [model for model in same if f"{model.prefix}." == head and "/" in pin and not pin.startswith("arn:")]
    # An ARN of an account's own says nothing about the model behind it.
    nearest = " or ".join(model.id for model in alone or same)
    nearest = nearest or ("" if pin.startswith("arn:") else catalogue.describe_nearest(pin, listing))
    facts = case.facts(model=pin, tier=tier, nearest=nearest, prefix=head.rstrip("."), prefixes=prefixes)
    if alone:
        return Finding("bedrock-model-id-invalid", facts)
    if prefixes and not head:
        return Finding("bedrock-on-demand-unsupported", facts)
    if prefixes:
        return Finding("bedrock-prefix-mismatch", facts)
    return Finding("bedrock-model-id-invalid", facts)


def _arn_problem(case: Case, listing: Listing, pin: str, tier: str) -> Finding | None:
    """Return why an ARN cannot be served here, as far as its text shows; None for any other pin."""
    if not pin.startswith("arn:"):
        return None
    facts = case.facts(model=pin, tier=tier)
    plain = re.sub("%2f", "/", pin, flags=re.IGNORECASE)  # the client sends it unchanged
    _, partition, _, region, account, *rest = (*pin.split(":", 5), "", "", "", "")
    tail = plain.rpartition("/")[2]
    if plain != pin:
        return Finding("bedrock-model-id-invalid", {**facts, "nearest": plain})
    if (":inference-profile/" in pin and not account) or not rest[0]:
        listed = listing.find(tail)
        return Finding("bedrock-model-id-invalid", {**facts, "nearest": listed.id if listed else ""})
    for found, here in _compared(case, listing, partition, region, account):
        if found and here and found != here:
            return Finding("bedrock-arn-elsewhere", {**facts, "found": found, "here": here})
    return None


def _compared(case: Case, listing: Listing, partition: str, region: str, account: str) -> Iterator[tuple[str, str]]:
    """Yield the ARN's region, partition and account beside those of the requests; "" where one is not known."""
    yield region, case.place
    yield f"partition {partition}", f"partition {_partition(case.place)}"
    arns = [model.arn for model in listing.models if model.arn and ":inference-profile/" in model.arn]
    caller = arns[0].split(":")[4] if arns else ""
    yield f"account {account}" if account else "", f"account {caller}" if caller else ""


def _partition(region: str) -> str:
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")
