"""Anthropic's published prices, as its page has them now."""

from collections.abc import Iterable

from ccsetup.providers import http
from ccsetup.providers.access import Access, Failed, make_failure
from ccsetup.providers.prices import published
from ccsetup.providers.prices.price import Prices, Unpriced, Unreadable, load_sources
from ccsetup.providers.prices.published import PublishedPage
from ccsetup.providers.recognise import Said


def fetch(access: Access) -> PublishedPage:
    """The page's prices, over the environment's proxy and certificates; raises Failed or Unreadable without any."""
    url = load_sources().anthropic.page
    try:
        answer = http.request("GET", url, access.environment)
    except http.Unanswered as why:
        raise make_failure(Said(None, why.code, str(why)), access, url.split("/")[2], url) from why
    if answer.status != 200:
        raise Unreadable(f"{url} answers {answer.status}")
    return published.read_page(answer.body)


def read_prices(access: Access, pins: Iterable[str], place: str, note: str = "") -> Prices:
    """What the page says of the pins; `note` is to be read with each of its prices."""
    url = load_sources().anthropic.page
    try:
        found = access.once((url,), lambda: fetch(access))
    except (Failed, Unreadable) as why:
        words = (why.words or why.finding.check) if isinstance(why, Failed) else str(why)
        reason = f"{url} could not be read"
        unread = tuple(Unpriced(pin, reason) for pin in pins)
        return Prices(place, (), unread, isinstance(why, Unreadable), (f"{url}: {words}",))
    models = {pin: found.price_of(pin, place, access.now, note) for pin in pins}
    unknown = tuple(Unpriced(pin, f"{url} does not name it") for pin, price in models.items() if price is None)
    priced = tuple(price for price in models.values() if price is not None)
    return Prices(place, priced, unknown, reached=True, page=found)


def read_equivalents(access: Access, pins: Iterable[str], place: str) -> Prices:
    """A plan's pins have no price. The page is kept, for what its tokens would cost with an API key."""
    found = read_prices(access, (), place)
    unpriced = tuple(Unpriced(pin, load_sources().unpriced["plan"]) for pin in pins)
    return Prices(place, (), unpriced, reached=True, notes=found.notes, page=found.page)
