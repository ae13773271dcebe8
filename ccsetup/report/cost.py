"""The page of `cost --html`: the document of `cost --json` in charts and tables."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ccsetup.report import charts
from ccsetup.report.cost_facts import cost_facts
from ccsetup.report.cost_numbers import all_tokens, cents, kinds
from ccsetup.report.model_weeks import weekly_models
from ccsetup.report.page import Figure, HtmlPage, Table, text
from ccsetup.usage.remarks import remarks, surface_in_words
from ccsetup.usage.spending import spending
from ccsetup.usage.tokens import short

Document = Mapping[str, Any]
_KINDS = ("read from cache", "written to cache", "not cached", "output")
_LINES = 12  # of a chart; the table has more
_DAYS = 400


def cost_page(document: Document) -> HtmlPage:
    profiles, days = document["profiles"], _whole_days(document)
    figures = [_bills(profiles), *_spend(days), *_spending(profiles)]
    if days:
        figures += [_tokens(days), _cached(days)]
    figures += [*_misses(profiles), *_models(profiles), *weekly_models(profiles), *_tools(profiles)]
    figures += [
        figure for number, one in enumerate(profiles) if one["prefix"]["parts"] for figure in [_prefix(number, one)]
    ]
    since, until = document["since"][:10], document["until"]
    lead = f"From {since} to {until[:10]} {until[11:16]} UTC, on this machine, read from Claude Code's transcripts."
    return HtmlPage("What Claude Code used", lead, cost_facts(document), figures, _notes(document))


def _bills(profiles: Sequence[Document]) -> Figure:
    rows = []
    for one in profiles:
        read, written, fresh, output = (short(count) for count in kinds(all_tokens(one)))
        surface = text(surface_in_words(one["surface"], one["surface_certainty"]))
        rate = one["cache"]["hit_rate"]
        share = "-" if rate is None else f"{rate:.0%}"
        names = (text(one["profile"] or "no profile"), surface)
        rows.append((*names, _money(one), f"{one['requests']:,}", fresh, written, read, output, share))
    head = ("Profile", "Surface", "Cost", "Requests", "Not cached", "Written", "Read", "Output", "Cached")
    return Figure("bills", "On which bill", "", Table(head, rows, 2))


def _spend(days: Sequence[Document]) -> list[Figure]:
    """Amounts by day, if there are any."""
    priced = [day["cost"] for day in days if day["cost"]["amount"] is not None]
    if not priced:
        return []
    currency = text(priced[0]["currency"])
    names = [day["day"] for day in days]
    values = [float(day["cost"]["amount"] or 0) for day in days]
    title = f"Cost by day ({currency})"
    chart = charts.columns("spend-chart", title, [name[5:] for name in names], {"cost": values}, _amount)
    partial = any(day["cost"]["unpriced"] for day in days)
    note = "At the prices that were read by ccsetup prices; not an invoice."
    if partial:
        note += " Work without a price is not included."
    table = Table(("Day", currency), [(name, _amount(value)) for name, value in zip(names, values, strict=True)])
    return [Figure("spend", title, note, table, chart, folded=True)]


def _spending(profiles: Sequence[Document]) -> list[Figure]:
    """What the money went to, if there is any."""
    found = spending(profiles)
    if not found:
        return []
    title = "What the money went to"
    values = {"USD": [float(one.amount) for one in found]}
    chart = charts.bars("kinds-chart", title, [one.kind for one in found], values, _amount)
    rows = [(one.kind, short(one.count), cents(str(one.amount)), one.per_cent) for one in found]
    note = "Calls without a row included. Writing to the cache costs more than input, reading much less."
    return [Figure("kinds", title, note, Table(("Kind", "Tokens", "USD", "Share"), rows), chart)]


def _tokens(days: Sequence[Document]) -> Figure:
    counts = [kinds(day["tokens"]) for day in days]
    names = [day["day"] for day in days]
    series = {name: [one[kind] for one in counts] for kind, name in enumerate(_KINDS)}
    title = "Tokens by day"
    chart = charts.columns("tokens-chart", title, [name[5:] for name in names], series, _count)
    rows = [
        (name, f"{day['requests']:,}", *map(short, one)) for name, day, one in zip(names, days, counts, strict=True)
    ]
    table = Table(("Day", "Requests", *(name.capitalize() for name in _KINDS)), rows)
    return Figure("tokens", title, "Days are UTC, as on the providers' bills.", table, chart, _KINDS, folded=True)


def _cached(days: Sequence[Document]) -> Figure:
    names = [day["day"] for day in days]
    shares = []
    for day in days:
        read, written, fresh, _ = kinds(day["tokens"])
        shares.append(100 * read / (read + written + fresh) if read + written + fresh else 0.0)
    title = "Share read from cache by day"
    chart = charts.columns(
        "cached-chart", title, [name[5:] for name in names], {"read from cache": shares}, _percent, 100
    )
    table = Table(("Day", "Share"), [(name, _percent(share)) for name, share in zip(names, shares, strict=True)])
    note = "What was read from the cache, of all that went in. Reading costs a small part of what writing costs."
    return Figure("cached", title, note, table, chart, folded=True)


def _misses(profiles: Sequence[Document]) -> list[Figure]:
    sums: dict[str, list[int]] = {}
    extra: dict[str, Decimal] = {}
    for one in profiles:
        for miss in one["cache"]["misses"]:
            cause = text(miss["cause"].replace("-", " "))
            into = sums.setdefault(cause, [0, 0])
            into[0] += miss["tokens"]
            into[1] += miss["times"]
            if miss["extra"] is not None:
                extra[cause] = extra.get(cause, Decimal(0)) + Decimal(miss["extra"])
    if not sums:
        return []
    ordered = sorted(sums.items(), key=lambda item: item[1], reverse=True)
    title = "Why tokens were not read from the cache"
    values = {"tokens": [tokens for _, (tokens, _) in ordered[:_LINES]]}
    chart = charts.bars("misses-chart", title, [cause for cause, _ in ordered[:_LINES]], values, _count)
    rows = [
        (cause, f"{times:,}", short(tokens), cents(extra[cause]) if cause in extra else "-")
        for cause, (tokens, times) in ordered
    ]
    note = "Off Anthropic's own API the cause is judged from the requests, not reported."
    return [Figure("misses", title, note, Table(("Cause", "Times", "Tokens", "Extra cost"), rows), chart)]


def _models(profiles: Sequence[Document]) -> list[Figure]:
    rows: list[tuple[int, tuple[str, ...]]] = []
    sums: dict[str, int] = {}
    asked_for = any("requested" in model for one in profiles for model in one["models"])
    for one in profiles:
        for model in one["models"]:
            count = sum(kinds(model["tokens"]))
            name = text(model["model"])
            sums[name] = sums.get(name, 0) + count
            asked = (text(model.get("requested", "-")),) if asked_for else ()
            pinned = "yes" if model["pinned"] else "no"
            row = (
                name,
                *asked,
                text(one["profile"] or "-"),
                pinned,
                _money(model),
                f"{model['requests']:,}",
                short(count),
            )
            rows.append((count, row))
    if not rows:
        return []
    largest = sorted(sums.items(), key=lambda item: -item[1])[:_LINES]
    title = "Models"
    values = {"tokens": [count for _, count in largest]}
    chart = charts.bars("models-chart", title, [name for name, _ in largest], values, _count)
    asked_head = ("Asked for",) if asked_for else ()
    head = ("Model that answered", *asked_head, "Profile", "Pinned", "Cost", "Requests", "Tokens")
    ordered = [row for _, row in sorted(rows, key=lambda item: -item[0])]
    note = "Models of different generations make different numbers of tokens of the same text."
    return [Figure("models", title, note, Table(head, ordered, 3 + asked_for), chart)]


def _tools(profiles: Sequence[Document]) -> list[Figure]:
    sums: dict[str, list[int]] = {}
    for one in profiles:
        for tool in one["tools"]:
            into = sums.setdefault(text(tool["tool"]), [0, 0, 0])
            for at, key in enumerate(("tokens_added", "tokens_carried", "calls")):
                into[at] += tool[key]
    if not sums:
        return []
    ordered = sorted(sums.items(), key=lambda item: (-item[1][0] - item[1][1], item[0]))
    shown, title = ordered[:_LINES], "Tools"
    legend = ("results", "read again by later requests")
    series = {name: [counts[at] for _, counts in shown] for at, name in enumerate(legend)}
    chart = charts.bars("tools-chart", title, [tool for tool, _ in shown], series, _count)
    rows = [(tool, f"{n:,}", short(new), short(again)) for tool, (new, again, n) in ordered]
    note = "What the results of tools added to the conversation, and what that was read again."
    return [Figure("tools", title, note, Table(("Tool", "Calls", "Results", "Read again"), rows), chart, legend)]


def _prefix(number: int, profile: Document) -> Figure:
    parts = profile["prefix"]["parts"]
    names = [text(part["part"]) for part in parts]
    whose = text(profile["profile"] or profile["surface"] or "unknown")
    title = f"Before every prompt: {whose}"
    chart = charts.bars(f"prefix-{number}-chart", title, names, {"bytes": [part["bytes"] for part in parts]}, _count)
    rows = []
    for name, part in zip(names, parts, strict=True):
        tokens = "-" if part["tokens"] is None else short(part["tokens"])
        used = f"{part['used']} of {part['registered']}" if "registered" in part else ""
        rows.append((name, f"{part['bytes']:,}", tokens, used))
    note = "Of the last session that shows it. Tokens are calibrated by its first request, and approximate."
    table = Table(("Part", "Bytes", "About tokens", "Tools used"), rows)
    return Figure(f"prefix-{number}", title, note, table, chart)


def _notes(document: Document) -> list[str]:
    days = document["retention_days"]
    kept = f"Claude Code deletes transcripts after {days} days; ccsetup keeps the counts, and no text."
    return [*(text(one) for one in remarks(document)), kept]


def _whole_days(document: Document) -> list[Document]:
    """Every day from the first to the last one used, with those on which nothing was; the latest _DAYS."""
    known = {day["day"]: day for day in document["days"]}
    if not known:
        return []
    first, last = (datetime.date.fromisoformat(day) for day in (min(known), max(known)))
    first = max(first, last - datetime.timedelta(days=_DAYS - 1))
    zeros = dict.fromkeys(("input", "write_5m", "write_1h", "read", "output", "thinking"), 0)
    nothing = {"requests": 0, "tokens": zeros, "cost": {"amount": None, "currency": None, "unpriced": []}}
    days = [(first + datetime.timedelta(days=at)).isoformat() for at in range((last - first).days + 1)]
    return [known.get(day, {"day": day, **nothing}) for day in days]


def _money(one: Document) -> str:
    """What was billed; of a plan, whose tokens are not, what they would have cost with an API key."""
    cost, plan = one["cost"], one.get("api_equivalent")
    if cost["amount"] is None:
        return f"plan ({_money({'cost': plan})} by API)" if plan else "no price"
    return f"{'at least ' if cost['unpriced'] else ''}{cents(cost['amount'])} {text(cost['currency'])}"


def _count(value: float) -> str:
    return short(round(value))


def _amount(value: float) -> str:
    return f"{value:,.2f}"


def _percent(value: float) -> str:
    return f"{value:.0f}%"
