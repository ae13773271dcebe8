"""What a profile's models cost now, from the source that its surface has.

prices = read_prices(Access(...), pins)
"""

from collections.abc import Iterable

from ccsetup.providers import catalogue
from ccsetup.providers.access import Access, call_within_limit
from ccsetup.providers.places import place
from ccsetup.providers.prices.price import Prices, Unpriced, load_sources


def read_prices(access: Access, pins: Iterable[str], *, all_regions: bool = False) -> Prices:
    """The prices of these ids; Failed if the look as a whole takes too long or cannot begin."""
    pins = tuple(dict.fromkeys(map(catalogue.without_suffix, pins)))
    where = place(access.profile)
    match access.surface.prices:
        case "bedrock" | "price-list":
            from ccsetup.providers.aws import session
            from ccsetup.providers.prices import bedrock

            address = session.address(access, where)
            return call_within_limit(
                lambda: bedrock.read_prices(access, pins, all_regions=all_regions), access, where, address
            )
        case "cloud-billing":
            from ccsetup.providers.prices import vertex

            address = load_sources().google.api
            return call_within_limit(
                lambda: vertex.read_prices(access, pins, all_regions=all_regions), access, where, address
            )
        case "published":
            from ccsetup.providers.prices import page

            return call_within_limit(
                lambda: page.read_prices(access, pins, where), access, where, load_sources().anthropic.page
            )
        case "plan":
            from ccsetup.providers.prices import page

            return call_within_limit(
                lambda: page.read_equivalents(access, pins, where), access, where, load_sources().anthropic.page
            )
        case without:
            reason = load_sources().unpriced[without]
            return Prices(where, (), tuple(Unpriced(pin, reason) for pin in pins), reached=True)
