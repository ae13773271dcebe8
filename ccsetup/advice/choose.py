"""The measured work on every surface, at today's prices, judged by what is needed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccsetup.advice.differences import find_plan, load_differences
from ccsetup.advice.needs import Offer, Requirement, judge_need
from ccsetup.advice.quotes import Quotes
from ccsetup.advice.reading import plan_reading
from ccsetup.advice.replay import Generation, as_billed, generation_of, measured_generations, tokens_elsewhere
from ccsetup.advice.targets import Candidate
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.usage import money, notes
from ccsetup.usage.bills import Bills, Payer
from ccsetup.usage.document import tokens
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.money import Quote, Sum, Used
from ccsetup.usage.summary import Account, Summary, moment, summarize
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add
from ccsetup.usage.work import measure
from ccsetup.workspace import Workspace

Document = dict[str, object]
_NOTHING = "nothing was measured yet, so there is no amount: use Claude Code, then run ccsetup choose again"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What there is to choose by: the measured accounts, the options' targets, the needs, and another model."""

    workspace: Workspace
    accounts: Sequence[Account]
    strings: Sequence[str]
    targets: Sequence[Candidate]
    needs: tuple[Requirement, ...]
    other_model: Generation | None = None

    @property
    def generations(self) -> list[Generation]:
        return measured_generations(self.accounts)


def compare(
    workspace: Workspace,
    ledger: Ledger,
    payers: tuple[Payer, ...],
    start: int,
    needs: tuple[Requirement, ...],
    find: Callable[[Sequence[Account]], Sequence[Candidate]],
    other: Generation | None = None,
) -> tuple[Sequence[Candidate], Document]:
    """The contract's JSON for the ledger's work since `start`, and the targets that `find` returned for its accounts,
    whose prices it reads."""
    works, bills = measure(ledger), Bills(ledger, payers, notes.noted(ledger))
    targets = find(summarize(ledger, works, bills, start).accounts)
    summary = summarize(ledger, works, bills, start, Quotes(workspace, payers))
    choice = Comparison(workspace, summary.accounts, ledger.strings, targets, needs, other)
    return targets, choose_document(choice, summary)


def choose_document(choice: Comparison, summary: Summary) -> Document:
    """The contract's JSON."""
    options = [option for target in choice.targets for option in _options(choice, target)]
    return {
        "schema": 1,
        "measured": _measured(choice.accounts, summary.since),
        "options": options,
        "matrix": [
            {"use": row.use, "surfaces": list(row.surfaces), "why": row.why, "source": row.source}
            for row in load_differences().matrix
        ],
        "lower_bound": summary.lower_bound,
    }


def _measured(accounts: Iterable[Account], since: int) -> Document:
    whole: Tokens = NO_TOKENS
    by: list[Document] = []
    for account in accounts:
        sums = account.sum
        whole = add(whole, sums.all)
        used = [account.used(key, cell) for key, cell in account.cells.items()]
        named: Document = {"profile": account.profile, "surface": account.surface, "requests": sums.requests}
        by.append({**named, "tokens": tokens(sums.all), **money.figures(used)})
    requests = sum(account.sum.requests for account in accounts)
    return {"since": moment(since), "requests": requests, "tokens": tokens(whole), "by": by}


def _options(choice: Comparison, target: Candidate) -> Iterator[Document]:
    generations = choice.generations
    if not generations and choice.other_model is None:
        yield _option(choice, target, None, None)
    for generation in generations:
        yield _option(choice, target, generation, _priced(choice, target, (generation,), target.quote(generation)))
        for price in target.elsewhere:
            if price.model == target.models.get(generation) and price.place != target.place:
                quote = Quote(price)
                work = _priced(choice, target, (generation,), quote, is_moved=True)
                yield _option(choice, target, generation, work, place=price.place)
    if (other := choice.other_model) is not None and other not in generations:
        same_tier = tuple(one for one in generations if one[0] == other[0]) or tuple(generations[:1])
        elsewhere = _priced(choice, target, same_tier, target.quote(other)) if same_tier else None
        yield _option(choice, target, other, elsewhere, instead_of=same_tier)


def _priced(
    choice: Comparison, target: Candidate, generations: tuple[Generation, ...], quote: Quote, *, is_moved: bool = False
) -> Mapping[str, list[Used]]:
    """All the work with these models as this target would bill it: {"cost", "5m", "1h": what was used}."""
    found: dict[str, list[Used]] = {"cost": [], "5m": [], "1h": []}
    same = generations == (_only(generations),) and target.quote(_only(generations)) is quote
    for account in choice.accounts:
        own = not is_moved and same and (account.profile, account.surface) == (target.profile, target.surface)
        quotes: Callable[[str], Quote] = account.quote if own else lambda _model: quote
        replayed = tokens_elsewhere(account, choice.strings, quotes, generations, is_plan=target.is_plan)
        for lifetime, used in replayed.items():
            found[lifetime] += used
        found["cost"] += as_billed(account, generations) if own else replayed[target.lifetime]
    return found


def _only(generations: tuple[Generation, ...]) -> Generation:
    return generations[0]


def _option(
    choice: Comparison,
    target: Candidate,
    generation: Generation | None,
    work: Mapping[str, list[Used]] | None,
    *,
    place: str | None = None,
    instead_of: tuple[Generation, ...] = (),
) -> Document:
    id_ = target.models.get(generation) if generation else None
    spent = money.total(work["cost"]) if work else Sum()
    unknown = [f"{model}: {reason}" for model, reason in sorted(spent.unpriced.items())]
    if generation and work is not None and id_ is None:
        unknown = [target.quote(generation).reason]
    excluded, reason, unsure = _judged(choice, target, generation, id_, place)
    amount = None if target.is_plan or not work else spent.whole
    known = amount is not None
    document = spent.document
    option: Document = {
        "surface": target.surface,
        "profile": target.profile,
        "place": place or target.place,
        "model": id_ or (_shown(generation) if generation else None),
        "measured": _is_measured(choice, target) and place is None,
        "cost": {
            "amount": money.amount_text(amount) if amount is not None else None,
            "currency": document["currency"] if known else None,
        },
        "basis": document["basis"] if known else "none",
        "source": document["source"] if known else None,
        "read_at": document["read_at"] if known else None,
        "notes": document["notes"] if known or target.is_plan else [],
        "replay": _replay(work) if known and work else None,
        "excluded_by": excluded,
        "reason": reason,
        "differences": [*find_surface(target.surface).choose.differences],
        "unknown": [*unknown, *unsure] if work is not None else [_NOTHING, *unsure],
    }
    if instead_of and generation not in instead_of:
        option["differences"] = [load_differences().tokenizers, *find_surface(target.surface).choose.differences]
        option["instead_of"] = [_shown(one) for one in instead_of]
    if target.is_plan:
        option |= _plan(choice.workspace, target, spent if work else None)
    return option


def _is_measured(choice: Comparison, target: Candidate) -> bool:
    return any((one.profile, one.surface) == (target.profile, target.surface) for one in choice.accounts)


def _replay(work: Mapping[str, list[Used]]) -> dict[str, str | None]:
    return {name: money.optional_text(money.total(work[name]).whole) for name in ("5m", "1h")}


def _plan(workspace: Workspace, target: Candidate, spent: Sum | None) -> Document:
    """A plan's own price, what its tokens would cost with an API key, and the client's own reading of its limits."""
    plans = [find_plan(target.plan)] if target.plan else [*load_differences().plan]
    known = [plan.document for plan in plans if plan is not None]
    return {
        "plan": known[0] if known else None,
        "plans": known,
        "api_equivalent": spent.document if spent else None,
        "reading": plan_reading(workspace, target.profile),
    }


def _judged(
    choice: Comparison, target: Candidate, generation: Generation | None, id_: str | None, place: str | None
) -> tuple[str | None, str | None, list[str]]:
    """The first need that excludes, why, and what is unknown about the needs."""
    unsure: list[str] = []
    destinations, unserved = _served(target, generation, id_)
    if place is not None and destinations and destinations != ("global",):
        destinations, unserved = (), f"the regions of {place} were not listed"
    offer = Offer(
        target.surface,
        target.title,
        target.is_gateway,
        target.plan,
        target.is_plan,
        destinations or None,
        unserved,
        _has_newest(choice, target, generation),
    )
    for need in choice.needs:
        judgement = judge_need(need, offer)
        if judgement.outcome == "excluded":
            return need.text, judgement.reason, unsure
        if judgement.outcome == "unknown":
            unsure.append(f"{need.key}: {judgement.reason}")
    return None, None, unsure


def _served(target: Candidate, generation: Generation | None, id_: str | None) -> tuple[tuple[str, ...], str]:
    """Where the model may be served, or why that is not known. Without measured work: all that the profile pins."""
    if generation is not None:
        return target.served.get(id_ or "", ((), target.why_unlisted or "no model was measured"))
    of_pins = [target.served[pin] for pin in target.pins]
    if not of_pins:
        return (), "no model was measured, and none is pinned"
    unserved = next((why for places, why in of_pins if not places), "")
    return () if unserved else tuple(dict.fromkeys(place for places, _ in of_pins for place in places)), unserved


def _has_newest(choice: Comparison, target: Candidate, generation: Generation | None) -> bool | None:
    """Whether the target lists the newest generation of the tier that any provider lists or the client knows. Without
    measured work: of every tier that the profile pins."""
    wanted = [generation] if generation else [*map(generation_of, target.pins)]
    if target.listing is None or not wanted:
        return None
    knowledge = choice.workspace.knowledge
    known = [generation_of(id_) for surface in knowledge.surfaces.values() for id_ in surface.aliases.values()]
    listings = [one.listing for one in choice.targets if one.listing is not None]
    known += [(model.tier, model.version) for listing in listings for model in listing.models if not model.previewed]
    listed = {(one.tier, one.version) for one in target.listing.models}
    newest = {one: max((version for tier, version in known if tier == one), default=()) for one, _ in wanted}
    return listed >= newest.items()


def _shown(generation: Generation) -> str:
    tier, version = generation
    return f"claude-{tier}-{'-'.join(map(str, version))}" if tier else "a model that is not Claude"
