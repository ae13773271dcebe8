"""`ccsetup quota`: shows a profile's limits and their use."""

from typing import Annotated

import typer

from ccsetup.commands.arguments import ChosenName, Context
from ccsetup.commands.chosen import name_or_chosen
from ccsetup.doctor import messages, prepare
from ccsetup.doctor.probes import bedrock_listing
from ccsetup.doctor.probes import quota as probe
from ccsetup.doctor.probes.case import Case, Once
from ccsetup.knowledge import pages
from ccsetup.providers import access
from ccsetup.providers.access import Failed
from ccsetup.providers.quota import limits, read
from ccsetup.providers.quota.limits import Limit, Limits
from ccsetup.system import console
from ccsetup.system.errors import PROBLEM, UNAVAILABLE, UserError

EXAMPLE = """Show quota limits and usage for the pinned models, and how to request an increase.

Usage is the busiest minute of the last 24 hours, from CloudWatch (AWS charges per metric).

  ccsetup quota bedrock-prod
  ccsetup quota bedrock-prod --json | jq '.limits[] | select(.limit == 0)'
"""

_HEADS = ("MODEL", "LIMIT", "UNIT", "VALUE", "USE", "HEADROOM", "PENDING")


def quota(
    context: Context,
    name: ChosenName = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    workspace = context.obj
    name = name_or_chosen(workspace, name)
    profile = workspace.store.load(name)
    access.scrub(workspace.knowledge)
    case = prepare.prepare_saved(workspace, name, profile, Once())
    if case.unfetched is not None:
        raise pages.Explained(case.unfetched, UNAVAILABLE)
    refuse_unreadable(case)
    try:
        with console.busy(f"reading the limits of {case.place}"):
            result = read.read_limits(case.access, bedrock_listing.sent_pins(case), case.ask, whole=True)
    except Failed as error:
        if json:
            messages.answer_failure(error.finding)
        _failed(case, error, str(workspace.system.home))
        raise typer.Exit(UNAVAILABLE) from None
    if json:
        console.answer_json(quota_document(case, result))
    elif result.limits:
        console.answer(*console.table(_HEADS, [_row(limit) for limit in result.limits]))
    _say(case, result, json=json)
    messages.print_findings(probe.limit_findings(case, result), str(workspace.system.home))
    if result.zero:
        raise typer.Exit(PROBLEM)
    if not any(limit.model for limit in result.limits) and not (case.surface.is_keyed and result.limits):
        raise typer.Exit(UNAVAILABLE)


def refuse_unreadable(case: Case) -> None:
    """Raise UserError for a profile whose limits cannot be queried, before any request."""
    if reason := limits.reason_unreadable(case.access):
        other = f"use an AWS profile instead: ccsetup copy {case.name} OTHER, and edit it"
        hint = "see /usage in claude" if case.surface.signs == "login" else other
        raise UserError(reason, hint, UNAVAILABLE)
    if case.surface.limits in ("service-quotas", "cloud-quotas") and not case.distinct_pins:
        raise UserError(f"{case.name} pins no model", f"pin some: ccsetup edit {case.name}")


def _failed(case: Case, error: Failed, home: str) -> None:
    if error.finding.facts.get("action"):
        # The page of a denial is about invoking models; this one is about reading limits.
        refusal = UserError(error.words, f"ccsetup policy {case.name} --with doctor    shows what allows it")
        console.refuse(refusal, home)
        return
    messages.print_failure(error.finding, error.words, home, profile=case.profile)


def _row(limit: Limit) -> tuple[str, ...]:
    value = "no limit" if limit.value is None else _number(limit.value)
    return (
        limit.model or "all models",
        limit.code if limit.metric is None or limit.code.startswith("L-") else limit.metric,
        limit.unit,
        value,
        _number(limit.used),
        _number(limit.headroom),
        _number(limit.pending),
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _whole(value: float | None) -> float | None:
    return int(value) if value is not None and value.is_integer() else value


def _say(case: Case, result: Limits, *, json: bool) -> None:
    for subject, error in result.unread.items():
        console.say(f"{subject}: could not check: {error}")
    for pin in result.unmapped:
        console.say(f"{pin}: no known limit at {result.place}")
    if not result.limits and case.surface.limits == "headers":
        console.say(f"{result.place} reports its limits only in the headers of a real request")
        console.say(f"  ccsetup doctor {case.name} --live    sends one, and reports a limit that blocks it")
    if json:
        return
    for model, rate in result.burndown.items():
        console.say(f"{model}: each token of output counts as {rate}")
    for reason in dict.fromkeys(limit.why_not for limit in result.limits if limit.why_not):
        console.say(f"cannot be raised now: {reason}")
    for note in result.notes:
        console.say(note)
    first = next(iter(result.commands), None)
    if first is not None:
        others = f" (others: ccsetup quota {case.name} --json)" if len(result.commands) > 1 else ""
        console.say(f"Request an increase{others}:", f"  {first}")


def quota_document(case: Case, result: Limits) -> dict[str, object]:
    return {
        "schema": 1,
        "profile": case.name,
        "surface": case.profile.surface,
        "place": result.place,
        "limits": [
            {
                "model": limit.model,
                "tier": limit.tier,
                "code": limit.code,
                "metric": limit.metric,
                "name": limit.name,
                "unit": limit.unit,
                "limit": _whole(limit.value),
                "default": _whole(limit.default),
                "used": _whole(limit.used),
                "used_hour": _whole(limit.used_hour),
                "headroom": _whole(limit.headroom),
                "pending": _whole(limit.pending),
                "adjustable": limit.adjustable,
                "why_not": limit.why_not or None,
                "burndown": result.burndown.get(limit.model or ""),
            }
            for limit in result.limits
        ],
        "unmapped": list(result.unmapped),
        "unread": dict(result.unread),
        "commands": list(result.commands),
        "notes": list(result.notes),
    }
