"""List the providers' models, one module per cloud; each official SDK is imported in its module, inside functions.

listing = list_models(Access(...), place)      # raises Failed
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec

from ccsetup.knowledge import precedence
from ccsetup.knowledge.surfaces import Surface, load_surfaces
from ccsetup.knowledge.traits import PROFILES
from ccsetup.providers import hosts
from ccsetup.providers.access import Access, Failed, call_within_limit, compose_host, make_failure
from ccsetup.providers.catalogue import MANTLE_ID, Listing, sort_models, without_suffix
from ccsetup.providers.places import place as place_of
from ccsetup.providers.recognise import Said


def list_models(access: Access, place: str | None = None) -> Listing:
    """List the models of the profile's provider, at `place` or at the profile's own; raises Failed if that is not
    possible in time."""
    match access.surface.lists:
        case "bedrock":
            from ccsetup.providers.aws import bedrock, session

            region = place or place_of(access.profile)
            listing = call_within_limit(
                lambda: bedrock.list_models(access, region), access, region, session.address(access, region)
            )
            for other in load_surfaces().together(access.surface, access.environment):
                if precedence.load().is_on(access.environment[other.flag]):
                    listing = _with_another(access, listing, other)
            return listing
        case "vertex":
            from ccsetup.providers.google import vertex

            location = place or place_of(access.profile)
            compose_host(access, lambda: hosts.vertex(location))
            return call_within_limit(
                lambda: vertex.list_models(access, location), access, location, vertex.hosts(access)[0]
            )
        case "anthropic":
            from ccsetup.providers.anthropic import api

            url = api.address(access)
            return call_within_limit(lambda: api.list_models(access), access, place_of(access.profile), url)
        case "none":
            raise make_failure(Said(None, "no-listing", "there is none"), access, place_of(access.profile), "")


def sent_ids(surface: Surface, own: Mapping[str, str], fetch: Callable[[], Listing | None]) -> dict[str, str]:
    """Return {pin: the id that Claude Code sends} of {pin: its own id of that model}. Where it chooses the id's form,
    the place's listing decides, without which the id stays as it is."""
    is_chosen = surface.lists == PROFILES and any(pin != id_ for pin, id_ in own.items())
    listing = fetch() if is_chosen else None
    return {pin: listing.as_sent(pin, id_) if listing else id_ for pin, id_ in own.items()}


def try_listing(access: Access) -> Listing | None:
    """Return the listing of the profile's place, read once for all profiles with its identity; None if it fails."""
    try:
        return access.once((("listing", place_of(access.profile)),), lambda: list_models(access))
    except Failed:
        return None


def _with_another(access: Access, listing: Listing, other: Surface) -> Listing:
    """The listing plus the ids that are sent to the other surface, unless that fails and the profile pins none: seen,
    the client then works without them."""
    another = replace(access, profile=msgspec.structs.replace(access.profile, surface=other.name))
    try:
        other_listing = list_models(another, listing.place)
    except Failed:
        if any(MANTLE_ID.fullmatch(without_suffix(pin)) for pin in access.profile.models.values()):
            raise
        return listing
    ids = {model.id for model in listing.models}
    both = (*listing.models, *(model for model in other_listing.models if model.id not in ids))
    return msgspec.structs.replace(listing, models=sort_models(both))
