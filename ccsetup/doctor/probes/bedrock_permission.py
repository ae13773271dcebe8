"""Probe whether the identity may invoke its pinned models in every destination, by IAM's simulation.

Claude Code streams, so both actions must be allowed on the profile's ARN and on the model's in every destination; a
`global.` profile also needs the model's ARN without a region, where `aws:RequestedRegion` is `unspecified`.
https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html The simulation ignores session
policies and VPC endpoints: what it allows may still be refused.
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
    """One request to IAM's simulation: resources used in one region, through one inference profile or none."""

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
    """The simulation's result for one action on one resource. `check` is "" if allowed."""

    action: str
    resource: str
    check: str
    missing: tuple[str, ...]


def check_permission(case: Case) -> Iterator[Result]:
    """Check that the identity may invoke the pinned models.

    It starts while the models are still being listed, since IAM's service model takes longest to load.
    """
    caller = known_caller(case)
    if caller is None:
        yield Skipped("permission", "the identity is not known")
        return
    try:
        principal = _principal(case, caller.arn)
        listing = bedrock_listing.known_listing(case)
        models = tuple(bedrock_listing.models(case, listing).values()) if listing else ()
        if not principal or not models:
            reason = "no listed model is pinned" if principal else f"IAM has no policies of {caller.arn}"
            yield Skipped("permission", reason)
            return
        decisions = _simulate(case, principal, models)
    except Failed as error:
        yield bedrock_listing.result_for_refusal(case, "permission", error)
        return
    yield from _results(case, caller.arn, decisions)


def _results(case: Case, arn: str, decisions: Iterable[Decision]) -> Iterator[Result]:
    """Yield one finding for each kind of policy and action, with the first resource."""
    reported: set[tuple[str, str]] = set()
    undecided = False
    for decision in decisions:
        if not decision.check or (decision.check, decision.action) in reported:
            continue
        if decision.missing:
            undecided = True
            yield Skipped(
                "permission", f"a policy depends on {', '.join(decision.missing)}, which only a real request has"
            )
            continue
        reported.add((decision.check, decision.action))
        target = denial.parse_resource(decision.resource)
        facts = case.facts(action=decision.action, resource=decision.resource, **denial.parse_principal(arn), **target)
        yield Finding(decision.check, facts)
    if not reported and not undecided:
        yield Passed("permission", f"{arn} may invoke what is pinned")


def _simulate(case: Case, principal: str, models: tuple[Model, ...]) -> list[Decision]:
    """Simulate region by region, all models together; again model by model if a policy depends on the inference
    profile."""
    simulations = tuple(_simulations(case, models))
    single = tuple(one for model in models for one in _simulations(case, (model,), _through(model)))
    return case.ask(
        ("decisions", principal, simulations, single), lambda: _simulate_all(case, principal, simulations, single)
    )


def _simulate_all(
    case: Case, principal: str, simulations: Iterable[Simulation], single: Iterable[Simulation]
) -> list[Decision]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        first = list(pool.map(lambda item: _simulate_one(case, principal, item), simulations))
        if not any(_PROFILE_KEY in decision.missing for decisions in first for decision in decisions):
            return [decision for decisions in first for decision in decisions]
        return [
            decision
            for decisions in pool.map(lambda item: _simulate_one(case, principal, item), single)
            for decision in decisions
        ]


def _simulations(case: Case, models: Iterable[Model], through: str = "") -> list[Simulation]:
    resources_by_region: dict[str, dict[str, None]] = {}
    for model in models:
        arn = model.arn or ""
        if model.kind != "model":
            resources_by_region.setdefault(case.place, {})[arn] = None
        for region in model.destinations or (case.place,):
            arn_region = "" if region == WORLD else region
            resources_by_region.setdefault(region, {})[iam.model_arn(arn.split(":")[1], arn_region, model.base)] = None
    return [Simulation(region, tuple(resources), through) for region, resources in resources_by_region.items()]


def _through(model: Model) -> str:
    return (model.arn or "") if model.kind != "model" else ""


def _simulate_one(case: Case, principal: str, simulation: Simulation) -> list[Decision]:
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
    for entry in result.get("ResourceSpecificResults") or (whole,):
        boundary = entry.get("PermissionsBoundaryDecisionDetail") or result.get("PermissionsBoundaryDecisionDetail", {})
        missing = tuple(
            dict.fromkeys((*entry.get("MissingContextValues", ()), *result.get("MissingContextValues", ())))
        )
        decision = entry["EvalResourceDecision"]
        if decision == "allowed":
            check = ""
        elif not organisation:
            check = "bedrock-scp-denied"
        elif not boundary.get("AllowedByPermissionsBoundary", True):
            check = "bedrock-permissions-boundary"
        elif decision == "explicitDeny":
            check = "bedrock-explicit-deny"
        else:
            check = "bedrock-iam-denied"
        yield Decision(result["EvalActionName"], entry["EvalResourceName"], check, missing)


def _principal(case: Case, arn: str) -> str:
    """Return the ARN of the user or role whose policies apply; "" for the account's root and for federated users, who
    have no policies in IAM.

    STS omits a role's path, which SSO's roles have, so IAM is queried for it.
    """
    session.client(case.access, "iam", case.place)  # created before the threads need it
    identity = denial.parse_principal(arn)
    if identity.get("identity_kind") == "user" and ":user/" in arn:
        return arn
    if identity.get("identity_kind") != "role":
        return ""
    name = identity["identity_name"]
    plain = f"{arn.partition(':sts:')[0]}:iam::{identity['account']}:role/{name}"
    try:
        reply = case.ask(
            ("role", name), lambda: session.call(case.access, case.place, "iam", "get_role", RoleName=name)
        )
    except Failed as error:
        if bedrock_listing.not_allowed(error) and not name.startswith("AWSReservedSSO_"):
            return plain
        raise
    return str(reply["Role"]["Arn"])
