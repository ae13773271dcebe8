"""What was used on each day, over all accounts."""

from collections.abc import Sequence

from ccsetup.usage import money
from ccsetup.usage.money import Used
from ccsetup.usage.summary import DAY, Account, Cell, moment
from ccsetup.usage.tokens import KINDS


def daily(accounts: Sequence[Account]) -> list[dict[str, object]]:
    """The days on which anything was used, in order; `tokens` include what has no row."""
    sums: dict[int, Cell] = {}
    used: dict[int, list[Used]] = {}
    for account in accounts:
        for key, cell in account.cells.items():
            sums.setdefault(key.day, Cell()).take(cell)
            used.setdefault(key.day, []).append(account.used(key, cell))
    return [
        {
            "day": moment(day * DAY)[:10],
            "requests": cell.requests,
            "tokens": dict(zip(KINDS[:-1], cell.all, strict=False)),
            **money.figures(used[day]),
        }
        for day, cell in sorted(sums.items())
    ]
