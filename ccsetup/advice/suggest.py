"""Which surface suits a use: the matrix, the needs and the measured work, without asking any profile's provider."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ccsetup.advice import targets
from ccsetup.advice.choose import compare
from ccsetup.advice.differences import Advice, find_plan
from ccsetup.advice.needs import Requirement
from ccsetup.advice.payers import load_payers
from ccsetup.advice.replay import measured_generations
from ccsetup.advice.since import parse_since
from ccsetup.advice.targets import Candidate
from ccsetup.advice.work import kept_ledger
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.summary import Account
from ccsetup.workspace import Workspace

_SINCE = "30d"  # as `choose`


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A surface, what it costs or what differs there, and the reason if a need excludes it."""

    surface: str
    title: str
    note: str
    plan: str = ""
    excluded: str = ""


def suggest(
    workspace: Workspace, row: Advice, needs: tuple[Requirement, ...], found: Collection[str], *, online: bool
) -> list[Suggestion]:
    """Every surface, the best first: those of the matrix's row, of which what was found on this machine comes first;
    then the others; excluded ones last. The ledger is read as `cost` left it, and priced only if `online`."""
    document = _document(workspace, needs, online=online)
    by: dict[str, list[dict[str, Any]]] = {}
    for option in document["options"]:
        by.setdefault(option["surface"], []).append(option)
    order = [*row.surfaces, *(name for name in by if name not in row.surfaces)]
    suggestions = [_suggestion(workspace, name, row, by[name]) for name in order]
    return sorted(
        suggestions,
        key=lambda one: (bool(one.excluded), one.surface not in row.surfaces, one.surface not in found),
    )


def _document(workspace: Workspace, needs: tuple[Requirement, ...], *, online: bool) -> dict[str, Any]:
    payers = load_payers(workspace)
    ledger = kept_ledger(workspace) if online else Ledger()
    start = parse_since(_SINCE, workspace.system.now())

    def find(accounts: Sequence[Account]) -> Sequence[Candidate]:
        return targets.bare_targets(workspace, measured_generations(accounts))

    return compare(workspace, ledger, payers, start, needs, find)[1]


def _suggestion(workspace: Workspace, name: str, row: Advice, options: Sequence[dict[str, Any]]) -> Suggestion:
    title = workspace.knowledge.surface(name).title
    left = [one for one in options if one["excluded_by"] is None]
    if not left:
        return Suggestion(name, title, "", excluded=options[0]["reason"])
    plan = row.plan if options[0].get("plans") is not None else ""
    differences = workspace.knowledge.surface(name).choose.differences
    note = _amount(left) or _price(plan) or "".join(differences[-1:])
    return Suggestion(name, title, note, plan)


def _amount(options: Sequence[dict[str, Any]]) -> str:
    """What the last 30 days would cost; empty if some of it has no price, or nothing was measured."""
    amounts = [one["cost"]["amount"] for one in options if one["model"]]
    if not amounts or None in amounts:
        return ""
    return f"{sum(map(Decimal, amounts)):,.2f} {options[0]['cost']['currency']}, last 30 days"


def _price(plan: str) -> str:
    known = find_plan(plan) if plan else None
    return f"{known.name}, {known.price} {known.currency} a {known.per}" if known else ""
