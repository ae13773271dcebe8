"""A profile's pins against the prices that `ccsetup prices` kept. Nothing is fetched."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from ccsetup.drift.judge import PinFinding
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.profile import Profile
from ccsetup.providers import catalogue, places
from ccsetup.providers.prices import kept
from ccsetup.providers.prices.kept import Known
from ccsetup.providers.prices.price import Kind, ModelPrice, price_text


def judge_prices(
    name: str,
    profile: Profile,
    known: Mapping[str, Known],
    aliases: tuple[str, ...],
    sent_id: Callable[[str], str],
    now: datetime.datetime,
) -> Iterator[PinFinding]:
    """What is to be said of each pin's price; nothing where no price was ever asked for."""
    facts = {"profile": name, "place": places.place(profile)}
    for tier, pin in catalogue.ids_of(profile.models, aliases).items() if known else ():
        bare = catalogue.without_suffix(pin)
        one = known.get(bare) or known.get(sent_id(pin)) or Known(None, None, "it was never read")
        here = {**facts, "tier": tier, "model": pin}
        reason = one.reason
        if not reason and one.now is not None and kept.is_old(one.now, now):
            reason = f"it was last read on {one.now.read_at:%Y-%m-%d}"
        if reason:
            yield PinFinding(Finding("price-unknown", {**here, "reason": reason}), tier, pin)
        elif one.moved and one.now is not None and one.agreed is not None:
            day = one.now.read_at.date()
            words = {"change": "; ".join(_changes(one.agreed, one.now)), "date": f"{day}"}
            yield PinFinding(Finding("price-moved", {**here, **words}), tier, pin, None, day)


def _changes(before: ModelPrice, now: ModelPrice) -> Iterator[str]:
    """What moved, in words: "input 4.00 to 4.40"."""
    yield from _moved(before.prices, now.prices, "")
    yield from _moved(before.above.prices if before.above else {}, now.above.prices if now.above else {}, "long ")
    if (limits := [one.above.tokens if one.above else None for one in (before, now)])[0] != limits[1]:
        yield f"long prompts from {limits[0] or 'no'} to {limits[1] or 'no'} tokens"


def _moved(before: Mapping[Kind, Decimal], now: Mapping[Kind, Decimal], band: str) -> Iterator[str]:
    for kind in dict.fromkeys((*before, *now)):
        if before.get(kind) != now.get(kind):
            yield f"{band}{kind} {_amount(before, kind)} to {_amount(now, kind)}"


def _amount(prices: Mapping[Kind, Decimal], kind: Kind) -> str:
    return price_text(prices[kind]) if kind in prices else "none"
