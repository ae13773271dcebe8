"""What each model costs each profile, by the prices that `ccsetup prices` kept. Nothing is fetched."""

from functools import cached_property

from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers.prices.price import load_sources
from ccsetup.usage.bills import Payer
from ccsetup.usage.models import pinned_as
from ccsetup.usage.money import Quote
from ccsetup.workspace import Workspace

_PAGE, _PLAN = "published", "plan"  # a surface's `prices`


class Quotes:
    """Look up prices for the summary of what was used."""

    def __init__(self, workspace: Workspace, payers: tuple[Payer, ...]) -> None:
        self._workspace, self._names = workspace, [payer.name for payer in payers]

    @cached_property
    def _profiles(self) -> dict[str, Profile]:
        return {name: self._workspace.store.load(name) for name in self._names}

    @property
    def identity(self) -> tuple[object, ...]:
        """Another for other prices."""
        kept = self._workspace.prices
        return (repr(load_sources()), kept.page_stamp, *(kept.stamp(*one) for one in sorted(self._profiles.items())))

    def __call__(self, name: str | None, surface: str | None, model: str) -> Quote:
        if surface is None:
            return Quote(reason="whose bill it is on is not known: new sessions of `ccsetup run NAME` are certain")
        prices, kept = find_surface(surface).prices, self._workspace.prices
        if prices == _PLAN:
            price = kept.published([model], "").get(model)
            return Quote(price, "" if price else f"no published price was read: {_how_to_read(name)}", flat=True)
        if prices in load_sources().unpriced:
            return Quote(reason=load_sources().unpriced[prices])
        if name is None:
            price = kept.published([model], "").get(model) if prices == _PAGE else None
            reason = "no published price was read" if prices == _PAGE else "no profile says where it was used"
            several = sorted(one for one, profile in self._profiles.items() if profile.surface == surface)
            if several and prices != _PAGE:
                reason = f"which profile it was is not known ({', '.join(several)})"
                return Quote(reason=f"{reason}: new sessions of `ccsetup run NAME` are certain")
            return Quote(price, "" if price else f"{reason}: {_how_to_read(name)}")
        profile = self._profiles[name]
        every = kept.known(name, profile)
        model = pinned_as(model, every)  # Claude Code sends some pins as another id
        price, known = kept.unit_prices(name, profile, [model]).get(model), every.get(model)
        reason = (known.reason if known else "") or f"its price was not read: {_how_to_read(name)}"
        return Quote(price, "" if price else reason, tier=profile.set.get("service_tier", ""))


def _how_to_read(name: str | None) -> str:
    return f"ccsetup prices {name}" if name else "create a profile with ccsetup init, then ccsetup prices NAME"
