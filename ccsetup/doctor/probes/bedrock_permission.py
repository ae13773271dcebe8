"""Whether the identity may invoke its pinned models everywhere they may be served, by IAM's own simulation.

Claude Code streams, so both actions must be allowed on the profile's ARN and on the model's in every destination; a
`global.` profile also wants the model's ARN without a region, where `aws:RequestedRegion` is `unspecified`.
https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
The simulation knows no session policies and no VPC endpoints: what it allows may still be refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ccsetup.doctor.probes import bedrock_listing
from ccsetup.doctor.probes.aws_identity import known_caller
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.aws import denial, session
from ccsetup.providers.catalogue import WORLD, Model
from ccsetup.providers.policy import iam

ACTIONS = ("bedrock:InvokeModelWithResponseStream", "bedrock:InvokeModel")
_AT_ONCE = 8
_PROFILE_KEY = "bedrock:InferenceProfileArn"


@dataclass(frozen=True, slots=True)
class Simulation:
    """One question to IAM: resources that are asked for in one region, through one inference profile or none."""

    region: str
    resources: tuple[str, ...]
    through: str = ""

    @property
    def context(self) -> list[dict[str, object]]:
        values = {"aws:RequestedRegion": "unspecified" if self.region == WORLD else self.region}
        if self.through:
            values[_PROFILE_KEY] = self.through
        return [
            {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for name, value in values.items()
        ]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the simulation said of one action on one resource. `check` is "" where it is allowed."""

    action: str
    resource: str
    check: str
    missing: tuple[str, ...]


def check_permission(case: Case) -> Iterator[Result]:
    """Begun while the models are still being listed: IAM's service model takes longest of all to load."""
    found = known_caller(case)
    if found is None:
        yield Skipped("permission", "it is not known who asks")
        return
    try:
        principal = _principal(case, found.arn)
        listing = bedrock_listing.known(case)
        models = tuple(bedrock_listing.models(case, listing).values()) if listing else ()
        if not principal or not models:
            reason = "no listed model is pinned" if principal else f"IAM has no policies of {found.arn}"
            yield Skipped("permission", reason)
            return
        decisions = _simulated(case, principal, models)
    except Failed as why:
        yield bedrock_listing.result_for_refusal(case, "permission", why)
        return
    yield from _results(case, found.arn, decisions)


def _results(case: Case, arn: str, decisions: Iterable[Decision]) -> Iterator[Result]:
    """One finding for each kind of policy and action: the first resource stands for all."""
    told: set[tuple[str, str]] = set()
    unsure = False
    for one in decisions:
        if not one.check or (one.check, one.action) in told:
            continue
        if one.missing:
            unsure = True
            yield Skipped("permission", f"a policy depends on {', '.join(one.missing)}, which only a real request has")
            continue
        told.add((one.check, one.action))
        target = denial.parse_resource(one.resource)
        facts = case.facts(action=one.action, resource=one.resource, **denial.parse_principal(arn), **target)
        yield Finding(one.check, facts)
    if not told and not unsure:
        yield Passed("permission", f"{arn} may invoke what is pinned")


def _simulated(case: Case, principal: str, models: tuple[Model, ...]) -> list[Decision]:
    """Region by region, all models at once; again model by model where a policy looks at the inference profile."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        first = list(pool.map(lambda one: _asked(case, principal, one), _simulations(case, models)))
        if not any(_PROFILE_KEY in decision.missing for decisions in first for decision in decisions):
            return [decision for decisions in first for decision in decisions]
        single = [simulation for model in models for simulation in _simulations(case, (model,), _through(model))]
        return [
            decision
            for decisions in pool.map(lambda one: _asked(case, principal, one), single)
            for decision in decisions
        ]


def _simulations(case: Case, models: Iterable[Model], through: str = "") -> list[Simulation]:
    wanted: dict[str, dict[str, None]] = {}
    for model in models:
        arn = model.arn or ""
        if model.kind != "model":
            wanted.setdefault(case.place, {})[arn] = None
        for region in model.destinations or (case.place,):
            there = "" if region == WORLD else region
            wanted.setdefault(region, {})[iam.model_arn(arn.split(":")[1], there, model.base)] = None
    return [Simulation(region, tuple(resources), through) for region, resources in wanted.items()]


def _through(model: Model) -> str:
    return (model.arn or "") if model.kind != "model" else ""


def _asked(case: Case, principal: str, simulation: Simulation) -> list[Decision]:
    answer = case.ask(
        ("simulated", principal, simulation),
        lambda: session.read_pages(
            case.access,
            case.place,
            "iam",
            "simulate_principal_policy",
            "EvaluationResults",
            PolicySourceArn=principal,
            ActionNames=list(ACTIONS),
            ResourceArns=list(simulation.resources),
            ContextEntries=simulation.context,
        ),
    )
    return [decision for result in answer for decision in _decisions(result, simulation)]


def _decisions(result: Mapping[str, Any], simulation: Simulation) -> Iterator[Decision]:
    organisation = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True)
    whole = {"EvalResourceName": simulation.resources[0], "EvalResourceDecision": result["EvalDecision"]}
    for one in result.get("ResourceSpecificResults") or (whole,):
        bound = one.get("PermissionsBoundaryDecisionDetail") or result.get("PermissionsBoundaryDecisionDetail", {})
        missing = tuple(dict.fromkeys((*one.get("MissingContextValues", ()), *result.get("MissingContextValues", ()))))
        decision = one["EvalResourceDecision"]
        if decision == "allowed":
            check = ""
        elif not organisation:
            check = "bedrock-scp-denied"
        elif not bound.get("AllowedByPermissionsBoundary", True):
            check = "bedrock-permissions-boundary"
        elif decision == "explicitDeny":
            check = "bedrock-explicit-deny"
        else:
            check = "bedrock-iam-denied"
        yield Decision(result["EvalActionName"], one["EvalResourceName"], check, missing)


def _principal(case: Case, arn: str) -> str:
    """The user or role whose policies count; "" for the account's root and for federated users, who have none in IAM.

    STS tells a role without its path, which SSO's roles have: IAM knows it.
    """
    session.client(case.access, "iam", case.place)  # made before threads want it
    who = denial.parse_principal(arn)
    if who.get("identity_kind") == "user" and ":user/" in arn:
        return arn
    if who.get("identity_kind") != "role":
        return ""
    name = who["identity_name"]
    plain = f"{arn.partition(':sts:')[0]}:iam::{who['account']}:role/{name}"
    try:
        found = case.ask(
            ("role", name), lambda: session.call(case.access, case.place, "iam", "get_role", RoleName=name)
        )
    except Failed as why:
        if bedrock_listing.not_allowed(why) and not name.startswith("AWSReservedSSO_"):
            return plain
        raise
    return str(found["Role"]["Arn"])
