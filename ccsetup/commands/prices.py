"""`ccsetup prices`: what a profile's models cost, the pinned ones and those that `cost` has seen."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal

import typer

from ccsetup.advice.work import models_used
from ccsetup.claude_code import model_pricing
from ccsetup.commands import trust_prompt
from ccsetup.commands.arguments import ChosenName, Context
from ccsetup.commands.chosen import name_or_chosen
from ccsetup.doctor import messages
from ccsetup.drift import run as drift
from ccsetup.profile.profile import Profile as Answers
from ccsetup.providers import access as clouds
from ccsetup.providers import catalogue
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.catalogue import Listing
from ccsetup.providers.listing import sent_ids, try_listing
from ccsetup.providers.places import place as place_of
from ccsetup.providers.prices import price, read
from ccsetup.providers.prices.price import TOKENS, Kind, ModelPrice, Prices, Unpriced, price_text
from ccsetup.system import console
from ccsetup.system.errors import PROBLEM, UNAVAILABLE, UserError
from ccsetup.usage.models import pinned_as
from ccsetup.workspace import Workspace

EXAMPLE = """Show what a profile's models cost, where each price comes from, and when it was read.

In USD per million tokens. Bedrock: your account's rate card, else AWS's Price List. Vertex AI: your billing account's
prices. Anthropic API: the published page. Models that `ccsetup cost` has seen on the profile's bill are included.
A missing price is reported, never guessed; the command exits with 1 if a pinned model has none.

  ccsetup prices bedrock-prod
  ccsetup prices bedrock-prod --all-regions --json
  ccsetup prices bedrock-prod --format settings   # Claude Code's modelPricing
"""

Format = Literal["text", "json", "settings"]
_GEOGRAPHY = re.compile(r"(?!global\.)[a-z-]+\.anthropic\.")  # of a Bedrock inference profile
_HEADS = ("MODEL", "SCOPE", "INPUT", "OUTPUT", "WRITE 5M", "WRITE 1H", "READ", "BASIS", "READ ON")


def prices(
    context: Context,
    name: ChosenName = None,
    all_regions: Annotated[
        bool, typer.Option("--all-regions", help="Every region that the price source lists.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="The last prices read, without a request.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    format_: Annotated[
        Format, typer.Option("--format", help="Output format; settings prints Claude Code's modelPricing.")
    ] = "text",
) -> None:
    workspace = context.obj
    name = name_or_chosen(workspace, name)
    profile = drift.effective(workspace.store.load(name), workspace.knowledge)
    surface = workspace.knowledge.surface(profile.surface)
    if all_regions and surface.prices not in ("bedrock", "price-list", "cloud-billing"):
        raise UserError(
            f"--all-regions is for Bedrock and Vertex AI; {profile.surface} costs the same everywhere",
            f"ccsetup prices {name}",
        )
    access = None if offline else cache(lambda: _access(workspace, name, profile))
    used = models_used(workspace).get(name, ())
    pins, asked = pins_and_asked(workspace, name, profile, used, lambda: _listing(workspace, name, profile, access))
    found, problem = _found(workspace, name, profile, asked, access, all_regions=all_regions)
    if json:
        format_ = "json"
    match format_:
        case "json":
            console.answer_json(prices_document(name, profile, asked, pins, found, stale=problem or offline))
        case "settings":
            _settings(workspace, name, profile, found)
        case "text":
            _show(found, all_regions=all_regions)
            if unpinned := [model for model, tier in asked.items() if not tier]:
                console.say(f"used, but not pinned: {', '.join(unpinned)}")
    for note in found.notes:
        console.say(f"could not be read: {note}")
    for one in found.unpriced:
        console.say(f"{one.model}: {one.reason}")
    if problem or not found.reached:
        raise typer.Exit(UNAVAILABLE)
    if any(one.model in pins for one in found.unpriced):
        raise typer.Exit(PROBLEM)


def _access(workspace: Workspace, name: str, profile: Answers) -> Access:
    workspace.refuse_unusable(name, profile)
    access = workspace.access(name, profile)
    clouds.scrub(workspace.knowledge)
    return access


def _listing(workspace: Workspace, name: str, profile: Answers, access: Callable[[], Access] | None) -> Listing | None:
    """The place's listing; without `access` the last that was read."""
    return try_listing(access()) if access else workspace.catalogues.last(name, profile, place_of(profile))


def pins_and_asked(
    workspace: Workspace, name: str, profile: Answers, used: Iterable[str], fetch: Callable[[], Listing | None]
) -> tuple[dict[str, str], dict[str, str]]:
    """The tiers of the pinned ids, and of all ids whose price is asked for: {id: tier, "" if it was only used}. `fetch`
    gets the place's listing, where that decides an id."""
    surface = workspace.knowledge.surface(profile.surface)
    pins = _pins(workspace, name, profile, fetch)
    asked = pins or ({} if surface.pins else {model: tier for tier, model in surface.aliases.items()})
    if not (asked := {**asked, **{model: "" for model in used if pinned_as(model, asked) not in asked}}):
        raise UserError(
            f"{name} pins no model, and ccsetup cost has seen none on its bill",
            f"pin some: ccsetup edit {name}   # or run ccsetup cost first, after it was used",
        )
    return pins, asked


def _pins(workspace: Workspace, name: str, profile: Answers, fetch: Callable[[], Listing | None]) -> dict[str, str]:
    """The tiers of the pinned ids, as Claude Code sends them: {id: tier}."""
    written = catalogue.ids_of(profile.models, workspace.knowledge.shared.aliases)
    own = {pin: workspace.sent_id(name, profile, pin) for pin in written.values()}
    sent = sent_ids(workspace.knowledge.surface(profile.surface), own, fetch)
    pins: dict[str, str] = {}
    for tier, pin in written.items():
        if pins.get(sent[pin], "default") == "default":
            pins[sent[pin]] = tier
    return pins


def _found(
    workspace: Workspace,
    name: str,
    profile: Answers,
    pins: Iterable[str],
    access: Callable[[], Access] | None,
    *,
    all_regions: bool,
) -> tuple[Prices, bool]:
    """The prices, and whether they are old ones because no source could be reached; without `access` the last ones."""
    last = workspace.prices.last(name, profile, pins, all_regions=all_regions)
    if access is None:
        trust_prompt.warn_if_untrusted(workspace, name, profile)
        if last is None:
            raise UserError(f"no kept prices for {name}", f"read them with: ccsetup prices {name}", UNAVAILABLE)
        return last, False
    accessed = access()
    try:
        with console.busy(f"reading prices for {place_of(profile)}"):
            found = read.read_prices(accessed, pins, all_regions=all_regions)
    except Failed as why:
        messages.print_failure(why.finding, why.words, str(workspace.system.home), profile=profile)
        unread = tuple(Unpriced(pin, "no price: none of its sources could be reached") for pin in pins)
        return last or Prices(place_of(profile), (), unread, reached=False), True
    workspace.prices.keep(name, profile, found, workspace.system.now())
    if not found.reached and last is not None and last.models:
        for note in found.notes:
            console.say(f"could not be read: {note}")
        console.say("these are the last prices that were read")
        return last, True
    return found, False


def _show(found: Prices, *, all_regions: bool) -> None:
    """The table, and the notes on its prices."""
    rows = found.elsewhere if all_regions and found.elsewhere else found.models
    heads = ("REGION", *_HEADS) if all_regions else _HEADS
    if rows:
        cells = [(one.place, *cell) if all_regions else cell for one in rows for cell in _rows(one)]
        console.answer(*console.table(heads, cells))
        console.say("prices are in USD per million tokens")
    if len({one.place for one in rows}) > 1 and any(_GEOGRAPHY.match(one.model) for one in rows):
        console.say(f"the ids are those of {found.place}; elsewhere the same model's id begins with another geography")
    for one in found.models:
        for other in one.disagrees:
            mine, theirs = price_text(one.prices[other.kind]), price_text(other.price)
            by = (one.source, other.source) if one.source != other.source else (one.basis, other.basis)
            console.say(f"{one.model}: {other.kind} is {mine} by {by[0]}, {theirs} by {by[1]}")
    for note in dict.fromkeys(one.note for one in found.models if one.note):
        console.say(note)


def _rows(one: ModelPrice) -> list[tuple[str, ...]]:
    day = f"{one.read_at:%Y-%m-%d}"
    rows = [(one.model, one.scope, *_cells(one.prices), one.basis, day)]
    if one.above is not None:
        limit = f"{one.above.tokens:,}" if one.above.tokens else "?"
        rows.append((f"  prompts over {limit} tokens", one.scope, *_cells(one.above.prices), one.basis, day))
    return rows


def _cells(prices: dict[Kind, Decimal]) -> tuple[str, ...]:
    return tuple(price_text(prices[kind]) if kind in prices else "-" for kind in TOKENS)


def _settings(workspace: Workspace, name: str, profile: Answers, found: Prices) -> None:
    """The managed setting, and what its reader has to know."""
    whole = [one for one in found.models if not one.lacks]
    lifetime = model_pricing.lifetime(profile, workspace.system.environment)
    console.answer_json({"modelPricing": model_pricing.block(whole, lifetime)})
    console.say(f"cacheWrite is the price of a {lifetime} write: Claude Code has one price for both lifetimes")
    console.say(price.load_sources().client.note)
    for one in whole:
        if one.above is not None:
            console.say(f"{one.model} is left out: modelPricing has no second price, for long prompts")
            console.say("  Claude Code counts it at its own price, which is Anthropic's list price")


def prices_document(
    name: str, profile: Answers, asked: dict[str, str], pins: dict[str, str], found: Prices, *, stale: bool
) -> dict[str, object]:
    """The contract's JSON; `asked` and `pins` are tiers by id."""
    others: dict[str, list[dict[str, object]]] = {}
    for one in found.elsewhere:
        others.setdefault(one.place, []).append(_model(one, asked, pins))
    places = {"places": [{"place": place, "models": models} for place, models in others.items()]} if others else {}
    return {
        "schema": 1,
        "profile": name,
        "surface": profile.surface,
        "place": found.place,
        "stale": stale,
        "models": [_model(one, asked, pins) for one in found.models],
        "unpriced": [{"model": one.model, "reason": one.reason} for one in found.unpriced],
        **places,
    }


def _model(one: ModelPrice, asked: dict[str, str], pins: dict[str, str]) -> dict[str, object]:
    above = None if one.above is None else {"tokens": one.above.tokens, "prices": _amounts(one.above.prices)}
    return {
        "model": one.model,
        "tier": asked.get(one.model) or None,
        "pinned": one.model in pins,
        "scope": one.scope,
        "prices": _amounts(one.prices),
        "above": above,
        **({"fast": _amounts(one.fast)} if one.fast else {}),
        "basis": one.basis,
        "source": one.source,
        "published": one.published,
        "read_at": one.read_at.isoformat(timespec="seconds"),
        "disagrees": [
            {"kind": other.kind, "price": price_text(other.price), "basis": other.basis, "source": other.source}
            for other in one.disagrees
        ],
        "note": one.note or None,
    }


def _amounts(prices: dict[Kind, Decimal]) -> dict[Kind, str]:
    return {kind: price_text(amount) for kind, amount in prices.items()}
