"""What `init` verifies before it saves: the provider answers, and it lists every pin.

Prints and saves nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import catalogue, regions
from ccsetup.providers.access import Access
from ccsetup.providers.catalogue import TIERS, Listing, Model
from ccsetup.providers.listing import list_models


@dataclass(frozen=True, slots=True)
class Verified:
    """A profile compared with its provider's live catalogue.

    `pins` are the given ones and, on a cloud, the recommended one for each other tier. `errors` are pins that would
    not work; `notes` are further messages for the user.
    """

    listing: Listing
    prefix: str | None
    pins: Mapping[str, str]
    errors: tuple[Finding, ...]
    notes: tuple[str, ...]


def verify(access: Access, aliases: tuple[str, ...], sent_id: Callable[[str], str]) -> Verified:
    """List, choose and check; raises Failed if the provider does not list its models. `aliases` need no listed
    model; `sent_id` gives the id that Claude Code sends for a pin."""
    listing = list_models(access)
    profile = access.profile
    prefix = catalogue.choose_residency(listing.models, profile.set.get("prefix"))
    live = catalogue.recommend(listing.models, prefix)
    given = catalogue.ids_of(profile.models, aliases)
    models_found = {
        tier: _find(access, listing, pin) or listing.find(listing.as_sent(pin, sent_id(pin)))
        for tier, pin in given.items()
    }
    unlisted = {tier for tier, model in models_found.items() if model is None}
    arns = {tier for tier in unlisted if given[tier].startswith("arn:")}  # provisioned or custom: not in any listing
    errors = [_gone(access, listing, tier, given[tier]) for tier in given if tier in unlisted - arns]
    notes = [f"{tier}: {given[tier]} is not in the listing; used as given" for tier in given if tier in arns]
    for tier, model in models_found.items():
        if model is not None and model.lifecycle == "ended":
            errors.append(_ended(access, listing, given[tier], model))
        if model is not None and model.lifecycle == "legacy":
            end = f", which ends on {model.ends_on:%Y-%m-%d}" if model.ends_on else ""
            notes.append(f"{tier}: {given[tier]} is a legacy model{end}")
    pins = dict(given)
    if access.surface.pins:
        pins |= {tier: pin for tier, pin in live.items() if tier not in given}
        residency = f" with prefix {prefix}" if prefix else ""
        notes += [f"{tier}: no model available in {listing.place}{residency}" for tier in TIERS if tier not in pins]
    if access.surface.question("prefix") and not pins:
        prefixes = sorted({model.prefix for model in listing.models if model.prefix})
        facts = {
            "profile": access.name,
            "place": listing.place,
            "prefix": prefix or "",
            "prefixes": ", ".join(prefixes),
        }
        errors.append(Finding("bedrock-prefix-mismatch", facts))
    if access.surface.lists == "vertex" and listing.place not in regions.FIRST:
        notes.append(
            f"the listing does not say what {listing.place} serves; the newest models may be in global, us and eu only"
        )
    return Verified(listing, prefix, pins, tuple(errors), tuple(notes))


def complete_profile(profile: Profile, verified: Verified) -> Profile:
    """Return the profile with the chosen pins and, on Bedrock, the prefix."""
    answers = dict(profile.set)
    if find_surface(profile.surface).question("prefix") and verified.prefix and "prefix" not in answers:
        answers["prefix"] = verified.prefix
    order = ("default", *TIERS)
    models = {**profile.models, **verified.pins}
    sorted_models = {key: models[key] for key in order if key in models}
    return msgspec.structs.replace(profile, set=answers, models=sorted_models)


def _find(access: Access, listing: Listing, pin: str) -> Model | None:
    if (model := listing.find(pin)) is None and ":application-inference-profile/" in pin:
        from ccsetup.providers.aws import bedrock

        return bedrock.resolve(access, listing.place, catalogue.without_suffix(pin))
    return model


def _ended(access: Access, listing: Listing, pin: str, model: Model) -> Finding:
    day = f"{model.ends_on:%Y-%m-%d}" if model.ends_on else "an earlier day"
    facts = {"profile": access.name, "place": listing.place, "model": pin, "date": day}
    return Finding("model-ended", {**facts, "nearest": catalogue.describe_nearest(pin, listing)})


def _gone(access: Access, listing: Listing, tier: str, pin: str) -> Finding:
    facts = {"profile": access.name, "place": listing.place, "model": pin, "tier": tier}
    return Finding("model-gone", {**facts, "lists": "lists", "nearest": catalogue.describe_nearest(pin, listing)})
