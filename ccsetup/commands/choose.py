"""`ccsetup choose`: the measured work on each surface, at today's prices."""

import sys
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any

import typer

from ccsetup.advice import targets
from ccsetup.advice.choose import compare
from ccsetup.advice.differences import load_differences
from ccsetup.advice.needs import known_needs, parse_needs
from ccsetup.advice.payers import load_payers
from ccsetup.advice.replay import generation_of, measured_generations
from ccsetup.advice.since import METAVAR, parse_since
from ccsetup.advice.targets import Candidate
from ccsetup.advice.work import read_usage
from ccsetup.commands.arguments import Context
from ccsetup.commands.drift.show import redacted
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.providers.catalogue import parse_family
from ccsetup.system import console
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.system.tables import wrapped
from ccsetup.usage.summary import Account

EXAMPLE = """Compare what your own work would cost on each surface, at today's prices.

Replays the work that `ccsetup cost` measured under each surface's cache lifetime. Without measured work it shows which
surface suits which use. A plan is flat: its tokens are compared by what they would cost with an API key, and by Claude
Code's own reading of its limits. --need excludes the surfaces that do not meet it, with the reason; the unknown never
excludes.

  ccsetup choose
  ccsetup choose --need residency=eu --need invoice
  ccsetup choose --since 7d --all-regions --json
  ccsetup choose --model claude-sonnet-5-5            # the same work with another model
"""

Option = dict[str, Any]
_HEADS = ("SURFACE", "PROFILE", "REGION", "MODELS", "COST", "BASIS", "NOTE")


def choose(
    context: Context,
    needs: Annotated[
        list[str] | None,
        typer.Option("--need", metavar="NEED", help="residency=eu, cloud=aws, invoice, newest, … (repeatable)."),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar=METAVAR, help="Measured work from this day on; also 24h, 2w, 3m (months).")
    ] = "30d",
    all_regions: Annotated[bool, typer.Option("--all-regions", help="Add every region that has a price.")] = False,
    model: Annotated[str | None, typer.Option(metavar="ID", help="Also compare another model.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    workspace = context.obj
    wanted = parse_needs(needs or ())
    start = parse_since(since, workspace.system.now())
    other = generation_of(model) if model else None
    if model and (other is None or not other[0] or not other[1]):
        raise UserError(f"--model {model!r} does not name a Claude model", "for example --model claude-sonnet-5-5")
    payers = load_payers(workspace)
    ledger, _ = read_usage(workspace, payers)

    def find(accounts: Sequence[Account]) -> Sequence[Candidate]:
        generations = [*measured_generations(accounts), *([other] if other else [])]
        used = {one.profile: frozenset(key.model for key in one.cells) for one in accounts if one.profile is not None}
        with console.busy("reading models and prices"):
            return targets.find_targets(workspace, generations, used, all_regions=all_regions)

    found, document = compare(workspace, ledger, payers, start, wanted, find, other)
    if json:
        console.answer_json(redacted(document))
    else:
        today = workspace.system.now().date().isoformat()
        console.answer(*_lines(document, {need.key for need in wanted}, today), home=str(workspace.system.home))
        _say_next(document)
    if found and not any(target.reached for target in found):
        console.say("no source of prices could be reached")
        raise typer.Exit(UNAVAILABLE)


def _prices_of(document: dict[str, Any], today: str) -> str:
    """When the prices were read, for a heading: what could not be read today is what was read last."""
    days = sorted({one["read_at"][:10] for one in document["options"] if one["read_at"]})
    return f"at prices read since {days[0]}" if days and days[0] < today else "at today's prices"


def _lines(document: dict[str, Any], needs: Collection[str], today: str) -> Iterator[str]:
    measured, groups = document["measured"], _groups(document["options"])
    if measured["requests"]:
        work = f"{measured['requests']:,} requests since {measured['since'][:10]}"
        yield f"{work}, on each surface {_prices_of(document, today)}:"
        yield ""
        yield from console.table(_HEADS, (_row(group, needs) for group in groups))
        if any("instead_of" in group[0] for group in groups):
            yield from ("", f"With another model: {load_differences().tokenizers}.")
    else:
        yield "No measured work yet. Which surface suits which use:"
        yield ""
        yield from console.table(("USE", "SURFACES", "WHY"), _uses(document))
    excluded = [one for one in document["options"] if one["excluded_by"]]
    if excluded:
        why = [(one["surface"], one["profile"] or "-", one["excluded_by"], one["reason"]) for one in excluded]
        yield from ("", *console.table(("EXCLUDED", "PROFILE", "BY", "BECAUSE"), dict.fromkeys(why)))
    if unknown := _unknown(document, needs):
        yield from ("", *console.table(("NOT KNOWN", "PROFILE", "NEED", "BECAUSE"), unknown))
    if groups:
        yield from ("", "What differs:")
    for surface in dict.fromkeys(group[0]["surface"] for group in groups):
        differences = "; ".join(find_surface(surface).choose.differences)
        yield from wrapped(f"  {surface}: {differences or 'not known'}", sys.stdout)


def _unknown(document: dict[str, Any], needs: Collection[str]) -> dict[tuple[str, ...], None]:
    """Whether an option that is left meets a need, where that could not be told, each once."""
    told: dict[tuple[str, ...], None] = {}
    for one in document["options"]:
        for sentence in one["unknown"] if one["excluded_by"] is None else ():
            key, _, reason = sentence.partition(": ")
            if key in needs:
                told[one["surface"], one["profile"] or "-", key, reason] = None
    return told


def _uses(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The matrix without the surfaces that are excluded."""
    left = {one["surface"] for one in document["options"] if one["excluded_by"] is None}
    for row in document["matrix"]:
        surfaces = ", ".join(name for name in row["surfaces"] if name in left)
        yield (row["use"], surfaces or "-", row["why"] if surfaces else "what suits it best is excluded, see below")


def _groups(options: list[Option]) -> list[list[Option]]:
    """The options that are left, those of one surface, profile and region together, the cheapest first."""
    groups: dict[tuple[object, ...], list[Option]] = {}
    for one in options:
        if one["excluded_by"] is None:
            key = (one["surface"], one["profile"], one["place"], "instead_of" in one and one["model"])
            groups.setdefault(key, []).append(one)
    return sorted(groups.values(), key=lambda group: (_sum(group) is None, _sum(group) or Decimal(0)))


def _sum(group: list[Option]) -> Decimal | None:
    """What all the work costs there; None if some of it has no price."""
    amounts = [one["cost"]["amount"] for one in group]
    return None if None in amounts else sum(map(Decimal, amounts), Decimal(0))


def _row(group: list[Option], needs: Collection[str]) -> tuple[str, ...]:
    first, amount = group[0], _sum(group)
    notes = ["measured"] if first["measured"] else []
    shown = "-" if amount is None else f"{amount:,.2f} {first['cost']['currency']}"
    if plan := first.get("plan"):
        shown = f"{plan['price']} {plan['currency']} a {plan['per']}"
        worth: list[Any] = [(one["api_equivalent"] or {}).get("amount") for one in group]
        notes.append("flat" if None in worth else f"flat; {sum(map(Decimal, worth)):,.2f} USD by API")
        if reading := first["reading"]:
            notes.append(", ".join(f"{name} {value}%" for name, value in reading.items() if name != "at"))
    notes += dict.fromkeys(note for one in group for note in one["notes"])
    # A reason begins with the model that it is about, which all the others have, too, or with a need: `_unknown`.
    reasons = [reason.partition(": ") for one in group for reason in one["unknown"]]
    notes += dict.fromkeys(words or model for model, _, words in reasons if model not in needs)
    basis = ", ".join(dict.fromkeys(one["basis"] for one in group))
    tiers = ", ".join(dict.fromkeys(parse_family(one["model"] or "")[0] or "?" for one in group))
    models = first["model"] if "instead_of" in first else tiers
    return (first["surface"], first["profile"] or "-", first["place"] or "-", models, shown, basis, "; ".join(notes))


def _say_next(document: dict[str, Any]) -> None:
    if document["measured"]["requests"]:
        console.say("amounts are by list, published or contract prices; they are not an invoice")
    if document["lower_bound"]:
        console.say("amounts are minimums: some sessions did not record every call")
    if all(one["excluded_by"] for one in document["options"]):
        console.say("every surface is excluded; leave out one --need")
    console.say(
        f"to exclude surfaces, --need: {' '.join(known_needs())}", "next: ccsetup init, then ccsetup scope NAME"
    )
