"""What a surface must have: `--need`, judged for each option as met, excluded or unknown, with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from ccsetup.advice.differences import load_differences
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.providers.catalogue import WORLD
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import choices

CLOUDS = {"aws": "AWS", "gcp": "Google Cloud", "azure": "Azure"}
_PLAIN = ("invoice", "no-anthropic-egress", "newest")


@dataclass(frozen=True, slots=True)
class Requirement:
    """`text` is as typed; `value` is empty for a need without one."""

    text: str
    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is known of an option that the needs are judged by. `destinations` are None if not known, and `unserved`
    says why; `newest` is None if the listing could not be read."""

    surface: str
    title: str
    is_gateway: bool
    plan: str
    is_plan: bool
    destinations: tuple[str, ...] | None
    unserved: str
    newest: bool | None


@dataclass(frozen=True, slots=True)
class Judgement:
    outcome: Literal["met", "excluded", "unknown"]
    reason: str = ""


def parse_needs(texts: Iterable[str]) -> tuple[Requirement, ...]:
    """The needs; a UserError that lists all good ones for any other text."""
    return tuple(map(_need, texts))


def known_needs() -> list[str]:
    """Every need as it is typed."""
    places = [f"residency={name}" for name in load_differences().residency]
    return [*places, *(f"cloud={name}" for name in CLOUDS), *_PLAIN]


def _need(text: str) -> Requirement:
    if text not in known_needs():
        raise UserError(f"--need {text!r} is not a known need", choices(text, known_needs()))
    key, _, value = text.partition("=")
    return Requirement(text, key, value)


def judge_need(need: Requirement, offer: Offer) -> Judgement:
    if offer.is_gateway:
        return Judgement("unknown", "the gateway decides, and does not say")
    match need.key:
        case "residency":
            return _residency(need.value, offer)
        case "cloud":
            bill = find_surface(offer.surface).choose.bill
            here = f"it is on the bill of {CLOUDS.get(bill, 'Anthropic')}"
            return Judgement("met") if bill == need.value else Judgement("excluded", here)
        case "invoice":
            return _invoice(offer)
        case "no-anthropic-egress":
            return _egress(offer)
        case _:
            return _newest(offer)


def _egress(offer: Offer) -> Judgement:
    egress = find_surface(offer.surface).choose.egress
    if egress == "unknown":
        return Judgement("unknown", "whether inference leaves for Anthropic depends on how it is hosted")
    return Judgement("met") if egress == "no" else Judgement("excluded", "inference is at Anthropic")


def _residency(geography: str, offer: Offer) -> Judgement:
    data = load_differences()
    asked_for = find_surface(offer.surface).choose.geographies
    if offer.destinations is None and asked_for is not None:
        if geography in asked_for:
            return Judgement("unknown", "only a request's own inference_geo decides, which the profile does not show")
        return Judgement("excluded", f"{offer.title} has no geography {geography}")
    if offer.destinations is None:
        return Judgement("unknown", offer.unserved)
    outside = [one for one in offer.destinations if not _is_in(one, data.residency[geography])]
    if not outside:
        return Judgement("met")
    if WORLD in outside:
        return Judgement("excluded", "a global profile or location may be served anywhere")
    named = [data.names.get(one, one) if geography == "eu" else one for one in outside]
    return Judgement("excluded", f"it may be served from {', '.join(named)}")


def _is_in(region: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(region, pattern) for pattern in patterns)


def _invoice(offer: Offer) -> Judgement:
    match find_surface(offer.surface).choose.invoice:
        case "yes":
            return Judgement("met")
        case "plan" if offer.plan.startswith(("pro", "max")):
            return Judgement("excluded", "Pro and Max are paid by card")
        case "plan" if not offer.plan:
            return Judgement("unknown", "Pro and Max are paid by card; Team and Enterprise may be invoiced")
        case _:
            return Judgement("unknown", "the organization's agreement with Anthropic decides")


def _newest(offer: Offer) -> Judgement:
    if offer.newest is None:
        return Judgement("unknown", "its models could not be listed")
    if offer.newest:
        return Judgement("met")
    return Judgement("excluded", "its listing does not have the newest generation of the tier")
