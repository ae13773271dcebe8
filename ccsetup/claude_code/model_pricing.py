"""Claude Code's `modelPricing`: what makes its own figures those of the bill.

Tried with 2.1.332: it is honoured in `--managed-settings` where CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST is set, and in no
other settings. The client's own table knows no price of a cloud.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ccsetup.claude_code.settings import MANAGED, Layer
from ccsetup.knowledge.known_broken import version_numbers
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import catalogue
from ccsetup.providers.prices import kept
from ccsetup.providers.prices.kept import Known
from ccsetup.providers.prices.price import ModelPrice, load_sources

OPTION = "--managed-settings"
Lifetime = Literal["5-minute", "1-hour"]
_SELLERS = ("rate-card", "contract", "list")  # what the seller bills by; a published list is another's
_NO = ("", "0", "false", "no", "off")


def lifetime(profile: Profile, environment: Mapping[str, str]) -> Lifetime:
    """How long the cache entries that the client asks for live: by the profile's variables, else the shell's."""
    there = {**environment, **profile.env}
    hour = there.get("ENABLE_PROMPT_CACHING_1H", "").lower() not in _NO
    return "1-hour" if hour and there.get("FORCE_PROMPT_CACHING_5M", "").lower() in _NO else "5-minute"


def block(prices: Iterable[ModelPrice], lives: Lifetime) -> dict[str, object]:
    """The setting's value: USD per million, as numbers. Each price is whole. A model whose long prompts have another
    price is left out: the setting has one, and the client's own table has both."""
    write: Literal["write_1h", "write_5m"] = "write_1h" if lives == "1-hour" else "write_5m"
    return {
        "overrides": {
            one.model: {
                "input": _number(one.prices["input"]),
                "output": _number(one.prices["output"]),
                "cacheRead": _number(one.prices["read"]),
                "cacheWrite": _number(one.prices[write]),
            }
            for one in prices
            if one.above is None
        }
    }


@dataclass(frozen=True, slots=True)
class RunningClient:
    """What decides whether the setting is given: settings layers, the child's environment, the client's version."""

    layers: tuple[Layer, ...]
    environment: Mapping[str, str]
    version: Callable[[], str]

    @property
    def accepts(self) -> bool:
        """Whether it takes the option, and no administrator's settings replace it."""
        managed = any(layer.name == MANAGED for layer in self.layers)
        return not managed and version_numbers(self.version()) >= version_numbers(load_sources().client.since)


def for_run(
    prices: Mapping[str, Known], profile: Profile, knowledge: Knowledge, client: RunningClient, now: datetime.datetime
) -> dict[str, object] | None:
    """The setting's value for one run. None unless each pin of a cloud profile has a whole price of its seller's that
    is not old: a figure that is right for some models alone would be taken for right."""
    pins = {*map(catalogue.without_suffix, catalogue.ids_of(profile.models, knowledge.shared.aliases).values())}
    found = [known.now for pin in sorted(pins) if (known := prices.get(pin)) and known.now and not known.reason]
    if not pins or len(found) < len(pins) or not _is_cloud(knowledge.surface(profile.surface)):
        return None
    if any(one.lacks or one.basis not in _SELLERS or kept.is_old(one, now) for one in found) or not client.accepts:
        return None
    value = block(found, lifetime(profile, client.environment))
    return value if value["overrides"] else None


def _is_cloud(surface: Surface) -> bool:
    return surface.prices in ("bedrock", "price-list", "cloud-billing")


def _number(price: Decimal) -> int | float:
    return int(price) if price == price.to_integral_value() else float(price)
