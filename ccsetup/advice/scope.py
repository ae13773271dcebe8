"""What a profile would use, as facts with their request and time, and what to have confirmed in writing.

Only reads: no model is invoked and no client is started. Nothing here says what a contract includes.
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.advice import anthropic, aws, google, measured
from ccsetup.advice.facts import Asking, Fact
from ccsetup.advice.terms import Term, load_scope, terms_of
from ccsetup.claude_code import installation
from ccsetup.knowledge import urls
from ccsetup.profile.profile import Profile
from ccsetup.providers import agreed, hosts
from ccsetup.providers.access import Access, Failed, compose_host, place_of_model
from ccsetup.providers.catalogue import TIERS, ids_of
from ccsetup.providers.listing import sent_ids, try_listing
from ccsetup.trace import last
from ccsetup.workspace import Workspace

_AT_ONCE = 8
_LOCAL = ("client", "hosts", "inference_geo")  # facts of this machine, not of a provider


@dataclass(frozen=True, slots=True)
class ScopedModel:
    """One model that Claude Code would ask for."""

    id: str
    tier: str
    pinned: bool
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything about one profile; `facts` are about the account and the whole profile."""

    profile: str
    surface: str
    title: str
    operator: str
    facts: Mapping[str, Fact]
    models: tuple[ScopedModel, ...]
    terms: tuple[Term, ...]
    ask: tuple[str, ...] = ()

    @property
    def looked_up(self) -> bool:
        """Whether at least one fact was looked up at a provider, or in the login that stands for the account."""
        own = [fact for name, fact in self.facts.items() if name not in _LOCAL]
        of_models = [one.facts[name] for one in self.models for name in ("agreement", "retention", "logging")]
        return any(fact.at is not None for fact in (*own, *of_models))

    @property
    def document(self) -> dict[str, object]:
        """The contract's JSON."""
        return {
            "schema": 1,
            "profile": self.profile,
            "surface": self.surface,
            **{name: fact.document for name, fact in self.facts.items()},
            "models": [
                {
                    "id": model.id,
                    "tier": model.tier,
                    "pinned": model.pinned,
                    **{name: fact.document for name, fact in model.facts.items()},
                }
                for model in self.models
            ],
            "terms": [{"name": term.name, "url": term.url} for term in self.terms],
            "ask": list(self.ask),
        }


def read_scope(workspace: Workspace, name: str, profile: Profile, access: Access) -> Scope:
    """Look up all facts, side by side; those of a provider once for profiles with the same settings and identity."""
    surface, requested = access.surface, _models(workspace, profile, access)
    key = ("scope", access.settings_key, *requested)
    models, provider_facts = access.once(key, lambda: _look_up(workspace, Asking(access), requested))
    facts = {
        **provider_facts,
        "inference_geo": measured.geographies(workspace, name, access),
        "hosts": _hosts(workspace, name),
        "client": _client(workspace, access),
    }
    operator = agreed.find_operator(surface, access.environment.get(surface.base_variable, ""))
    scope = Scope(name, profile.surface, surface.title, operator, facts, models, tuple(terms_of(profile.surface)))
    return replace(scope, ask=_questions(scope, _account_name(facts)))


def _look_up(
    workspace: Workspace, asking: Asking, requested: Sequence[tuple[str, str, bool]]
) -> tuple[tuple[ScopedModel, ...], dict[str, Fact]]:
    """The models, and the facts about the account."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        account = pool.submit(_account, workspace, asking)
        region = pool.submit(_of_region, asking)
        found = [pool.submit(_model, asking, id_) for id_, _, _ in requested]
        residency = pool.submit(_residency, asking)
        shared = region.result()
        models = tuple(
            ScopedModel(id_, tier, pinned, _whole(asking, one.result(), shared))
            for (id_, tier, pinned), one in zip(requested, found, strict=True)
        )
        return models, {**account.result(), "residency": residency.result()}


def _models(workspace: Workspace, profile: Profile, access: Access) -> list[tuple[str, str, bool]]:
    """(id, tier, whether it is pinned) of each model that would be asked for, each id once."""
    pins = ids_of(profile.models, workspace.knowledge.shared.aliases)
    unpinned = {tier: target.id for tier, target in workspace.unpinned(access.name, profile).items() if target.id}
    own = {pin: workspace.sent_id(access.name, profile, pin) for pin in pins.values()}
    sent = sent_ids(access.surface, {**own, **unpinned}, lambda: try_listing(access))
    found: dict[str, tuple[str, bool]] = {}
    for tier, pin in pins.items():
        found.setdefault(sent[pin], (tier, True))
    for tier in unpinned:
        found.setdefault(sent[tier], (tier, False))
    order = [*TIERS, "default"]
    listed = [(id_, tier, pinned) for id_, (tier, pinned) in found.items()]
    return sorted(listed, key=lambda one: order.index(one[1]) if one[1] in order else len(order))


def _account(workspace: Workspace, asking: Asking) -> dict[str, Fact]:
    access = asking.access
    match access.surface.signs:
        case "sigv4":
            return aws.read_account(asking)
        case "google" if "project" in access.profile.set:
            return google.read_account(asking)
        case "login" if not access.credentials:
            moved = access.environment.get("CLAUDE_CONFIG_DIR")
            return anthropic.read_login(asking, Path(moved) if moved else None, workspace.system.home)
        case "key" | "login":
            return anthropic.read_organization(asking)
        case _:
            reasons = load_scope().unasked
            return {name: Fact(because=reasons[name]) for name in ("account", "organization")}


def _residency(asking: Asking) -> Fact:
    surface, reasons = asking.access.surface, load_scope().residency
    if asking.access.is_gateway:
        return Fact(because=reasons["gateway"])
    if surface.cloud == "google":
        return google.read_residency(asking)
    kind = {"login": "plan", "azure": "microsoft"}.get(surface.signs, surface.own.operator)
    return Fact(because=reasons.get(kind, reasons["unknown"]))


def _of_region(asking: Asking) -> dict[str, Fact]:
    """Retention and logging, which hold for a whole region of an account."""
    if agreed.needs_listing(asking.access.surface) and not asking.access.is_gateway:
        return aws.read_region(asking)
    return {}


def _model(asking: Asking, id_: str) -> dict[str, Fact]:
    if asking.access.is_gateway:
        reason = load_scope().residency["gateway"]
        return {name: Fact(because=reason) for name in ("arn", "destinations", "agreement", "retention", "logging")}
    if agreed.needs_listing(asking.access.surface):
        return aws.read_model(asking, id_)
    if asking.access.surface.cloud == "google":
        return google.read_model(asking, id_)
    reason = f"{asking.access.surface.title} does not say where a request is served"
    return {"destinations": Fact(because=reason)}


def _whole(asking: Asking, facts: Mapping[str, Fact], shared: Mapping[str, Fact]) -> dict[str, Fact]:
    """All facts of a model, in the contract's order; what is per region names the regions that were not asked."""
    access, reasons = asking.access, load_scope().unasked
    operator = agreed.find_operator(access.surface, access.environment.get(access.surface.base_variable, ""))
    unnamed = load_scope().residency["gateway"] if access.is_gateway else reasons["operator"]
    others = facts["elsewhere"].more["regions"] if "elsewhere" in facts else ()
    found = {
        "arn": facts.get("arn", Fact(because=reasons["arn"])),
        "endpoint": _endpoint(asking),
        "served_by": asking.known(operator, "ccsetup's profiles/") if operator else Fact(because=unnamed),
        "destinations": facts["destinations"],
        "agreement": facts.get("agreement", Fact(because=reasons["agreement"])),
    }
    for name in ("retention", "logging"):
        fact = facts.get(name) or shared.get(name) or Fact(because=reasons[name])
        if name in shared and isinstance(others, list):
            here = asking.access.profile.set.get("region", "")
            unasked = "only the profile's own region was asked"
            more = {"region": here, "elsewhere": [{"region": one, "because": unasked} for one in others]}
            fact = Fact(fact.value, fact.by, fact.at, fact.because, more)
        found[name] = fact
    return found


def _endpoint(asking: Asking) -> Fact:
    access = asking.access
    base = access.environment.get(access.surface.base_variable, "")
    if base:
        return asking.known(urls.host(base), f"{access.surface.base_variable} of the profile")
    try:
        host = compose_host(access, lambda: hosts.own_host(access.surface, place_of_model(access, "")))
    except Failed as error:
        return Fact(because=error.finding.check)
    return asking.known(host, "the surface's own host")


def _hosts(workspace: Workspace, name: str) -> Fact:
    seen = last.read_hosts(workspace.system.state / "traces", name)
    if seen is None:
        return Fact(because=f"Claude Code was never traced with {name}; do it with: ccsetup trace {name}")
    # `trace` runs the client so; what it would call besides is not known.
    quiet = "without telemetry, updates and other traffic that CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC turns off"
    return Fact(list(seen.hosts), f"ccsetup trace, of Claude Code {seen.client}, {quiet}", seen.at)


def _client(workspace: Workspace, access: Access) -> Fact:
    client = installation.located(workspace.system.environment)
    if client is None:
        return Fact(because="Claude Code was not found on the PATH")
    if not client.version:
        return Fact(because="no file of the installed Claude Code names its version")
    return Fact(client.version, "the installed Claude Code's own files", access.now)


def _account_name(facts: Mapping[str, Fact]) -> str:
    account, organization = facts["account"].value, facts["organization"].value
    if isinstance(account, dict):
        return f"project {account['project']} (number {account['number'] or 'unknown'})"
    if account:
        return f"account {account}"
    if isinstance(organization, dict):
        return f"organization {organization.get('name') or organization.get('id')}"
    return f"organization {organization}" if organization else "account (unknown)"


def _questions(scope: Scope, account: str) -> tuple[str, ...]:
    regions: dict[str, None] = {}
    for model in scope.models:
        value = model.facts["destinations"].value
        regions.update(dict.fromkeys(value if isinstance(value, list) else ["regions that are not known"]))
    blanks = {
        "account": account,
        "models": ", ".join(model.id for model in scope.models) or "models that are not pinned",
        "regions": ", ".join(regions) or "regions that are not known",
        "operator": scope.operator or "not known",
        "surface": scope.title,
    }
    return tuple(_filled(question, blanks) for question in load_scope().questions)


def _filled(question: str, blanks: Mapping[str, str]) -> str:
    """Fill each blank once: what is filled in is not read again."""
    return re.sub(r"\{(\w+)\}", lambda blank: blanks[blank[1]], question)
