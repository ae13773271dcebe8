"""The input of a probe and its possible results."""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ccsetup.claude_code import effective, installation, main_model
from ccsetup.claude_code.alias_targets import AliasTarget, ClientModels
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.installation import Client
from ccsetup.doctor.probes.result import Broken, Passed, Result, Skipped
from ccsetup.knowledge import decisive_settings, precedence
from ccsetup.knowledge.pages import HERE, Finding, Severity
from ccsetup.knowledge.secret_shapes import trim
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import Profile
from ccsetup.providers.catalogue import Listing, is_alias, without_suffix
from ccsetup.system.system import System

if TYPE_CHECKING:  # a report needs no connection
    from concurrent.futures import Future

    from ccsetup.providers.access import Access, Failed

__all__ = ["Broken", "Passed", "Result", "Skipped"]  # probes import all from here

Found = TypeVar("Found")


class Once:
    """Caches answers within a run, so that profiles and probes do not repeat a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Hashable, Future[Any]] = {}

    def __call__(self, key: Hashable, ask: Callable[[], Found]) -> Found:
        """Return the answer for `key`. Only the first caller's `ask` runs; an exception is an answer too."""
        from concurrent.futures import Future  # slow to import

        with self._lock:
            first = key not in self._answers
            answer = self._answers.setdefault(key, Future())
        if first:
            try:
                answer.set_result(ask())
            except BaseException as error:
                answer.set_exception(error)
        return cast("Found", answer.result())


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One profile to examine: its settings, the environment of a child process, and the system it runs on.

    `unfetched` is the reason why a secret of the profile is missing in `access`. `here` is False while `init` examines
    a profile before saving, with its listing in `known`: this shell and its settings files are then not checked.
    `unsent` is why ccsetup cannot send a credential that Claude Code sends.
    """

    name: str
    profile: Profile
    surface: Surface
    knowledge: Knowledge
    system: System
    access: "Access"
    change: EnvironmentChange
    once: Once
    surroundings: Surroundings
    unfetched: Finding | None = None
    live: bool = False
    here: bool = True
    known: Listing | None = None
    unsent: str = ""

    @property
    def is_ambient(self) -> bool:
        """Whether this shell and folder are examined as they are, without a profile."""
        return self.name == HERE

    @property
    def place(self) -> str:
        """The region, the location, or the API's host."""
        from ccsetup.providers.places import place

        return place(self.profile)

    @property
    def values(self) -> Mapping[str, str]:
        """The variables of the profile's requests, and the settings lines that count beside them."""
        return {**self.access.environment, **effective.values(effective.lines(self.surroundings.layers))}

    @property
    def pins(self) -> Mapping[str, str]:
        """The model ids that are asked for: {tier or "default": id}, without aliases. The default is the model that the
        extra body names, else the profile's, else what a settings layer chooses."""
        order, values = precedence.load(), self.values
        if (model_of_body := order.model_of_body(values)) is not None:
            return {**self._ids_of(self.profile.models), "default": model_of_body}
        chosen = next((each for name in order.model if (each := trim(values.get(name, "")))), "")
        asked = {"default": chosen} if chosen else {}
        models = {**asked, **self._model_of_run(chosen), **self.profile.models}
        provider, default = order.selected(values)[0], without_suffix(models.get("default", ""))
        if tier := order.remapped_tier(provider, values, default):
            models["default"] = tier
        return self._ids_of(models)

    def _model_of_run(self, chosen: str) -> dict[str, str]:
        """The user's own `model` line, which counts in `ccsetup run` where a project's hides it elsewhere."""
        line = effective.users_line(self.surroundings.layers, "model")
        hidden = line and chosen == trim(self.values.get("model", "")) != trim(line)
        if not hidden or self.is_ambient or self.profile.models:
            return {}
        return {"run": trim(line)} if decisive_settings.load().serves(trim(line), self.surface.name) else {}

    def _ids_of(self, models: Mapping[str, str]) -> dict[str, str]:
        """`models` without aliases. One in a tier's own variable counts, since it is sent as it stands; a profile's is
        not put there. Without a profile the default is an id already, if Claude Code's own are known."""
        aliases = self.knowledge.shared.aliases
        resolved = self.surface.signs != "login" and any(target.id for target in self.alias_targets().values())
        return {
            key: model
            for key, model in models.items()
            if not is_alias(model, aliases) or (self.is_ambient and (resolved or key != "default"))
        }

    @property
    def distinct_pins(self) -> Mapping[str, str]:
        """Each pinned id once, as it is sent, with the first tier that pins it: {id: tier}."""
        tiers: dict[str, str] = {}
        for tier, pin in self.pins.items():
            tiers.setdefault(without_suffix(pin), tier)
        return tiers

    def client(self) -> Client | None:
        """The user's Claude Code, regardless of the PATH that the profile sets."""
        return self.once("client", lambda: installation.find(self.system.environment))

    def alias_targets(self) -> Mapping[str, AliasTarget]:
        """What each tier's alias asks for with this profile: {tier: target}."""
        return self.models.alias_targets(home=self.system.home, layers=self.surroundings.layers)

    def sent_id(self, pin: str) -> str:
        """Return the id that Claude Code sends for a pin: it maps ids of the Anthropic API to the provider's. Without a
        profile, the default is such an id already."""
        if self.is_ambient and pin == without_suffix(self.profile.models.get("default", "")):
            return pin
        overrides = main_model.overrides_of(self.surroundings.layers) if self.is_ambient else {}
        return self.models.sent_id(pin, overrides=overrides)

    @property
    def models(self) -> ClientModels:
        """How the client names models with this profile."""
        return ClientModels(self.access.environment, self.place, self.client(), self.knowledge, self.system.cache)

    @property
    def sent_pins(self) -> Mapping[str, str]:
        """Each id that Claude Code sends for the pins, with the first tier that pins it: {id: tier}."""
        tiers: dict[str, str] = {}
        for pin, tier in self.distinct_pins.items():
            tiers.setdefault(self.sent_id(pin), tier)
        return tiers

    def facts(self, **more: str) -> dict[str, str]:
        """Return the facts that any page may use, and `more`."""
        return {
            "profile": self.name,
            "place": self.place,
            "region": self.profile.set.get("region", ""),
            "project": self.profile.set.get("project", ""),
            "location": self.profile.set.get("location", ""),
            **self.access.signer_facts(),
            **({"actor": f"The gateway at {self.place}"} if self.access.is_gateway and not self.surface.cloud else {}),
            **more,
        }

    def finding(self, check: str, **more: str) -> Finding:
        """Return the finding of this page, with the common facts and `more`."""
        return Finding(check, self.facts(**more))

    def fault(self, error: "Failed", severity: Severity | None = None, **more: str) -> Finding:
        """Return the finding of a failed request with this profile's name, since another may have made the request."""
        facts = {**self.facts(), **error.finding.facts, "profile": self.name, **more}
        return Finding(error.finding.check, facts, severity or error.finding.severity)

    def ask(self, key: Hashable, ask: Callable[[], Found]) -> Found:
        """Return the provider's answer, requested once for all profiles with the same identity (see
        `Access.identity_key`)."""
        return self.once((self.access.identity_key, key), ask)


def result_for_failure(case: Case, check: str, error: "Failed") -> Finding | Skipped | Broken:
    """Return the result for a failed request: its fault, or Broken if the provider was unreachable, or does not serve
    what was requested and is not where Claude Code's messages go.

    A probe skips a denied request that few identities may make before it calls this.
    """
    if error.status == "unreachable" or (error.finding.check == "endpoint-not-api" and _is_diverted(case)):
        return Broken(check, error.words or error.finding.check)
    return case.fault(error)


def result_for_sign_in(case: Case, check: str, error: "Failed") -> Finding | Skipped | Broken:
    """Like `result_for_failure`, for a request that Claude Code makes too: an answer that is not the API's is a fault,
    unless only ccsetup asked there."""
    if error.finding.check == "endpoint-not-api":
        return Broken(check, error.words) if _leads_only_ccsetup(case) else case.fault(error)
    return result_for_failure(case, check, error)


def _leads_only_ccsetup(case: Case) -> bool:
    """Whether the shell has an endpoint that the profile takes away from Claude Code."""
    name = "AWS_ENDPOINT_URL"
    is_set = case.surface.signs == "sigv4" and case.system.environment.get(name)
    return bool(is_set) and not case.access.environment.get(name)


def _is_diverted(case: Case) -> bool:
    from ccsetup.providers.aws import endpoints

    return endpoints.are_diverted(case.access)


Look = Callable[[Case], Iterator[Result]]


@dataclass(frozen=True, slots=True)
class Probe:
    """A check. It waits for the probes named in `after`, and is skipped if one of them found an error or was skipped
    for one. `applies` is None for all surfaces; `concerns` has keys of [expect]; without one of them the
    profile does not have the probe."""

    name: str
    look: Look
    applies: Callable[[Surface], bool] | None = None
    after: tuple[str, ...] = ()
    online: bool = True
    live: bool = False
    local: bool = False  # about this machine and shell, not the provider
    concerns: tuple[str, ...] = ()
