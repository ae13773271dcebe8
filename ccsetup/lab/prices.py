"""What models cost in the world. Prices are made up where no source has them."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

KINDS = ("input", "output", "write_5m", "write_1h", "read")
REGIONAL = Decimal("1.1")  # of every place but global


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """USD per million tokens of a model, everywhere: `usual` and `long` prompts, in the order of KINDS.

    `offers` is how many the account has on Bedrock; -1 for a model without agreements. `listed`: in AWS's Price List;
    `sold`: to Google's billing account; `published`: on Anthropic's page.
    """

    usual: tuple[str, ...]
    long: tuple[str, ...] = ()
    over: int = 0  # from how many tokens on a prompt is long
    is_old: bool = False  # AWS names it in its older words
    offers: int = 1
    listed: bool = True
    sold: bool = True
    published: bool = True
    contract: str = "1"  # of Google's list, what this account pays for output


def amounts(price: Price, *, regional: bool) -> Iterator[tuple[str, bool, Decimal]]:
    """(kind, whether for long prompts, USD per million)."""
    for is_long, row in ((False, price.usual), (True, price.long)):
        for kind, text in zip(KINDS, row, strict=False):
            yield kind, is_long, Decimal(text) * (REGIONAL if regional else 1)


def plain(amount: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    return f"{amount.normalize():f}"
