"""The figures at the head of the page of `cost --html`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ccsetup.report.cost_numbers import all_tokens, cents, kinds, share
from ccsetup.report.page import text
from ccsetup.usage.reasons import STARTS
from ccsetup.usage.tokens import short

Document = Mapping[str, Any]


def cost_facts(document: Document) -> list[tuple[str, str, str]]:
    """(label, figure, remark) for the head of the page: money first."""
    profiles = document["profiles"]
    sums = [sum(kinds(all_tokens(one))[kind] for one in profiles) for kind in range(4)]
    fresh = sum(sums[:3])
    bound = "at least" if document["lower_bound"] else ""
    sessions = sum(one["sessions"] for one in profiles)
    unlogged = sum(sum(kinds(one["unlogged"])) for one in profiles)
    amounts = [
        (f"Cost ({currency})", amount, ", ".join(filter(None, (bound, remark))))
        for currency, amount, remark in _amounts(profiles)
    ]
    return [
        *amounts,
        *_avoidable(profiles),
        ("Tokens", short(sum(sums)), bound),
        ("Output", short(sums[3]), f"{share(sums[3], sum(sums))} of all tokens"),
        ("Read from cache", share(sums[0], fresh), "of what went in"),
        ("Without a row", short(unlogged), "compaction, titles, pages"),
        ("Requests", f"{sum(one['requests'] for one in profiles):,}", f"in {sessions:,} session{'s'[: sessions != 1]}"),
    ]


def _avoidable(profiles: Sequence[Document]) -> list[tuple[str, str, str]]:
    """What all misses of the cache but those at a start cost, by currency, with its share of the cost; nothing if no
    miss has a price."""
    found = []
    for currency in dict.fromkeys(one["cost"]["currency"] for one in profiles if one["cost"]["amount"] is not None):
        billed = [one for one in profiles if one["cost"]["currency"] == currency and one["cost"]["amount"] is not None]
        misses = (miss for one in billed for miss in one["cache"]["misses"] if miss["cause"] not in STARTS)
        extra = sum((Decimal(miss["extra"]) for miss in misses if miss["extra"] is not None), Decimal(0))
        whole = sum((Decimal(one["cost"]["amount"]) for one in billed), Decimal(0))
        if extra and whole:
            remark = f"{extra / whole:.0%} of the cost, without first writes"
            found.append((f"Cache misses ({text(currency)})", cents(extra), remark))
    return found


def _amounts(profiles: Sequence[Document]) -> list[tuple[str, str, str]]:
    """(currency, sum, where the prices are from): currencies are not added to each other."""
    sums: dict[str, Decimal] = {}
    basis: dict[str, set[str]] = {}
    for one in profiles:
        cost = one["cost"]
        if cost["amount"] is not None:
            currency = text(cost["currency"])
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(cost["amount"])
            basis.setdefault(currency, set()).add(text(cost["basis"]))
    unpriced = (one["cost"] for one in profiles if one["cost"]["unpriced"] or "api_equivalent" not in one)
    partial = any(cost["unpriced"] or cost["amount"] is None for cost in unpriced)
    rest = "; not everything has a price" if partial else ""
    return [
        (name, f"{value:,.2f}", f"at {', '.join(sorted(basis[name]))} prices{rest}") for name, value in sums.items()
    ]
