"""Which models answered in each week, what was asked for, and whether that is pinned: drift shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from ccsetup.report import charts
from ccsetup.report.page import Figure, Table, text
from ccsetup.usage.tokens import short

_SERIES = 4  # models with a colour of their own
_OTHERS = "others"


def weekly_models(profiles: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """A chart and a table; none of a single week."""
    used = [
        (week["week"], model, profile["profile"], week["requests"], _all(week["tokens"]))
        for profile in profiles
        for model in profile["models"]
        for week in model["weeks"]
    ]
    weeks = sorted({week for week, *_ in used})
    if len(weeks) < 2:
        return []
    sums: dict[str, int] = {}
    for _, model, _, _, tokens in used:
        name = text(model["model"])
        sums[name] = sums.get(name, 0) + tokens
    largest = sorted(sums, key=lambda name: (-sums[name], name))[:_SERIES]
    names = [*largest, *([_OTHERS] if len(sums) > _SERIES else [])]
    series = {name: [0] * len(weeks) for name in names}
    for week, model, _, _, tokens in used:
        name = text(model["model"])
        series[name if name in largest else _OTHERS][weeks.index(week)] += tokens
    title = "Models by week"
    chart = charts.columns("weeks-chart", title, weeks, series, lambda value: short(round(value)))
    rows = [
        (
            week,
            text(model["model"]),
            text(model.get("requested", "")),
            text(profile or "-"),
            "yes" if model["pinned"] else "no",
            f"{requests:,}",
            short(tokens),
        )
        for week, model, profile, requests, tokens in sorted(used, key=lambda one: one[0])
    ]
    head = ("Week", "Model that answered", "Asked for", "Profile", "Pinned", "Requests", "Tokens")
    return [
        Figure("weeks", title, "Weeks are ISO weeks, of UTC days.", Table(head, rows, 5), chart, names, folded=True)
    ]


def _all(tokens: Mapping[str, int]) -> int:
    return sum(count for kind, count in tokens.items() if kind != "thinking")
