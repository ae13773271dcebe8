"""`ccsetup models --all-regions`: region × tier. One dead or denied region stalls none of the others."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import typer

from ccsetup import catalogue, clouds, report
from ccsetup.catalogue import TIERS, Listing
from ccsetup.clouds import Access, Failed
from ccsetup.desk import Desk
from ccsetup.profile import Profile
from ccsetup.refusal import COULD_NOT_LOOK, Refusal


@dataclass(frozen=True, slots=True)
class Place:
    """What became of one region: a listing, or why there is none."""

    region: str
    listing: Listing | None
    failure: Failed | None

    @property
    def status(self) -> str:
        return "ok" if self.failure is None else self.failure.status


def matrix(desk: Desk, name: str, profile: Profile, *, json: bool) -> None:
    if profile.surface != "bedrock":
        raise Refusal(
            f"--all-regions is for Bedrock; {profile.surface} lists the same everywhere", f"ccsetup models {name}"
        )
    clouds.scrub(desk.knowledge)
    access = desk.access(name, profile)
    places = _look(access)
    for place in places:
        if place.listing is not None:
            desk.catalogues.keep(name, profile, place.listing)
    if json:
        report.answer_json({"schema": 1, "profile": name, "surface": profile.surface,
                            "places": [_document(place, profile) for place in places]})  # fmt: skip
    else:
        report.answer(
            report.table(("REGION", *(tier.upper() for tier in TIERS), ""), [_row(place) for place in places])
        )
    if all(place.listing is None for place in places):
        first = places[0].failure
        if first is not None:
            report.failed(first.finding, first.words, str(desk.world.home))
        raise typer.Exit(COULD_NOT_LOOK)


def _look(access: Access) -> list[Place]:
    from ccsetup.clouds import bedrock, transport

    regions = bedrock.regions(like=access.environment.get("AWS_REGION", ""))
    found: dict[str, Place] = {}
    # One session and one TLS context serve all of them; see clouds/transport.py.
    with ThreadPoolExecutor(transport.THREADS) as pool, report.progress("asking every region", len(regions)) as step:
        waiting = [pool.submit(_one, access, region) for region in regions]
        for done in as_completed(waiting):
            place = done.result()
            found[place.region] = place
            step(place.region)
    return [found[region] for region in regions]


def _one(access: Access, region: str) -> Place:
    try:
        return Place(region, clouds.look(access, region), None)
    except Failed as why:
        return Place(region, None, why)


def _row(place: Place) -> tuple[str, ...]:
    if place.listing is None:
        return (place.region, *("-" for _ in TIERS), place.status)
    cells = []
    for tier in TIERS:
        versions = {model.version: None for model in place.listing.models if model.tier == tier}
        prefixes = dict.fromkeys(
            model.prefix or "in-region"
            for model in place.listing.models
            if versions and model.tier == tier and model.version == max(versions) and model.lifecycle != "ended"
        )
        newest = ".".join(str(number) for number in max(versions)) if versions else "-"
        cells.append(f"{newest} ({' '.join(prefixes)})" if prefixes else newest)
    return (place.region, *cells, "")


def _document(place: Place, profile: Profile) -> dict[str, object]:
    if place.listing is None:
        reason = place.failure.finding.check if place.failure else None
        return {"place": place.region, "status": place.status, "reason": reason, "models": [], "recommended": {}}
    prefix = profile.set.get("prefix") or catalogue.residency(place.listing.models)
    return {
        "place": place.region,
        "status": "ok",
        "reason": None,
        "models": catalogue.as_document(place.listing, profile.models),
        "recommended": catalogue.recommended(place.listing.models, prefix),
    }
