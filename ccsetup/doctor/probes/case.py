"""What a probe looks at, and what it can say of it."""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from ccsetup.claude_code import installation
from ccsetup.claude_code.alias_targets import AliasTarget, alias_targets
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.installation import Client
from ccsetup.knowledge.pages import Finding, Severity
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import Profile
from ccsetup.providers import access as clouds
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.catalogue import Listing, bare
from ccsetup.system.system import System

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Passed:
    """Looked at, and right. `detail` is what was seen, for a person."""

    check: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not looked at, on purpose or for want of permission; never a fault by itself.

    `telling` is False where there is nothing to look at: the check does not apply to this profile.
    """

    check: str
    reason: str
    telling: bool = True


@dataclass(frozen=True, slots=True)
class Broken:
    """Could not be looked at, and is needed to tell."""

    check: str
    reason: str


Result = Finding | Passed | Skipped | Broken


class Once:
    """What was asked once in a run is not asked again, whichever profile or probe wants it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Hashable, Future[Any]] = {}

    def __call__(self, key: Hashable, ask: Callable[[], Found]) -> Found:
        """The answer to `key`: of the first `ask` only; an exception is an answer too."""
        with self._lock:
            first = key not in self._answers
            answer = self._answers.setdefault(key, Future())
        if first:
            try:
                answer.set_result(ask())
            except BaseException as why:
                answer.set_exception(why)
        return cast("Found", answer.result())


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One profile under examination: its answers, the environment a child would get, and the system it is used on.

    `unfetched` is why a secret of the profile is not in `access`. `here` is False while `init` examines a profile that
    is not there yet, its listing `known` already: what this shell and its settings files do is then nobody's fault.
    """

    name: str
    profile: Profile
    surface: Surface
    knowledge: Knowledge
    system: System
    access: Access
    change: EnvironmentChange
    once: Once
    surroundings: Surroundings
    unfetched: Finding | None = None
    live: bool = False
    here: bool = True
    known: Listing | None = None

    @property
    def place(self) -> str:
        """Where the provider is asked: a region, a location, or the API's host."""
        return clouds.place(self.profile)

    @property
    def pins(self) -> Mapping[str, str]:
        """The model ids the profile pins: {tier or "default": id}; what only names a tier is none."""
        aliases = self.knowledge.shared.aliases
        return {key: pin for key, pin in self.profile.models.items() if bare(pin) not in aliases}

    @property
    def distinct_pins(self) -> Mapping[str, str]:
        """Each pinned id once, as it is sent, with the first tier that pins it: {id: tier}."""
        found: dict[str, str] = {}
        for tier, pin in self.pins.items():
            found.setdefault(bare(pin), tier)
        return found

    def client(self) -> Client | None:
        """The user's Claude Code, whatever PATH the profile gives to a child."""
        return self.once("client", lambda: installation.find(self.system.environment))

    def alias_targets(self) -> Mapping[str, AliasTarget]:
        """What each tier's alias asks for with this profile: {tier: target}."""
        region = self.profile.set.get("region", "")
        system, layers = self.system, self.surroundings.layers
        return alias_targets(
            self.access.environment,
            region,
            self.client(),
            self.knowledge,
            system.cache,
            home=system.home,
            layers=layers,
        )

    def facts(self, **more: str) -> dict[str, str]:
        """What every page may want to name, and `more`."""
        return {
            "profile": self.name,
            "place": self.place,
            "region": self.profile.set.get("region", ""),
            "project": self.profile.set.get("project", ""),
            "location": self.profile.set.get("location", ""),
            "aws_profile": self.access.environment.get("AWS_PROFILE") or "default",
            **more,
        }

    def finding(self, check: str, **more: str) -> Finding:
        """The fault of this page, with every case's facts and `more`."""
        return Finding(check, self.facts(**more))

    def fault(self, why: Failed, severity: Severity | None = None, **more: str) -> Finding:
        """The fault that a failed look-up names, as this profile's: another may have asked."""
        facts = {**self.facts(), **why.finding.facts, "profile": self.name, **more}
        return Finding(why.finding.check, facts, severity or why.finding.severity)

    def ask(self, key: Hashable, ask: Callable[[], Found]) -> Found:
        """The answer of the profile's provider, asked once for all who ask the same way (see `Access.asks_as`)."""
        return self.once((self.access.asks_as, key), ask)


def result_for_failure(case: Case, check: str, why: Failed) -> Finding | Skipped | Broken:
    """What a failed look-up means: the fault it names, or that it could not be looked at.

    A refused look-up that the provider allows to few is skipped by the probe itself, before it comes here.
    """
    if why.status == "unreachable":
        return Broken(check, why.words or why.finding.check)
    return case.fault(why)


Look = Callable[[Case], Iterator[Result]]


@dataclass(frozen=True, slots=True)
class Probe:
    """A function that looks. It waits for the probes named in `after`, and is skipped when one of them found an error
    or was skipped for one. `applies` is None for all surfaces."""

    name: str
    look: Look
    applies: Callable[[Surface], bool] | None = None
    after: tuple[str, ...] = ()
    online: bool = True
    live: bool = False
    local: bool = False  # about this machine and shell, not about the provider
