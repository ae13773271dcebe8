"""What was used on each day, over all accounts."""

from collections.abc import Sequence

from ccsetup.usage import money
from ccsetup.usage.money import Prices, UnitPrices
from ccsetup.usage.summary import DAY, Account, moment
from ccsetup.usage.tokens import KINDS, NO_TOKENS, Tokens, add


def daily(accounts: Sequence[Account], prices: Prices) -> list[dict[str, object]]:
    """The days on which anything was used, in order; `tokens` include what has no row."""
    requests: dict[int, int] = {}
    used: dict[int, dict[tuple[str | None, str | None, str], Tokens]] = {}
    for account in accounts:
        for key, cell in account.cells.items():
            requests[key.day] = requests.get(key.day, 0) + cell.requests
            sums = used.setdefault(key.day, {})
            which = (account.profile, account.surface, key.model)
            sums[which] = add(sums.get(which, NO_TOKENS), cell.all)
    units: dict[tuple[str | None, str | None, str], UnitPrices | None] = {}
    for sums in used.values():
        for which in sums:
            if which not in units:
                units[which] = prices(*which)
    found: list[dict[str, object]] = []
    for day, sums in sorted(used.items()):
        whole = NO_TOKENS
        for tokens in sums.values():
            whole = add(whole, tokens)
        priced = money.cost((which[2], tokens, units[which]) for which, tokens in sums.items())
        shown = dict(zip(KINDS[:-1], whole, strict=False))
        found.append({"day": moment(day * DAY)[:10], "requests": requests[day], "tokens": shown, "cost": priced})
    return found
