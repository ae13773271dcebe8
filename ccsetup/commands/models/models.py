"""`ccsetup models`: lists the models that a profile's provider offers now."""

from collections.abc import Mapping
from typing import Annotated

import typer

from ccsetup.commands import trust_prompt
from ccsetup.commands.arguments import ChosenName, Context
from ccsetup.commands.chosen import name_or_chosen
from ccsetup.doctor import messages
from ccsetup.profile.profile import Profile as Answers
from ccsetup.providers import access as clouds
from ccsetup.providers import catalogue
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import TIERS, Listing, Model
from ccsetup.providers.listing import list_models
from ccsetup.providers.places import place as place_of
from ccsetup.system import console
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.workspace import Workspace

EXAMPLE = """List the models that a profile's provider offers.

An asterisk (*) marks the pinned models, an arrow the recommended model of a tier.

  ccsetup models bedrock-prod
  ccsetup models bedrock-prod --all-regions
  ccsetup models vertex --json
"""


def models(
    context: Context,
    name: ChosenName = None,
    all_regions: Annotated[bool, typer.Option("--all-regions", help="Every Bedrock region, as a table.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="The last listing, without a request.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    workspace = context.obj
    name = name_or_chosen(workspace, name)
    profile = workspace.store.load(name)
    if offline:
        trust_prompt.warn_if_untrusted(workspace, name, profile)
    if all_regions:
        from ccsetup.commands.models import regions

        regions.matrix(workspace, name, profile, offline=offline, json=json)
        return
    place = place_of(profile)
    failure: Failed | None = None
    listing = workspace.catalogues.last(name, profile, place)
    if not offline:
        clouds.scrub(workspace.knowledge)
        access = workspace.access(name, profile)
        try:
            with console.busy(f"listing the models of {place}"):
                listing = list_models(access)
            workspace.catalogues.keep(name, profile, listing)
            _recheck(workspace, name, profile, listing)
        except Failed as error:
            failure = error
    if failure is not None:
        messages.print_failure(failure.finding, failure.words, str(workspace.system.home), profile=profile)
    if listing is None:
        if failure is None:
            raise UserError(f"no cached models for {place}", f"run: ccsetup models {name}", UNAVAILABLE)
        if json:
            messages.answer_failure(failure.finding)
        raise typer.Exit(UNAVAILABLE)
    if offline or failure:
        console.say(
            f"this is what {listing.place} listed {console.age(workspace.system.now() - listing.looked_at)} ago"
        )
    written = _written(workspace, profile)
    sent = {
        tier: _meant(listing, pin) or listing.as_sent(pin, workspace.sent_id(name, profile, pin))
        for tier, pin in written.items()
    }
    _show(listing, name, profile, written, sent, json=json)
    if failure is not None:
        raise typer.Exit(UNAVAILABLE)


def _recheck(workspace: Workspace, name: str, profile: Answers, listing: Listing) -> None:
    """Clear a profile's pending mark once its provider answers and lists every pin."""
    pins = _written(workspace, profile).values()
    if workspace.pending.checks(name) and all(
        listing.meant(pin) or listing.meant(listing.as_sent(pin, workspace.sent_id(name, profile, pin))) for pin in pins
    ):
        workspace.pending.clear(name)
        console.say(f"{name} is no longer pending")


def _meant(listing: Listing, pin: str) -> str:
    """The id under which the listing has the pin, which stays as it is if it is an ARN; "" if not found."""
    model = listing.meant(pin)
    return "" if model is None else pin if model.arn == pin else model.id


def _written(workspace: Workspace, profile: Answers) -> dict[str, str]:
    """Return the pins that are ids, by tier, without the client's suffix."""
    pins = catalogue.ids_of(profile.models, workspace.knowledge.shared.aliases)
    return {tier: catalogue.without_suffix(pin) for tier, pin in pins.items()}


def _show(
    listing: Listing, name: str, profile: Answers, written: Mapping[str, str], pins: Mapping[str, str], *, json: bool
) -> None:
    """Show the listing; `written` are the pins by tier, and `pins` the ids that Claude Code sends for them."""
    prefix = catalogue.choose_residency(listing.models, profile.set.get("prefix"))
    recommended = catalogue.recommend(listing.models, prefix)
    if json:
        console.answer_json(
            {
                "schema": 1,
                "profile": name,
                "surface": listing.surface,
                "place": listing.place,
                "looked_at": listing.looked_at.isoformat(timespec="seconds"),
                "prefix": prefix,
                "models": catalogue.as_document(listing, pins),
                "recommended": recommended,
            }
        )
        return
    rows = [
        (_mark(model, pins, recommended), model.tier or "-", model.id, catalogue.lifecycle_words(model), _reach(model))
        for model in listing.models
    ]
    console.answer(*console.table(("", "TIER", "ID", "LIFECYCLE", "SERVED FROM"), rows))
    for tier in TIERS:
        if tier not in recommended:
            residency = f" with prefix {prefix}" if prefix else ""
            console.say(f"{tier}: {listing.place} offers no active model{residency}")
    for tier, pin in written.items():
        if listing.find(pins[tier]) is not None:
            if pins[tier] != pin:
                is_meant = listing.meant(pin) is not None
                words = f"{pin} means {pins[tier]}" if is_meant else f"Claude Code sends {pins[tier]} for {pin}"
                console.say(f"{tier}: {words}")
            continue
        if pin.startswith("arn:") or listing.is_unlisted(pin):
            console.say(f"{tier}: the pin {pin} was not checked: no listing has it; run: ccsetup doctor {name}")
            continue
        close = catalogue.describe_nearest(pin, listing)
        console.say(f"{tier}: the pin {pin} is not listed{f'; closest: {close}' if close else ''}")


def _mark(model: Model, pins: Mapping[str, str], recommended: Mapping[str, str]) -> str:
    star = "*" if {*pins.values()} & {model.id, model.arn} else " "
    return star + ("→" if model.id in recommended.values() else " ")


def _reach(model: Model) -> str:
    return " ".join(model.destinations) or "-"
