"""The guard of `[expect]`: where requests may be served, and who may operate the models."""

from collections.abc import Iterable, Iterator, Mapping

from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Surface, find_surface
from ccsetup.profile.profile import REGIONS, Profile, split_regions
from ccsetup.providers.access import leads_elsewhere, model_place
from ccsetup.providers.catalogue import Model
from ccsetup.providers.places import place

GUARD = (REGIONS, "operator")  # keys of [expect]
_GATEWAY = "requests go to {host}, which decides where they are served, and by whom"


def is_guarded(profile: Profile) -> bool:
    """Whether the profile says which regions or which operator were agreed."""
    return bool(profile.expect.keys() & {*GUARD})


def needs_listing(surface: Surface) -> bool:
    """Whether the provider's listing says where a model is served."""
    return surface.cloud == "aws"


def find_operator(surface: Surface, base: str) -> str:
    """Who runs the models behind this base URL ("" if none is set); "" if that is not known."""
    return "" if leads_elsewhere(surface, base) else surface.own.operator


def served_at(
    profile: Profile, environment: Mapping[str, str], pin: str, model: Model | None
) -> tuple[tuple[str, ...], str]:
    """Where requests for a model may be served, and why that is not known. `model` is the listing's entry, if any."""
    surface = find_surface(profile.surface)
    if leads_elsewhere(surface, _base(surface, environment)):
        return (), _GATEWAY.format(host=place(profile) if surface.is_gateway else "another host than the provider's")
    if needs_listing(surface):
        if model is None:
            return (), f"{place(profile)} does not list {pin}"
        known = model.destinations or ((place(profile),) if model.kind == "model" else ())
        return known, "" if known else f"the listing does not say where {pin} is served"
    if surface.cloud == "google":
        return (model_place(profile, environment, pin),), ""
    return (), f"{surface.title} does not say where a request is served"


def judge_agreed(
    name: str,
    profile: Profile,
    environment: Mapping[str, str],
    served: Iterable[tuple[str, str, tuple[str, ...], str]],
) -> Iterator[Finding]:
    """Yield what leaves the agreement or could not be checked. `served` are (tier, model, destinations, why none)."""
    surface = find_surface(profile.surface)
    facts = {"profile": name, "place": place(profile), "surface": profile.surface}
    if agreed := profile.expect.get("operator"):
        actual = find_operator(surface, _base(surface, environment))
        if not actual:
            reason = _GATEWAY.format(host="a host of its own")
            yield Finding("expect-unchecked", {**facts, "expected": f"expect.operator = {agreed}", "reason": reason})
        elif actual != agreed:
            yield Finding("operator-unexpected", {**facts, "operator": actual, "expected": agreed})
    regions = split_regions(profile.expect.get(REGIONS, ""))
    reasons: dict[str, None] = {}
    for tier, model, destinations, reason in served if regions else ():
        unexpected = [one for one in destinations if one not in regions]
        if not destinations:
            reasons[reason] = None
        elif unexpected:
            words = {"unexpected": " ".join(unexpected), "expected": " ".join(regions)}
            yield Finding("destination-unexpected", {**facts, "tier": tier, "model": model, **words})
    if reasons:
        said = f"expect.regions = {' '.join(regions)}"
        yield Finding("expect-unchecked", {**facts, "expected": said, "reason": "; ".join(reasons)})


def _base(surface: Surface, environment: Mapping[str, str]) -> str:
    return environment.get(surface.base_variable, "")
