"""With --live alone: one smallest real request for each distinct pinned model. A 429 is not success."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from ccsetup.doctor.probes import bedrock_listing, direct, vertex_models
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.providers import access, live
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import Listing, ordered

MOST = 8  # requests in a run of one profile; no client has more tiers


def check_live(case: Case) -> Iterator[Result]:
    if case.surface.live == "none":
        yield Skipped("live", f"ccsetup tries no request on {case.surface.title}")
        return
    if case.surface.is_direct and not case.access.credentials:
        yield Skipped("live", access.LOGIN)
        return
    try:
        models = tuple(case.distinct_pins)[:MOST] or _newest_haiku(case)
    except Failed as why:
        yield Skipped("live", f"nothing is pinned, and there is no listing to choose from: {why.finding.check}")
        return
    with ThreadPoolExecutor(MOST) as pool:
        yield from pool.map(lambda model: _try(case, model), models)


def _try(case: Case, model: str) -> Result:
    try:
        case.ask(("live", case.place, model), lambda: live.invoke(case.access, case.place, model))
    except Failed as why:
        # What a real request is refused for is an error, a limit and a host that is not to be reached too.
        return case.fault(why, "error", model=model, tier=case.distinct_pins.get(model, ""))
    return Passed("live", f"{model} answers")


def _newest_haiku(case: Case) -> tuple[str, ...]:
    listing = _listed(case)
    found = [model.id for model in ordered(listing.models) if model.tier == "haiku" and model.lifecycle != "ended"]
    return tuple(found[:1])


def _listed(case: Case) -> Listing:
    """The listing that the other probes have asked for."""
    match case.surface.lists:
        case "vertex":
            return vertex_models.listed(case)
        case "anthropic":
            return direct.listed(case)
        case _:
            return bedrock_listing.listed(case)
