"""The questions about live models: the prefix, and the model that each tier is pinned to."""

from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import catalogue
from ccsetup.providers.catalogue import TIERS, Listing, Model
from ccsetup.wizard.draft import Draft
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.session import Session

_USE, _NONE = "use", "none"
_TYPE, _UNPIN = "\0type", "\0unpin"  # a NUL is not possible in a model's id
_LISTED = 4  # more destinations are counted instead of listed


def choose(session: Session, draft: Draft, surface: Surface, listing: Listing) -> None:
    """Ask for prefix and pins; pins from flags stay if the provider offers them."""
    given = {
        tier: pin for tier, pin in draft.models.items() if (model := listing.find(pin)) and model.lifecycle != "ended"
    }
    prefix = _residency(session, draft, surface, listing)
    live = catalogue.recommend(listing.models, prefix)
    pins = {**live, **{tier: pin for tier, pin in given.items() if tier in TIERS}}
    residency = f" with prefix {prefix}" if prefix else ""
    missing = [tier for tier in TIERS if tier not in pins]
    session.talk.tell(*(f"  {tier}: no model available in {listing.place}{residency}" for tier in missing))
    asked = 0
    while set(given) < set(TIERS):
        picked = _menu(session, draft, listing, pins, given, asked)
        if picked == _NONE:
            pins = {tier: pin for tier, pin in pins.items() if tier in given}
        if picked in (_USE, _NONE):
            break
        _pick(session, listing, picked, prefix, pins, asked)
        asked += 1
    default = {"default": draft.models["default"]} if "default" in draft.models else {}
    draft.models = {**default, **{tier: pins[tier] for tier in TIERS if tier in pins}}


def ask_names(session: Session, draft: Draft) -> None:
    """Ask for the model or deployment name of each tier, where the provider lists none."""
    skip = "skip"
    session.talk.tell("  No model listing here: enter the model or deployment names that you were given.")
    for tier in TIERS:
        if tier not in draft.models:
            typed = session.talk.type(f"name.{tier}", f"Model or deployment for {tier}", skip, _no_name)
            if typed != skip:
                draft.models[tier] = typed


def _no_name(typed: str) -> str:
    return "" if typed.isprintable() and " " not in typed else "a name has no spaces"


def unlisted(draft: Draft, listing: Listing) -> bool:
    """Whether a pin is not among the listed ids, so that it has to be requested."""
    return any(listing.find(pin) is None for tier, pin in draft.models.items() if tier in TIERS or pin not in TIERS)


def _residency(session: Session, draft: Draft, surface: Surface, listing: Listing) -> str | None:
    """Return the prefix of the pins; asked only if several are possible."""
    question = surface.question("prefix")
    if question is None:
        return None
    if "prefix" in draft.set:
        return draft.set["prefix"]
    offered = {model.prefix for model in listing.models if model.kind == "inference-profile" and model.prefix}
    known = [prefix for prefix in question.one_of if prefix in offered]
    if not known:
        return None
    best = catalogue.choose_residency(listing.models)
    default = best if best in known else known[0]
    if len(known) > 1:
        known.sort(key=lambda prefix: (prefix != default, prefix == catalogue.WORLD))
        choices = [Choice(prefix, prefix, _reach(listing, prefix)) for prefix in known]
        default = session.talk.choose("prefix", "Where may requests be served?", choices, default)
    draft.set["prefix"] = default
    return default


def _reach(listing: Listing, prefix: str) -> str:
    """Describe the regions that serve a prefix's models, and the tiers that it lacks."""
    live = catalogue.recommend(listing.models, prefix)
    regions = sorted({region for model in listing.models if model.id in live.values() for region in model.destinations})
    if catalogue.WORLD in regions or prefix == catalogue.WORLD:
        where = "any region"
    else:
        where = " ".join(regions) if len(regions) <= _LISTED else f"{len(regions)} regions"
    lacks = [tier for tier in TIERS if tier not in live]
    return f"{where}; no {', '.join(lacks)}" if lacks else where


def _menu(
    session: Session, draft: Draft, listing: Listing, pins: dict[str, str], given: dict[str, str], asked: int
) -> str:
    rows = [Choice(_USE, "Use these" if pins else "Continue without pins")]
    profile = Profile(1, draft.surface, set=draft.set, env=draft.env)
    aliases = session.workspace.alias_targets(draft.name, profile)
    for tier in TIERS:
        if tier in given:
            continue
        model = listing.find(pins[tier]) if tier in pins else None
        label = f"  {tier.ljust(7)} {pins.get(tier, '-')}"
        unpinned = "" if tier in pins else f"not pinned: {aliases[tier].words}"
        rows.append(Choice(tier, label, _life(model) if model else unpinned))
    if not session.workspace.knowledge.surface(draft.surface).pins:
        now = ", ".join(alias.id for alias in aliases.values() if alias.id)
        rows.append(Choice(_NONE, "Don't pin: follow Claude Code's defaults", f"currently {now}" if now else ""))
    return session.talk.choose(f"models.{asked}", "Models (Enter on one changes it)", rows, _USE)


def _pick(session: Session, listing: Listing, tier: str, prefix: str | None, pins: dict[str, str], asked: int) -> None:
    """Ask for another model for the tier."""
    best = catalogue.recommend(listing.models, prefix).get(tier)
    of_tier = [model for model in listing.models if model.tier == tier]
    of_tier.sort(key=lambda model: model.prefix != prefix)  # stable: the newest first within each prefix
    rows = [
        Choice(
            model.id,
            model.id,
            "recommended" if model.id == best else "" if model.lifecycle == "ended" else _life(model),
            closed=_life(model) if model.lifecycle == "ended" else "",
        )
        for model in of_tier
    ]
    rows += [Choice(_TYPE, "type another id or ARN …"), Choice(_UNPIN, "don't pin this tier")]
    picked = session.talk.choose(f"pin.{tier}.{asked}", f"Model for {tier}", rows, pins.get(tier) or _UNPIN)
    if picked == _TYPE:
        picked = session.talk.type(f"pin.{tier}.{asked}.id", f"Id or ARN for {tier}", "", lambda _: "")
    if picked == _UNPIN:
        pins.pop(tier, None)
    else:
        pins[tier] = picked


def _life(model: Model) -> str:
    """Describe the lifecycle; "" if the provider does not report it."""
    shown = catalogue.lifecycle_words(model).removeprefix("unknown").removeprefix(", ")
    preview = "preview" if model.previewed and model.lifecycle in ("active", "unknown") else ""
    return ", ".join(filter(None, (shown, preview)))
