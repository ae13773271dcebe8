"""Where the measured work could be done: every profile, and every surface without one, with models and prices."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec

from ccsetup.advice.replay import Generation, generation_of
from ccsetup.claude_code import model_pricing
from ccsetup.drift.run import effective
from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import access as clouds
from ccsetup.providers import agreed
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.catalogue import Listing, Model, is_alias
from ccsetup.providers.listing import list_models
from ccsetup.providers.places import place as place_of
from ccsetup.providers.prices import page, public, read
from ccsetup.providers.prices.price import ModelPrice, Prices, Unpriced, load_sources
from ccsetup.providers.regions import FIRST
from ccsetup.system.errors import UserError
from ccsetup.usage.money import Quote
from ccsetup.workspace import Workspace

_AT_ONCE = 8
_NO_PROFILE = "no profile says where; create one with: ccsetup init"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One profile, or a surface that has none. `models` are the ids of the wanted generations there, `pins` those that
    the profile names, `elsewhere` prices in other regions. `reached` says whether a source of its prices could be
    reached."""

    surface: str
    title: str
    profile: str | None = None
    place: str | None = None
    plan: str = ""
    is_plan: bool = False
    is_gateway: bool = False
    lifetime: str = "5m"
    models: Mapping[Generation, str] = field(default_factory=dict)
    pins: tuple[str, ...] = ()
    quotes: Mapping[str, Quote] = field(default_factory=dict)
    elsewhere: tuple[ModelPrice, ...] = ()
    served: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    listing: Listing | None = None
    why_unlisted: str = ""
    reached: bool = True

    def quote(self, generation: Generation) -> Quote:
        """The price of a generation here, or why it is unknown."""
        id_ = self.models.get(generation)
        if id_ is None:
            return Quote(reason=self.why_unlisted or f"{self.title} does not list it")
        return self.quotes.get(
            id_, Quote(reason=f"its price was not read: ccsetup prices {self.profile or ''}".rstrip())
        )


def find_targets(
    workspace: Workspace, generations: Iterable[Generation], used: Mapping[str, frozenset[str]], *, all_regions: bool
) -> list[Candidate]:
    """Ask every profile's provider for its models and prices, side by side. `used` are the ids that were measured, by
    profile: their prices are read, too."""
    wanted = tuple(generations)
    published = _published(workspace) if wanted else Prices("", (), (), reached=True)  # without work none is needed
    usable: dict[str, tuple[Profile, Access]] = {}
    failed: list[Candidate] = []
    for name in workspace.store.names():
        try:
            profile = effective(workspace.store.load(name), workspace.knowledge)
            usable[name] = profile, workspace.access(name, profile)
        except UserError as error:
            failed += _unusable(workspace, name, error.message)
    clouds.scrub(workspace.knowledge)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = [
            pool.submit(_ask, workspace, access, wanted, used.get(name, frozenset()), all_regions=all_regions)
            for name, (_, access) in usable.items()
        ]
        found = [one.result() for one in asked]
    taken = {target.surface for target in (*found, *failed)}
    return [*found, *failed, *(_bare(workspace, name, wanted, published) for name in _others(workspace, taken))]


def _others(workspace: Workspace, taken: set[str]) -> list[str]:
    surfaces = sorted(workspace.knowledge.surfaces.values(), key=lambda one: one.wizard.order)
    return [one.name for one in surfaces if one.name not in taken]


def _ask(
    workspace: Workspace, access: Access, wanted: tuple[Generation, ...], used: frozenset[str], *, all_regions: bool
) -> Candidate:
    profile, surface = access.profile, access.surface
    listing, why = _list(access)
    own = {pin: workspace.sent_id(access.name, profile, pin) for pin in profile.models.values()}
    sent = {pin: listing.as_sent(pin, id_) for pin, id_ in own.items()} if listing else own
    pins = [sent[pin] for pin in profile.models.values()]
    models = {one: id_ for one in wanted if (id_ := _id_of(profile, pins, listing, one))}
    if surface.prices in ("published", "plan"):  # the page names models, not ids of a place
        models = {one: models.get(one) or _direct_id(one) for one in wanted}
    prices = _read(workspace, access, {*models.values(), *used}, all_regions=all_regions)
    quotes = {price.model: Quote(price, tier=profile.set.get("service_tier", "")) for price in prices.models}
    reasons = {one.model: Quote(reason=one.reason) for one in prices.unpriced if one.model not in quotes}
    if surface.prices == "plan":
        page_prices = workspace.prices.published(models.values(), "")
        quotes = {id_: Quote(price, flat=True) for id_, price in page_prices.items()}
        reasons = {}
    aliases = workspace.knowledge.shared.aliases
    named = [sent for pin, sent in zip(profile.models.values(), pins, strict=True) if not is_alias(pin, aliases)]
    pinned = tuple(dict.fromkeys(named))
    lives = model_pricing.lifetime(profile, workspace.system.environment)
    return Candidate(
        surface.name,
        surface.title,
        access.name,
        place_of(profile) if surface.place else None,
        profile.set.get("plan", ""),
        surface.prices == "plan",
        access.is_gateway,
        "1h" if surface.prices == "plan" or lives == "1-hour" else "5m",
        models,
        pinned,
        {**reasons, **quotes},
        prices.elsewhere,
        {id_: _served(access, id_, listing, why) for id_ in (*models.values(), *pinned)},
        listing,
        why or f"{place_of(profile)} does not list it",
        prices.reached,
    )


def _served(access: Access, id_: str, listing: Listing | None, why: str) -> tuple[tuple[str, ...], str]:
    """Where the model may be served, and why that is not known: what was not listed is not called missing."""
    if listing is None and agreed.needs_listing(access.surface) and not access.is_gateway:
        return (), why
    return agreed.served_at(access.profile, access.environment, id_, _find(listing, id_))


def _list(access: Access) -> tuple[Listing | None, str]:
    try:
        return list_models(access), ""
    except Failed as error:
        return None, f"its models could not be listed: {error.words or error.finding.check}"


def _read(workspace: Workspace, access: Access, ids: set[str], *, all_regions: bool) -> Prices:
    """The prices of today, kept as `prices` keeps them; those read last if no source can be reached."""
    place = place_of(access.profile)
    if not ids:
        return Prices(place, (), (), reached=True)
    try:
        found = read.read_prices(access, sorted(ids), all_regions=all_regions)
    except Failed:
        found = Prices(place, (), (), reached=False)
    if found.reached:
        workspace.prices.keep(access.name, access.profile, found, workspace.system.now())
        return found
    last = workspace.prices.last(access.name, access.profile, ids, all_regions=all_regions)
    return Prices(place, last.models, last.unpriced, reached=False, elsewhere=last.elsewhere) if last else found


def bare_targets(workspace: Workspace, generations: Iterable[Generation]) -> list[Candidate]:
    """Every surface as if it had no profile, at public prices; without generations nothing is asked for."""
    wanted = tuple(generations)
    published = _published(workspace) if wanted else Prices("", (), (), reached=True)
    return [_bare(workspace, name, wanted, published) for name in _others(workspace, set())]


def _bare_access(workspace: Workspace, surface: str) -> Access:
    """Access without credentials, for what needs none."""
    return Access(
        "", Profile(1, surface), {}, workspace.system.environment, workspace.system.home, workspace.system.now()
    )


def _published(workspace: Workspace) -> Prices:
    """Anthropic's page, kept for every surface that it prices; it needs no credentials."""
    surface = next(one for one in workspace.knowledge.surfaces.values() if one.is_keyed)
    access = _bare_access(workspace, surface.name)
    found = page.read_prices(access, (), "")
    workspace.prices.keep("", access.profile, found, workspace.system.now())
    return found


def _bare(workspace: Workspace, name: str, wanted: tuple[Generation, ...], published: Prices) -> Candidate:
    """A surface without a profile, at public prices."""
    surface = workspace.knowledge.surface(name)
    models = {one: _direct_id(one) for one in wanted}
    found = _public_prices(workspace, surface, tuple(models.values()), published)
    is_plan = surface.prices == "plan"
    reasons = {one.model: Quote(reason=one.reason) for one in found.unpriced}
    return Candidate(
        name,
        surface.title,
        place=found.place or None,
        is_plan=is_plan,
        is_gateway=surface.is_gateway,
        lifetime="1h" if is_plan else "5m",
        models=models,
        quotes={**reasons, **{price.model: Quote(price, flat=is_plan) for price in found.models}},
        served=dict.fromkeys(models.values(), ((), _NO_PROFILE)),
        reached=found.reached,
    )


def _public_prices(workspace: Workspace, surface: Surface, models: tuple[str, ...], published: Prices) -> Prices:
    """AWS's list where AWS sells; Anthropic's page for itself, and for Google, whose prices only a billing account
    shows; else the reason."""
    match surface.prices:
        case _ if not models:
            return Prices("", (), (), reached=True)
        case "bedrock" | "price-list":
            return public.read_list_prices(_bare_access(workspace, surface.name), models)
        case "published" | "plan" | "cloud-billing" as source:
            kept = workspace.prices.published(models, "")
            said = "Anthropic's page of prices does not name it" if published.reached else "its page could not be read"
            unread = tuple(Unpriced(id_, said) for id_ in models if id_ not in kept)
            priced = tuple(kept.values())
            if source == "cloud-billing":
                note = load_sources().google.unasked
                priced = tuple(msgspec.structs.replace(price, note=note) for price in priced)
            return Prices(FIRST[0] if source == "cloud-billing" else "", priced, unread, published.reached)
        case other:
            reason = load_sources().unpriced[other]
            return Prices("", (), tuple(Unpriced(id_, reason) for id_ in models), published.reached)


def _unusable(workspace: Workspace, name: str, reason: str) -> list[Candidate]:
    """A profile that must not be asked, such as one that is not trusted; none for a file that cannot be read."""
    try:
        profile = workspace.store.load(name)
    except UserError:
        return []
    surface = workspace.knowledge.surface(profile.surface)
    place = place_of(profile) if surface.place else None
    return [Candidate(surface.name, surface.title, name, place, why_unlisted=reason, reached=False)]


def _id_of(profile: Profile, pins: Sequence[str], listing: Listing | None, generation: Generation) -> str | None:
    """The id of a generation for this profile: its pin, else the listing's entry with the profile's geography."""
    pinned = next((pin for pin in pins if generation_of(pin) == generation), None)
    if pinned or listing is None:
        return pinned
    same = [one for one in listing.models if (one.tier, one.version) == generation and one.lifecycle != "ended"]
    prefix = profile.set.get("prefix") or next(
        (pin.partition(".anthropic.")[0] for pin in pins if ".anthropic." in pin), None
    )
    best = next((one for one in same if one.prefix == prefix), None) or next(iter(same), None)
    return best.id if best else None


def _find(listing: Listing | None, id_: str) -> Model | None:
    return listing.find(id_) if listing else None


def _direct_id(generation: Generation) -> str:
    """The id of a generation on Anthropic's own API, as its page of prices is asked for it."""
    tier, version = generation
    return f"claude-{tier}-{'-'.join(map(str, version))}"
