"""What to know about the figures of `cost`, in words: for the terminal and for the page."""

from collections.abc import Iterator, Mapping
from typing import Any

from ccsetup.usage.work import DOUBTS

Document = Mapping[str, Any]
AT_LEAST = "at least: not every session wrote its own total, so calls without a row are missing"
_DOUBTS = {"likely": " (likely)", "unknown": " (not certain)"}  # of a surface
_BASES = {
    "rate-card": "the account's rate card",
    "contract": "the billing account's contract prices",
    "list": "the seller's list prices",
    "published": "Anthropic's published prices",
}


def remarks(document: Document) -> list[str]:
    """What a reader of the figures has to know, a sentence each."""
    found = []
    if document["lower_bound"]:
        found.append(AT_LEAST)
    for profile in document["profiles"]:
        found += _priced(profile)
    doubts: dict[str, int] = {}
    for profile in document["profiles"]:
        for one in profile["doubtful"]:
            doubts[one["reason"]] = doubts.get(one["reason"], 0) + 1
    for reason, count in doubts.items():
        found.append(f"{count} session{'s' if count > 1 else ''}: {DOUBTS.get(reason, reason)}")
    files, rows = document["unread"]["files"], document["unread"]["rows"]
    if files or rows:
        found.append(f"could not be read: {files} files, {rows} rows")
    return found


def surface_in_words(surface: str | None, certainty: str) -> str:
    return f"{surface}{_DOUBTS.get(certainty, '')}" if surface else "unknown"


def _is_unpriced(profile: Document, model: str) -> bool:
    """Whether no part of a model has an amount."""
    costs = [(one["cost"], one.get("api_equivalent")) for one in profile["models"] if one["model"] == model]
    return all(part is None or part["amount"] is None for pair in costs for part in pair)


def _priced(profile: Document) -> Iterator[str]:
    """By which prices the amounts are, what has none, and what would have cost less."""
    name = profile["profile"] or profile["surface"] or "unknown"
    cost, plan = profile["cost"], profile.get("api_equivalent")
    if cost["amount"] is not None:
        place = f" at {profile['place']}, the profile's place today" if profile["place"] else ""
        read = f"{_BASES[cost['basis']]}{place}, read {cost['read_at'][:10]}"
        yield f"{name}: by {read}; this is not an invoice"
    if plan and plan["amount"] is not None:
        read = f"{_BASES[plan['basis']]}, read {plan['read_at'][:10]}"
        yield f"{name}: the plan is flat; in brackets what its tokens cost with an API key, by {read}"
    for part in (cost, plan or {}):
        reasons: dict[str, list[str]] = {}
        for model, reason in part.get("reasons", {}).items():
            reasons.setdefault(reason, []).append(model)
        for reason, models in reasons.items():
            some = "" if all(_is_unpriced(profile, model) for model in models) else "some of "
            yield f"{name}: no amount for {some}{', '.join(models)}: {reason}"
        yield from (f"{name}: {note}" for note in part.get("notes", ()))
    yield from (f"{name}: at least: {estimate}" for estimate in profile["estimates"])
    if profile["cache"]["replay"]["advice"]:
        yield f"{name}: {profile['cache']['replay']['advice']}"
