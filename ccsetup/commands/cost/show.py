"""`cost` for a person: a table, and what to know about its figures."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ccsetup.system import console
from ccsetup.usage.remarks import remarks, surface_in_words
from ccsetup.usage.spending import spending
from ccsetup.usage.tokens import short

_HEADS = ("REQUESTS", "INPUT", "WRITTEN", "READ", "OUTPUT", "NO ROW", "CACHED", "USD")
_BARS = "▁▂▃▄▅▆▇█"
_COLUMNS = 72
_LINES = 10  # of a table of reasons
_CENT = Decimal("0.01")
Document = Mapping[str, Any]


def report(document: Document, home: str, profiles: Sequence[str] = ()) -> None:
    """Print the document; `profiles` are those that it is limited to."""
    if document["profiles"]:
        by = document["by"]
        rows = _profiles(document) if by == "profile" else _groups(document)
        heads = ("PROFILE", "SURFACE", *_HEADS) if by == "profile" else (by.upper(), *_HEADS)
        console.answer(*console.table(heads, rows), home=home)
        if by == "profile":
            _days(document)
            _spending(document)
            _reasons(document)
            _prefixes(document)
        elif by == "week":
            _weeks(document)
    else:
        since = document["since"][:10]
        if profiles:  # sessions that several profiles may have made are on no profile's bill
            console.say(f"nothing since {since} is known to be billed to {', '.join(profiles)}")
            console.say(f"  all that was used: ccsetup cost --since {since}")
        else:
            console.say(f"nothing was used since {since}")
    for line in remarks(document):
        console.say(line)


def _days(document: Document) -> None:
    """A line of bars, one for each day, if the terminal can show them."""
    used = {one["day"]: sum(one["tokens"].values()) - one["tokens"]["thinking"] for one in document["days"]}
    if len(used) < 2 or not console.draws(_BARS):
        return
    first, last = (datetime.date.fromisoformat(day) for day in (min(used), max(used)))
    days = [(first + datetime.timedelta(days=at)).isoformat() for at in range((last - first).days + 1)][-_COLUMNS:]
    most = max(used[day] for day in days if day in used)
    console.answer(
        "", f"tokens by day, {days[0]} to {last}, most {short(most)}", spark([used.get(one, 0) for one in days])
    )


def spark(values: Sequence[int]) -> str:
    """A bar for each number, of eight heights; a blank for nothing."""
    most = max(values, default=0)
    return "".join(_BARS[-(-value * 8 // most) - 1] if value else " " for value in values)


def _spending(document: Document) -> None:
    """What the money went to, if there is any."""
    rows = [(one.kind, short(one.count), _cents(one.amount), one.per_cent) for one in spending(document["profiles"])]
    if rows:
        console.answer("", *console.table(("SPENT ON", "TOKENS", "USD", "SHARE"), rows))


def _reasons(document: Document) -> None:
    """Tables of what was written again, and of what tools' results added, over all profiles."""
    misses: dict[str, list[int]] = {}
    extras: dict[str, Money] = {}
    tools: dict[str, list[int]] = {}
    for profile in document["profiles"]:
        for one in profile["cache"]["misses"]:
            _sum(misses, one["cause"], (one["tokens"], one["times"]))
            extra, flat = one["extra"], "extra_api_equivalent" in one
            extras.setdefault(one["cause"], Money()).take(one["extra_api_equivalent"] if flat else extra, flat=flat)
        for one in profile["tools"]:
            _sum(tools, one["tool"], (one["tokens_carried"], one["tokens_added"], one["calls"]))
    if misses:
        rows = [(cause, f"{n:,}", short(tokens), extras[cause].text) for cause, (tokens, n) in _largest(misses)]
        console.answer("", *console.table(("NOT READ FROM CACHE", "TIMES", "TOKENS", "EXTRA USD"), rows))
    if tools:
        lines = [(tool, f"{n:,}", short(new), short(again)) for tool, (again, new, n) in _largest(tools)]
        console.answer("", *console.table(("TOOL", "CALLS", "RESULTS", "READ AGAIN"), lines))


def _weeks(document: Document) -> None:
    """Which models answered in each week, what was asked for, and whether that is pinned."""
    rows = [
        (
            week["week"],
            one["model"],
            one.get("requested", ""),
            "yes" if one["pinned"] else "no",
            profile["profile"] or "-",
            f"{week['requests']:,}",
            short(sum(week["tokens"].values()) - week["tokens"]["thinking"]),
        )
        for profile in document["profiles"]
        for one in profile["models"]
        for week in one["weeks"]
    ]
    heads = ("WEEK", "MODEL THAT ANSWERED", "ASKED FOR", "PINNED", "PROFILE", "REQUESTS", "TOKENS")
    console.answer("", *console.table(heads, sorted(rows, key=lambda row: row[0])))


def _prefixes(document: Document) -> None:
    """What precedes every prompt, by profile, if it was measured."""
    for one in document["profiles"]:
        if one["prefix"]["parts"]:
            rows = [
                (
                    part["part"],
                    f"{part['bytes']:,}",
                    "-" if part["tokens"] is None else short(part["tokens"]),
                    f"{part['used']} of {part['registered']}" if "registered" in part else "",
                )
                for part in one["prefix"]["parts"]
            ]
            tokens = one["prefix"]["tokens"]
            rows.append(("all", f"{sum(part['bytes'] for part in one['prefix']['parts']):,}", short(tokens or 0), ""))
            name = one["profile"] or one["surface"] or "unknown"
            console.answer("", *console.table((f"BEFORE EVERY PROMPT ({name})", "BYTES", "ABOUT", "TOOLS USED"), rows))


def _sum(sums: dict[str, list[int]], name: str, counts: Sequence[int]) -> None:
    sums[name] = [one + other for one, other in zip(sums.get(name, [0] * len(counts)), counts, strict=True)]


def _largest(sums: Mapping[str, list[int]]) -> list[tuple[str, list[int]]]:
    return sorted(sums.items(), key=lambda item: item[1], reverse=True)[:_LINES]


class Money:
    """Amounts for a cell of a table: those billed, in brackets a plan's, and whether some are missing."""

    def __init__(self) -> None:
        self.billed: Decimal | None = None
        self.flat: Decimal | None = None
        self.partial = False

    def take(self, amount: str | None, *, flat: bool = False) -> None:
        if amount is None:
            self.partial = True
        elif flat:
            self.flat = (self.flat or Decimal(0)) + Decimal(amount)
        else:
            self.billed = (self.billed or Decimal(0)) + Decimal(amount)

    @property
    def text(self) -> str:
        parts = [] if self.billed is None else [_cents(self.billed) + ("+" if self.partial else "")]
        parts += [] if self.flat is None else [f"({_cents(self.flat)})"]
        return " ".join(parts) or "-"


def _cents(amount: Decimal) -> str:
    return "<0.01" if 0 < amount < _CENT else f"{amount.quantize(_CENT):,}"


def _profiles(document: Document) -> list[Sequence[str]]:
    found: list[Sequence[str]] = []
    for one in document["profiles"]:
        surface = surface_in_words(one["surface"], one["surface_certainty"])
        found.append((one["profile"] or "-", surface, *_figures(one)))
    return found


def _groups(document: Document) -> list[Sequence[str]]:
    by = document["by"]
    return [(str(one[by] or "unknown"), *_figures(one)) for one in document["groups"]]


def _figures(one: Document) -> tuple[str, ...]:
    tokens, rest = one["tokens"], one["unlogged"]
    went_in = tokens["input"] + tokens["write_5m"] + tokens["write_1h"] + tokens["read"]
    return (
        f"{one['requests']:,}",
        short(tokens["input"]),
        short(tokens["write_5m"] + tokens["write_1h"]),
        short(tokens["read"]),
        short(tokens["output"]),
        short(sum(rest[kind] for kind in rest if kind != "thinking")),
        f"{tokens['read'] / went_in:.0%}" if went_in else "-",
        _amount(one).text,
    )


def _amount(one: Document) -> Money:
    found = Money()
    for cost, flat in ((one["cost"], False), (one.get("api_equivalent"), True)):
        if cost and cost["amount"] is not None:
            found.take(cost["amount"], flat=flat)
        found.partial = found.partial or bool(cost and cost["unpriced"])
    return found
