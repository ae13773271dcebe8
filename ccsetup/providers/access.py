"""How a profile reaches its provider, and what a look-up is that yields nothing."""

import datetime
import math
import os
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge, Surface, find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import hosts, identity, network, recognise
from ccsetup.providers.recognise import Said
from ccsetup.system import deadline, process
from ccsetup.system.secret import Secret

ANTHROPIC = "https://api.anthropic.com"
HEADERS = "headers"  # the answer whose secret is sent beside a credential
CONNECT_SECONDS = 3
REQUEST_SECONDS = 10
LOOK_SECONDS = 25  # whatever hangs or drips
PROFILE_SECONDS = 25  # for a command about one profile, its secrets included; the process has to end within 30
ATTEMPTS = 2
PAGES = 20  # of a listing; none comes near
LOGIN = "only Claude Code has this login's token"  # why nobody else asks with it
Found = TypeVar("Found")
_NETWORK = (
    "clock-skew", "endpoint-not-api", "endpoint-unreachable", "listing-endless", "proxy-refused", "proxy-socks",
    "tls-intercepted",
)  # fmt: skip
_OURS = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")  # passed explicitly; boto3 would read the first, the client never does


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """How a profile reaches its provider: its answers, its secrets, and the environment it would give a child.

    Profiles of one `run` share what is made to ask with, where they ask the same way; without one each has its own.
    """

    name: str
    profile: Profile
    secrets: Mapping[str, Secret]
    environment: Mapping[str, str]
    home: Path
    now: datetime.datetime
    run: Hashable = None
    until: float = math.inf  # of time.monotonic(): when every request for it has ended

    @property
    def surface(self) -> Surface:
        return find_surface(self.profile.surface)

    def answer(self, key: str) -> str | None:
        return self.profile.set.get(key)

    @property
    def credentials(self) -> Mapping[str, Secret]:
        """The secrets that sign: all but further headers."""
        return {name: secret for name, secret in self.secrets.items() if name != HEADERS}

    @property
    def asks_as(self) -> tuple[object, ...]:
        """Equal for profiles whose look-ups would be the same requests: surface, endpoint, credentials, [env]."""
        who = (*identity.declared(self.name, self.profile), *identity.ambient(self.environment))
        return who, tuple((name, self.secrets[name]) for name in sorted(self.secrets))


class Failed(Exception):
    """A failed request: the finding that names the cause, and what the provider said, in its parts.

    "denied": the provider answered and refused. "unreachable": it could not be asked. `said` is None, and `words` is
    empty, where only ccsetup has anything to say.
    """

    def __init__(self, status: Literal["denied", "unreachable"], finding: Finding, said: Said | None = None) -> None:
        super().__init__(finding.check)
        self.status = status
        self.finding = finding
        # Codes of our own (no-key, no-token) are nobody's words.
        self.said = None if said is None or said.code.startswith("no-") else said

    @property
    def words(self) -> str:
        """What the provider said, in a line for a person."""
        return "" if self.said is None else str(self.said)

    @property
    def http_status(self) -> int | None:
        """The status of the provider's answer; None where there was no answer, or it had none."""
        return None if self.said is None else self.said.status

    @property
    def is_busy(self) -> bool:
        """Whether the provider had no time, which is no refusal."""
        return self.http_status == 429 or (self.http_status or 0) >= 500

    def has_code(self, *codes: str) -> bool:
        """Whether the provider's error code is one of these."""
        return self.said is not None and any(recognise.same_code(self.said.code, code) for code in codes)


def failed(said: Said, access: Access, place: str, url: str) -> Failed:
    """The failure that these words mean for this profile at this place."""
    parts = network.parts(url)
    host = parts.netloc.rpartition("@")[2] or place
    facts = {
        "profile": access.name,
        "place": place,
        "host": host,
        "origin": f"{parts.scheme or 'https'}://{host}",
        "url": url,
        "region": place,
        "project": access.answer("project") or "",
        "aws_profile": access.environment.get("AWS_PROFILE") or "default",
    }
    finding = recognise.finding(said, access.profile.surface, **facts)
    # Without a status nobody has answered; unless it is our side that has nothing to ask with.
    local = not is_network(finding.check) and finding.check != recognise.UNKNOWN
    return Failed("denied" if said.status or local else "unreachable", finding, said)


def endless(access: Access, place: str, url: str) -> Failed:
    """The failure of a listing that is cut: more pages than PAGES, more than one answer may hold, or one page twice."""
    return failed(Said(None, "EndlessListing", f"{url} lists without end"), access, place, url)


def composed(access: Access, compose: Callable[[], str]) -> str:
    """The host name that `compose` makes; Failed where a region, location or resource cannot become part of one."""
    try:
        return compose()
    except hosts.NotAPlace as why:
        facts = {
            "profile": access.name,
            "place": why.place,
            "region": why.place,
            "resource": why.place,
            "aws_profile": access.environment.get("AWS_PROFILE") or "default",
        }
        raise Failed("denied", Finding(why.check, facts)) from None


def is_network(check: str) -> bool:
    """Whether the fault means that nobody was reached, whatever they would have said."""
    return check in _NETWORK


def host_of(url: str) -> str:
    """The host of a URL, and its path."""
    return url.partition("://")[2].rstrip("/")


def within(call: Callable[[], Found], access: Access, place: str, url: str) -> Found:
    """What `call` returns or raises, or Failed after LOOK_SECONDS, or when the profile's time is over."""
    seconds = min(LOOK_SECONDS, access.until - time.monotonic())
    try:
        return deadline.within(seconds, call)
    except deadline.Late:
        words = f"no whole answer from {url} within {max(0, round(seconds))} seconds"
        raise failed(Said(None, "ReadTimeoutError", words), access, place, url) from None


def place(profile: Profile) -> str:
    """Where the profile's provider is asked: a region, a location, or the API's host."""
    surface = find_surface(profile.surface)
    where = surface.place
    if where and (said := profile.env.get(where.variable) or profile.set.get(where.answer) or where.default):
        return said
    moved = profile.env.get(surface.base_variable) or profile.set.get("base_url")
    return host_of(moved or ("" if where else ANTHROPIC))


def clock(headers: Mapping[str, str]) -> datetime.datetime | None:
    """The provider's own time, from its answer's Date header; None where it says none. What ends when is told by it:
    a clock of ours that jumped ends no model."""
    from email.utils import parsedate_to_datetime

    told = next((value for name, value in headers.items() if name.lower() == "date"), None)
    try:
        moment = parsedate_to_datetime(told) if told else None
        # A date of the year 9999 in another zone has no UTC.
        return moment.astimezone(datetime.UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def scrub(knowledge: Knowledge) -> None:
    """Take the shell's leftovers out of this process, once, before any SDK looks: they move nothing of ours. The
    programs that an SDK starts (credential_process) are found on the user's PATH, too."""
    os.environ["PATH"] = process.path(os.environ)
    for name in [name for name in os.environ if name in knowledge.owned or name in _OURS]:
        del os.environ[name]
