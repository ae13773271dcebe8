"""What the providers list, one module a cloud; each official SDK is imported in its module, inside functions.

listing = list_models(Access(...), place)      # raises Failed
"""

from dataclasses import replace

import msgspec

from ccsetup import hosts
from ccsetup.catalogue import Listing, ordered
from ccsetup.clouds import Access, composed, failed, within
from ccsetup.clouds import place as place_of
from ccsetup.knowledge import precedence
from ccsetup.recognise import Said

# The surfaces that `look` can ask.
LISTED = ("bedrock", "vertex", "api-key", "subscription", "mantle", "claude-aws", "claude-gcp", "gateway")


def list_models(access: Access, place: str | None = None) -> Listing:
    """What the profile's provider lists, at `place` or at the profile's own; Failed when it cannot be had in time."""
    match access.profile.surface:
        case "bedrock":
            from ccsetup.clouds import aws, bedrock

            region = place or place_of(access.profile)
            asked = within(lambda: bedrock.list_models(access, region), access, region, aws.address(access, region))
            hybrid = precedence.load().is_on(access.environment.get("CLAUDE_CODE_USE_MANTLE"))
            return _with_mantle(access, asked) if hybrid else asked
        case "vertex":
            from ccsetup.clouds import vertex

            location = place or place_of(access.profile)
            composed(access, lambda: hosts.vertex(location))
            return within(lambda: vertex.list_models(access, location), access, location, vertex.hosts(access)[0])
        case surface if surface in LISTED:
            from ccsetup.clouds import anthropic

            url = anthropic.address(access)
            return within(lambda: anthropic.list_models(access), access, place_of(access.profile), url)
        case _:
            raise failed(Said(None, "no-listing", "there is none"), access, place_of(access.profile), "")


def _with_mantle(access: Access, bedrock: Listing) -> Listing:
    """What Bedrock lists, and the ids that the hybrid sends to Mantle beside it."""
    hybrid = msgspec.structs.replace(access.profile, surface="mantle")
    there = list_models(replace(access, profile=hybrid), bedrock.place)
    known = {model.id for model in bedrock.models}
    both = (*bedrock.models, *(model for model in there.models if model.id not in known))
    return msgspec.structs.replace(bedrock, models=ordered(both))
