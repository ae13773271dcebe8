"""`ccsetup models --all-regions`: region × tier. An unreachable or denied region does not delay the others."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import typer

from ccsetup.doctor import messages
from ccsetup.profile.profile import Profile
from ccsetup.providers import access as clouds
from ccsetup.providers import catalogue
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.catalogue import TIERS, Listing
from ccsetup.providers.listing import list_models
from ccsetup.providers.places import place as place_of
from ccsetup.system import console
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RegionRow:
    """The result for one region: its listing or its failure."""

    region: str
    listing: Listing | None
    failure: Failed | None

    @property
    def status(self) -> str:
        return "ok" if self.failure is None else self.failure.status


def matrix(workspace: Workspace, name: str, profile: Profile, *, offline: bool, json: bool) -> None:
    if workspace.knowledge.surface(profile.surface).lists != "bedrock":
        raise UserError(
            f"--all-regions is for Bedrock; {profile.surface} lists the same everywhere", f"ccsetup models {name}"
        )
    if offline:
        places = _last_listings(workspace, name, profile)
    else:
        clouds.scrub(workspace.knowledge)
        places = _list_regions(workspace.access(name, profile))
        for place in places:
            if place.listing is not None:
                workspace.catalogues.keep(name, profile, place.listing)
    if json:
        console.answer_json({"schema": 1, "profile": name, "surface": profile.surface,
                            "places": [_document(place, profile) for place in places]})  # fmt: skip
    else:
        console.answer(
            *console.table(("REGION", *(tier.upper() for tier in TIERS), ""), [_row(place) for place in places])
        )
    looked = [place.listing.looked_at for place in places if place.listing is not None]
    if offline and looked:
        console.say(f"the oldest of these answers is {console.age(workspace.system.now() - min(looked))} old")
    if not looked:
        first = places[0].failure
        if first is not None:
            messages.print_failure(first.finding, first.words, str(workspace.system.home))
        raise typer.Exit(UNAVAILABLE)


def _last_listings(workspace: Workspace, name: str, profile: Profile) -> list[RegionRow]:
    """Return each region's last listing; regions that were never queried are left out."""
    from ccsetup.providers.aws import bedrock

    last_listings = [
        workspace.catalogues.last(name, profile, region) for region in bedrock.regions(like=place_of(profile))
    ]
    rows = [RegionRow(listing.place, listing, None) for listing in last_listings if listing is not None]
    if not rows:
        raise UserError(
            "no cached listing of the regions", f"list them with: ccsetup models {name} --all-regions", UNAVAILABLE
        )
    return rows


def _list_regions(access: Access) -> list[RegionRow]:
    from ccsetup.providers import http
    from ccsetup.providers.aws import bedrock

    regions = bedrock.regions(like=access.environment.get("AWS_REGION", ""))
    rows: dict[str, RegionRow] = {}
    # One session and one TLS context serve all regions; see providers/http.py.
    pool = ThreadPoolExecutor(http.THREADS)
    try:
        pending = [pool.submit(_list_region, access, region) for region in regions]
        with console.progress("asking every region", len(regions)) as step:
            for future in as_completed(pending):
                place = future.result()
                rows[place.region] = place
                step(place.region)
    finally:  # `with` would wait after Ctrl-C
        pool.shutdown(wait=False, cancel_futures=True)
    return [rows[region] for region in regions]


def _list_region(access: Access, region: str) -> RegionRow:
    try:
        return RegionRow(region, list_models(access, region), None)
    except Failed as error:
        return RegionRow(region, None, error)


def _row(place: RegionRow) -> tuple[str, ...]:
    if place.listing is None:
        return (place.region, *("-" for _ in TIERS), place.status)
    cells = []
    for tier in TIERS:
        live = [model for model in place.listing.models if model.lifecycle != "ended"]
        versions = {model.version: None for model in live if model.tier == tier}
        prefixes = dict.fromkeys(
            model.prefix or "in-region"
            for model in live
            if versions and model.tier == tier and model.version == max(versions)
        )
        newest = ".".join(str(number) for number in max(versions)) if versions else "-"
        cells.append(f"{newest} ({' '.join(prefixes)})" if prefixes else newest)
    return (place.region, *cells, "")


def _document(place: RegionRow, profile: Profile) -> dict[str, object]:
    if place.listing is None:
        reason = place.failure.finding.check if place.failure else None
        return {"place": place.region, "status": place.status, "reason": reason, "models": [], "recommended": {}}
    prefix = catalogue.choose_residency(place.listing.models, profile.set.get("prefix"))
    return {
        "place": place.region,
        "status": "ok",
        "reason": None,
        "looked_at": place.listing.looked_at.isoformat(timespec="seconds"),
        "models": catalogue.as_document(place.listing, profile.models),
        "recommended": catalogue.recommend(place.listing.models, prefix),
    }
