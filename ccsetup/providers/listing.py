"""What the providers list, one module a cloud; each official SDK is imported in its module, inside functions.

listing = list_models(Access(...), place)      # raises Failed
"""

from dataclasses import replace

import msgspec

from ccsetup.knowledge import precedence
from ccsetup.providers import hosts
from ccsetup.providers.access import Access, composed, failed, within
from ccsetup.providers.access import place as place_of
from ccsetup.providers.catalogue import Listing, ordered
from ccsetup.providers.recognise import Said

# The surfaces that `look` can ask.
LISTED = ("bedrock", "vertex", "api-key", "subscription", "mantle", "claude-aws", "claude-gcp", "gateway")


def list_models(access: Access, place: str | None = None) -> Listing:
    """What the profile's provider lists, at `place` or at the profile's own; Failed when it cannot be had in time."""
    match access.profile.surface:
        case "bedrock":
            from ccsetup.providers.aws import bedrock, session

            region = place or place_of(access.profile)
            asked = within(lambda: bedrock.list_models(access, region), access, region, session.address(access, region))
            hybrid = precedence.load().is_on(access.environment.get("CLAUDE_CODE_USE_MANTLE"))
            return _with_mantle(access, asked) if hybrid else asked
        case "vertex":
            from ccsetup.providers.google import vertex

            location = place or place_of(access.profile)
            composed(access, lambda: hosts.vertex(location))
            return within(lambda: vertex.list_models(access, location), access, location, vertex.hosts(access)[0])
        case surface if surface in LISTED:
            from ccsetup.providers.anthropic import api

            url = api.address(access)
            return within(lambda: api.list_models(access), access, place_of(access.profile), url)
        case _:
            raise failed(Said(None, "no-listing", "there is none"), access, place_of(access.profile), "")


def _with_mantle(access: Access, bedrock: Listing) -> Listing:
    """What Bedrock lists, and the ids that the hybrid sends to Mantle beside it."""
    hybrid = msgspec.structs.replace(access.profile, surface="mantle")
    there = list_models(replace(access, profile=hybrid), bedrock.place)
    known = {model.id for model in bedrock.models}
    both = (*bedrock.models, *(model for model in there.models if model.id not in known))
    return msgspec.structs.replace(bedrock, models=ordered(both))
