"""The team's page: every profile of every machine with its verdict, and what ends, runs out and costs when."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ccsetup.report import charts
from ccsetup.report.collected import VERDICTS, Collection, CostAmount, DriftEntry
from ccsetup.report.page import Figure, HtmlPage, Table, text
from ccsetup.usage.remarks import AT_LEAST, surface_in_words

_WORDS = {"error": "not working", "unknown": "unknown", "warning": "OK, with warnings", "ok": "OK"}
_BARS = 24
_CHANGES = 200
_MOST = Decimal(10) ** 12  # of an amount; what is more is none
_KINDS = ("input", "output", "write_5m", "write_1h", "read")


def team_page(collections: Sequence[Collection], made_at: str) -> HtmlPage:
    rows = sorted(_profiles(collections), key=lambda row: (VERDICTS.index(row[3]), row[0] or "", row[1]))
    figures = [_verdicts(rows), *_calendar(collections), *_quotas(collections), *_costs(collections)]
    figures += [*_prices(collections), *_scopes(collections), *_history(collections)]
    machines = dict.fromkeys(one.machine for one in collections)
    lead = f"{len(rows)} profiles on {_count(len(machines), 'machine')}, as of {text(made_at)}."
    counted = Counter(row[3] for row in rows)
    facts = [(_WORDS[verdict][0].upper() + _WORDS[verdict][1:], str(counted[verdict]), "") for verdict in VERDICTS]
    return HtmlPage("Claude Code profiles", lead, facts, figures, _notes(collections))


Row = tuple[str | None, str, str, Any, str, str]


def _profiles(collections: Sequence[Collection]) -> Iterator[Row]:
    """(profile, machine, surface, verdict, first cause, drift): a name on two machines is two rows."""
    for one in collections:
        drift = {entry.profile: entry for entry in one.drift.profiles}
        seen = {entry.profile for entry in one.doctor.profiles}
        for entry in one.doctor.profiles:
            other = drift.get(entry.profile or "")
            yield entry.profile, one.machine, entry.surface or "", entry.verdict, entry.cause, _drift(other)
        for name, plain in drift.items():
            if name not in seen:  # a plain document of drift
                cause = next((row.title or row.check for row in plain.findings if row.severity != "info"), "")
                yield name, one.machine, plain.surface or "", plain.verdict, cause, _drift(plain)


def _drift(entry: DriftEntry | None) -> str:
    if entry is None:
        return "-"
    found = [row.check for row in entry.findings if row.severity != "info"]
    return ", ".join(dict.fromkeys(found)) or _WORDS[entry.verdict]


def _verdicts(rows: Sequence[Row]) -> Figure:
    cells = [
        (
            text(name or "this shell"),
            _WORDS[verdict],
            text(cause or "-"),
            text(drift),
            text(machine),
            text(surface or "-"),
        )
        for name, machine, surface, verdict, cause, drift in rows
    ]
    data = [{"profile": text(name or ""), "verdict": str(verdict)} for name, _, _, verdict, _, _ in rows]
    head = ("Profile", "Verdict", "First cause", "Drift", "Machine", "Surface")
    note = "The verdict comes from doctor; what drift found has its own column."
    return Figure("profiles", "Profiles", note, Table(head, cells, len(head), data))


def _calendar(collections: Sequence[Collection]) -> list[Figure]:
    dated: dict[tuple[str, str, str], list[str]] = {}
    for one in collections:
        for pin in one.pins:
            for what, day in (("ends", pin.ends_on), ("legacy", pin.legacy_on)):
                if day:
                    dated.setdefault((day[:10], what, pin.model), []).append(f"{pin.profile} ({one.machine})")
        for entry in one.drift.profiles:
            for row in entry.findings:
                if row.date and row.model and row.check in ("model-retiring", "model-gone", "model-legacy"):
                    who = dated.setdefault((row.date[:10], "ends", row.model), [])
                    who += [] if f"{entry.profile} ({one.machine})" in who else [f"{entry.profile} ({one.machine})"]
    if not dated:
        return []
    rows = [
        (text(day), "ends" if what == "ends" else "becomes legacy", text(model), text(", ".join(dict.fromkeys(who))))
        for (day, what, model), who in sorted(dated.items())
    ]
    months = Counter(day[:7] for (day, what, _), who in dated.items() if what == "ends" for _ in dict.fromkeys(who))
    names = _months(min(months), max(months))[:_BARS] if months else []
    chart = (
        charts.columns(
            "calendar-chart", "Pins that end, by month", names, {"pins": [months[name] for name in names]}, _whole
        )
        if names
        else None
    )
    table = Table(("Date", "What", "Model", "Profiles"), rows, 4)
    return [Figure("calendar", "Lifecycle of the pins", "Dates come from the provider.", table, chart)]


def _quotas(collections: Sequence[Collection]) -> list[Figure]:
    rows = [
        (
            text(entry.profile),
            text(one.machine),
            text(limit.model or "all models"),
            text(limit.unit),
            _number(limit.limit),
            _number(limit.used),
            _number(limit.headroom),
        )
        for one in collections
        for entry in one.quota.profiles
        for limit in entry.limits
    ]
    head = ("Profile", "Machine", "Model", "Unit", "Limit", "Used", "Headroom")
    note = "Usage is the peak minute of the last 24 hours, where the provider reports it."
    return [Figure("quotas", "Quotas and headroom", note, Table(head, rows, 4), folded=len(rows) > 40)] if rows else []


def _prices(collections: Sequence[Collection]) -> list[Figure]:
    rows = [
        (
            text(entry.profile),
            text(entry.place or "-"),
            text(price.model),
            text(price.basis),
            *(text(price.prices.get(kind, "-")) for kind in _KINDS),
        )
        for one in collections
        for entry in one.prices.profiles
        for price in entry.models
    ]
    rows = list(dict.fromkeys(rows))
    head = ("Profile", "Region", "Model", "Basis", "Input", "Output", "Write 5m", "Write 1h", "Read")
    note = "USD per million tokens, as last read from the seller."
    return [Figure("prices", "Prices", note, Table(head, rows, 4), folded=len(rows) > 40)] if rows else []


def _costs(collections: Sequence[Collection]) -> list[Figure]:
    entries = [(one.machine, entry) for one in collections for entry in one.cost.profiles]
    if not entries:
        return []
    rows = [
        (
            text(entry.profile or "no profile"),
            text(machine),
            text(surface_in_words(entry.surface, entry.surface_certainty)),
            f"{entry.requests:,}",
            _amount(entry.cost),
            _amount(entry.api_equivalent) if entry.api_equivalent else "-",
        )
        for machine, entry in entries
    ]
    sums: dict[str, Decimal] = {}
    for _, entry in entries:
        if (value := _decimal(entry.cost)) is not None and entry.cost.currency:
            sums[entry.cost.currency] = sums.get(entry.cost.currency, Decimal(0)) + value
    total = ", ".join(f"{value:,.2f} {text(currency)}" for currency, value in sorted(sums.items()))
    part = any(one.cost.lower_bound for one in collections) or any(entry.cost.unpriced for _, entry in entries)
    note = f"Total: {'at least ' if part else ''}{total}. " if total else ""
    head = ("Profile", "Machine", "Surface", "Requests", "Cost", "API price (plans)")
    about = f"{note}Measured on each machine; the amounts are not an invoice."
    return [Figure("cost", "Cost", about, Table(head, rows, 3), _cost_chart(entries, sums))]


def _cost_chart(entries: Sequence[tuple[str, Any]], sums: Mapping[str, Decimal]) -> Any:  # noqa: ANN401 - Markup or None
    if len(sums) != 1:
        return None
    by: dict[str, Decimal] = {}
    for machine, entry in entries:
        if (value := _decimal(entry.cost)) is not None:
            name = text(f"{entry.profile or 'no profile'} ({machine})")
            by[name] = by.get(name, Decimal(0)) + value
    largest = sorted(by.items(), key=lambda item: -item[1])[:_BARS]
    values = {"cost": [float(value) for _, value in largest]}
    title = f"Cost by profile ({text(next(iter(sums)))})"
    return charts.bars("cost-chart", title, [name for name, _ in largest], values, lambda value: f"{value:,.2f}")


def _scopes(collections: Sequence[Collection]) -> list[Figure]:
    rows = [
        (
            text(entry.profile),
            text(_fact(entry.account)),
            text(model.id),
            text(_fact(model.served_by)),
            text(_fact(model.destinations)),
            text(_fact(model.retention)),
            text(_fact(model.logging)),
        )
        for one in collections
        for entry in one.scope.profiles
        for model in entry.models
    ]
    rows = list(dict.fromkeys(rows))
    head = ("Profile", "Account", "Model", "Operator", "Regions", "Retention", "Logging")
    note = "What the provider reports, not what a contract says. Details for a profile: ccsetup scope NAME."
    return [Figure("scope", "Scope", note, Table(head, rows, len(head)), folded=len(rows) > 40)] if rows else []


def _history(collections: Sequence[Collection]) -> list[Figure]:
    rows = [
        (
            text(event.at[:16].replace("T", " ")),
            text(one.machine),
            text(event.place),
            text(event.what),
            text(event.model or event.profile or "-"),
            text(" → ".join(word for word in (event.before, event.after) if word)),
        )
        for one in collections
        for event in one.history
    ]
    rows = sorted(rows, reverse=True)[:_CHANGES]
    head = ("When", "Machine", "Region", "Change", "Model or profile", "Before and after")
    note = "Changes that drift found between runs, latest first."
    return [Figure("history", "History", note, Table(head, rows, len(head)), folded=True)] if rows else []


def _notes(collections: Sequence[Collection]) -> list[str]:
    found = [f"{text(one.machine)}: collected at {text(one.made_at)}." for one in collections if one.made_at]
    found += [f"{text(one.machine)}: cost: {AT_LEAST}" for one in collections if one.cost.lower_bound]
    for one in collections:
        parts = (("quota", one.quota.profiles), ("prices", one.prices.profiles), ("scope", one.scope.profiles))
        for name, entries in parts:
            reasons = Counter(entry.reason for entry in entries if entry.reason)
            found += [
                f"{text(one.machine)}: no {name} of {_count(many, 'profile')}: {text(reason)}"
                for reason, many in reasons.most_common(5)
            ]
    return found


def _fact(fact: Mapping[str, Any]) -> str:
    """A fact's value in a word or two, or why it is missing."""
    if "value" not in fact:
        return "not available" if fact else "-"
    return _shown(fact["value"])


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case dict():
            return ", ".join(f"{name}: {_shown(part)}" for name, part in value.items())
        case list():
            return ", ".join(map(_shown, value))
        case _:
            return str(value)


def _decimal(cost: CostAmount) -> Decimal | None:
    try:
        value = Decimal(cost.amount) if cost.amount is not None else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and 0 <= value < _MOST else None


def _amount(cost: CostAmount) -> str:
    value = _decimal(cost)
    some = "at least " if cost.unpriced else ""
    return "no price" if value is None else f"{some}{value:,.2f} {text(cost.currency or '')}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _whole(value: float) -> str:
    """A count; empty for what is between two, such as an axis has."""
    return f"{value:.0f}" if value == round(value) else ""


def _months(first: str, last: str) -> list[str]:
    """Every month from one to another, as YYYY-MM; of odd texts themselves."""
    try:
        begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    except ValueError:
        return list(dict.fromkeys((first, last)))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(begin, min(end, begin + _BARS) + 1)]


def _count(many: int, what: str) -> str:
    return f"{many} {what}{'' if many == 1 else 's'}"
