"""How a profile reaches its provider, and the error of a failed request."""

import datetime
import math
import os
import re
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from ccsetup.knowledge import custom_headers, precedence, urls
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge, Surface, find_surface
from ccsetup.profile.insecure import allows_http
from ccsetup.profile.profile import Profile
from ccsetup.profile.reference_facts import reference_facts
from ccsetup.providers import hosts, identity, network, recognise
from ccsetup.providers.aws.signer import find_signer
from ccsetup.providers.google.adc_source import source_facts
from ccsetup.providers.places import own_place, place
from ccsetup.providers.recognise import Said
from ccsetup.system import deadline, process
from ccsetup.system.secret import Secret

HEADERS = "headers"  # the answer whose secret is sent in addition to a credential
CONNECT_SECONDS = 3
REQUEST_SECONDS = 10
LOOK_SECONDS = 25  # the limit for requests that hang or trickle
PROFILE_SECONDS = 25  # for a command about one profile, its secrets included; the process has to end within 30
ATTEMPTS = 2
PAGES = 20  # of a listing; far more than any provider has
LOGIN = "only Claude Code has this login's token"  # why no other program can send requests with it
Found = TypeVar("Found")
_NETWORK = (
    "clock-skew", "endpoint-not-api", "endpoint-unreachable", "listing-endless", "proxy-refused", "proxy-socks",
    "tls-certificate-expired", "tls-hostname-mismatch", "tls-intercepted", "tls-protocol-refused",
)  # fmt: skip
Answers = Callable[[Hashable, Callable[[], Any]], Any]
"""Like `Once` of the doctor: runs the first call for a key, and gives its answer to the others."""
_OURS = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")  # passed explicitly; the client never reads the first


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """How a profile reaches its provider: its answers, its secrets, and the environment that it sets for a child
    process.

    Profiles with the same `run` share clients and sessions if they send the same requests; without a run, each profile
    has its own. With the same `answers` they send such a request once.
    """

    name: str
    profile: Profile
    secrets: Mapping[str, Secret]
    environment: Mapping[str, str]
    home: Path
    now: datetime.datetime
    run: Hashable = None
    until: float = math.inf  # of time.monotonic(): when every request for it has ended
    export: tuple[str, str] | None = None  # awsCredentialExport, and its layer if it is not run
    answers: "Answers | None" = None  # answers that profiles with the same requests share
    _identity: list[tuple[object, ...]] = field(default_factory=list, init=False, repr=False)
    _signer: list[dict[str, str]] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        if allows_http(self.profile):
            named = (value for name, value in self.environment.items() if urls.is_destination(name))
            network.allow_http(map(urls.host, named))

    @property
    def surface(self) -> Surface:
        return find_surface(self.profile.surface)

    def answer(self, key: str) -> str | None:
        return self.profile.set.get(key)

    @property
    def credentials(self) -> Mapping[str, Secret]:
        """The secrets that sign requests: all but additional headers."""
        return {name: secret for name, secret in self.secrets.items() if name != HEADERS}

    @property
    def has_credential(self) -> bool:
        """Whether the profile's requests carry a credential: a secret, or a header of one's own."""
        return bool(self.credentials) or any(custom_headers.credentials(self.environment).values())

    @property
    def is_gateway(self) -> bool:
        """Whether requests go to a host that only the profile names: a gateway, or a base URL that does not lead to the
        surface's own host."""
        return leads_elsewhere(self.surface, self.environment.get(self.surface.base_variable, ""))

    @property
    def is_unsigned(self) -> bool:
        """Whether Claude Code does not sign its requests, because a gateway does."""
        order, skips = precedence.load(), self.surface.unsigned_flag
        if not skips or not order.is_on(self.environment.get(skips)):
            return False
        despite = next((one.despite_skip for one in order.provider if one.skip == skips), ())
        owned = self.surface.env.owns
        return not any(owned[name].ask in self.credentials for name in despite if name in owned)

    def signer_facts(self) -> dict[str, str]:
        """Where the credentials come from, as facts for pages: the secret's reference, AWS's and Google's sources."""
        if not self._signer:  # read from files, and asked for with every finding
            self._signer.append(self._read_signer())
        return dict(self._signer[0])

    def _read_signer(self) -> dict[str, str]:
        facts = reference_facts(self.name, self.profile, self.surface)
        match self.surface.signs:
            case "sigv4":
                return {**facts, **find_signer(self.environment, self.home).facts()}
            case "google":
                return {**facts, **source_facts(self.environment, self.home)}
            case _:
                return facts

    @property
    def identity_key(self) -> tuple[object, ...]:
        """Equal for profiles whose requests would be the same: surface, endpoint, credentials, [env]."""
        if not self._identity:  # computed once: each of a thousand requests asks for it
            who = (*identity.declared_identity(self.name, self.profile), *identity.ambient_identity(self.environment))
            secrets = tuple((name, self.secrets[name]) for name in sorted(self.secrets))
            self._identity.append((who, self.export, secrets))
        return self._identity[0]

    @property
    def settings_key(self) -> tuple[object, ...]:
        """Equal for profiles with the same settings, pins and variables; whose they are is not part of it."""
        parts = (self.profile.set, self.profile.models, self.profile.env)
        return tuple(tuple(sorted(part.items())) for part in parts)

    def once(self, key: tuple[object, ...], ask: Callable[[], Found]) -> Found:
        """Return what `ask` returns or raises; for the same key and the same identity it runs once."""
        if self.answers is None:
            return ask()
        try:
            return self.answers((self.identity_key, *key), ask)
        except Failed as error:  # possibly of a request for another profile
            facts = {**error.finding.facts, "profile": self.name, **self.signer_facts()}
            raise Failed(error.status, Finding(error.finding.check, facts), error.said) from error


def leads_elsewhere(surface: Surface, base: str) -> bool:
    """Whether requests with this base URL ("" if none is set) go to another host than the surface's own."""
    if surface.is_gateway or not base:
        return surface.is_gateway
    host = urls.host(base)
    own = host == surface.own.host or re.fullmatch(surface.wire.hosts or "(?!)", host) is not None
    return not own and re.fullmatch(surface.own.urls, base) is None


class Failed(Exception):
    """A failed request: the finding that names the cause, and the provider's error, in parts.

    "denied": the provider responded and refused. "unreachable": it could not be reached. `said` is None, and `words` is
    empty, if the error is ccsetup's own.
    """

    def __init__(self, status: Literal["denied", "unreachable"], finding: Finding, said: Said | None = None) -> None:
        super().__init__(finding.check)
        self.status = status
        self.finding = finding
        # The codes no-key and no-token are ccsetup's own, not a provider's error.
        self.said = None if said is None or said.code.startswith("no-") else said

    @property
    def words(self) -> str:
        """The provider's error on one line, for the user."""
        return "" if self.said is None else str(self.said)

    @property
    def http_status(self) -> int | None:
        """The HTTP status of the provider's response; None if there was no response, or no status."""
        return None if self.said is None else self.said.status

    @property
    def is_busy(self) -> bool:
        """Whether the provider was overloaded, which is not a refusal."""
        return self.http_status == 429 or (self.http_status or 0) >= 500

    def has_code(self, *codes: str) -> bool:
        """Whether the provider's error code is one of these."""
        return self.said is not None and any(recognise.same_code(self.said.code, code) for code in codes)


def make_failure(said: Said, access: Access, place: str, url: str) -> Failed:
    """The Failed for this provider error, for this profile and place."""
    parts = network.parts(url)
    host = parts.netloc.rpartition("@")[2] or place
    facts = {
        "profile": access.name,
        "place": place,
        "host": host,
        **({"actor": f"The gateway at {host}"} if access.is_gateway else {}),
        "origin": f"{parts.scheme or 'https'}://{host}",
        "url": url,
        "region": place,
        "project": access.answer("project") or "",
        **access.signer_facts(),
    }
    finding = recognise.finding(said, access.profile.surface, behind_gateway=access.is_gateway, **facts)
    # Without a status there was no response, unless the profile has nothing to send the request with.
    local = not is_network(finding.check) and finding.check != recognise.UNKNOWN
    return Failed("denied" if said.status or local else "unreachable", finding, said)


def endless(access: Access, place: str, url: str) -> Failed:
    """The failure of a listing that is cut: more pages than PAGES, more than one answer may hold, or one page twice."""
    return make_failure(Said(None, "EndlessListing", f"{url} sends a list that does not end"), access, place, url)


def compose_host(access: Access, compose: Callable[[], str]) -> str:
    """Return the host name from `compose`; raises Failed if a region, location or resource cannot be part of a host
    name."""
    try:
        return compose()
    except hosts.NotAPlace as error:
        facts = {
            "profile": access.name,
            "place": error.place,
            "region": error.place,
            "resource": error.place,
            **access.signer_facts(),
        }
        raise Failed("denied", Finding(error.check, facts)) from None


def is_network(check: str) -> bool:
    """Whether the fault means that no provider was reached."""
    return check in _NETWORK


def call_within_limit(call: Callable[[], Found], access: Access, place: str, url: str) -> Found:
    """Return the result of `call`; raises its exception, or Failed after LOOK_SECONDS or at the profile's deadline."""
    seconds = min(LOOK_SECONDS, access.until - time.monotonic())
    try:
        return deadline.within(seconds, call)
    except deadline.Late:
        words = f"no whole answer from {url} within {max(0, round(seconds))} seconds"
        raise make_failure(Said(None, "ReadTimeoutError", words), access, place, url) from None


def place_of_model(access: Access, pin: str) -> str:
    """Return where the client requests this model."""
    return model_place(access.profile, access.environment, pin)


def model_place(profile: Profile, environment: Mapping[str, str], pin: str) -> str:
    """Return where a client with this environment requests the model: where a variable says, else the profile's
    place."""
    return own_place(find_surface(profile.surface), environment, pin) or place(profile)


def provider_time(headers: Mapping[str, str]) -> datetime.datetime | None:
    """The provider's own time, from the Date header of its response; None if missing. End dates are compared with it,
    so that a wrong clock on this machine does not end a model."""
    from email.utils import parsedate_to_datetime

    text = next((value for name, value in headers.items() if name.lower() == "date"), None)
    try:
        moment = parsedate_to_datetime(text) if text else None
        # A date of the year 9999 in another zone has no UTC.
        return moment.astimezone(datetime.UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def scrub(knowledge: Knowledge) -> None:
    """Remove the shell's provider variables from this process, once, before an SDK reads them. Programs that an SDK
    starts (credential_process) are found on the user's PATH, too."""
    os.environ["PATH"] = process.user_path(os.environ)
    for name in [name for name in os.environ if name in knowledge.owned or name in _OURS]:
        del os.environ[name]
