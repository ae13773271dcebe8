"""Where to look, once a place: profiles that would get the same answer share one look-up.

A place is a surface, a region, location or host, an endpoint, and whose answer it is: the account, project or
organisation where the profile says it (`expect`), else the way of asking (AWS profile, reference of the secret …).
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import access as clouds
from ccsetup.providers import catalogue, identity
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.providers.listing import list_models
from ccsetup.system.errors import UserError

THREADS = 16
IDENTITIES = 3  # how many of a place's identities are tried when one is refused
_WAY = ("aws_profile", "bearer_token", "key", "oauth_token", "auth_token", "credentials_file", "quota_project")
_ENDPOINT = re.compile(r"BASE_URL|ENDPOINT|_PROXY$", re.IGNORECASE)
_CREDENTIAL = re.compile(r"^(AWS|GOOGLE|GCLOUD|CLOUDSDK)_|AUTH_TOKEN|CUSTOM_HEADERS|_CA_", re.IGNORECASE)
_APPLICATION = ":application-inference-profile/"

Way = tuple[str, ...]
Open = Callable[[str, Profile], Access]
"""Makes a profile's access, secrets fetched; a UserError when one cannot be had."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One look-up: `names` are the profiles that it answers for, `askers` one profile for each way of asking.

    `former` is its key in the state of version 0.1.0.
    """

    key: str
    surface: str
    place: str
    names: tuple[str, ...]
    askers: tuple[tuple[Way, str], ...]
    former: str = ""


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What a place said: a listing, and the application profiles pinned there; or why there is none."""

    listing: Listing | None
    failure: Failed | UserError | None = None
    owned: Mapping[str, Model | Failed] | None = None  # application profiles by ARN


def group(profiles: Mapping[str, Profile]) -> tuple[Lookup, ...]:
    """The places of these profiles, by key."""
    ways = {name: way(name, profile) for name, profile in profiles.items()}
    owners = _owners(profiles, ways)
    together: dict[tuple[str, str, str], dict[str, Way]] = {}
    former: dict[tuple[str, str, str], str] = {}
    for name, profile in profiles.items():
        asked = ways[name]
        endpoint = _endpoint(profile)
        owner = owners.get(asked) or (
            profile.set.get("project") if find_surface(profile.surface).lists == "vertex" else None
        )
        whose = "\0".join(("owner", owner, *endpoint) if owner else ("way", *asked, *endpoint))
        place = (profile.surface, clouds.place(profile), whose)
        together.setdefault(place, {})[name] = asked
        before = whose if owner else "\0".join(("way", *_former_way(name, profile), *endpoint))
        former.setdefault(place, _key(place[0], place[1], before))
    places = []
    for (surface, where, whose), names in together.items():
        first = {asked: name for name, asked in sorted(names.items(), reverse=True)}
        askers = tuple((asked, name) for asked, name in sorted(first.items()))
        key, old = _key(surface, where, whose), former[surface, where, whose]
        places.append(Lookup(key, surface, where, tuple(sorted(names)), askers, old))
    return tuple(sorted(places, key=lambda place: place.key))


def _key(surface: str, where: str, whose: str) -> str:
    return f"{surface}/{where}/{hashlib.sha256(whose.encode()).hexdigest()[:16]}"


def shard(keys: Iterable[str], index: int, of: int) -> frozenset[str]:
    """The keys of part `index` (from 1) of `of`: the same on every machine, disjoint, together all of them."""
    return frozenset(key for number, key in enumerate(sorted(keys)) if number % of == index - 1)


def way(name: str, profile: Profile) -> Way:
    """What decides as whom a profile asks, beside what all profiles of this shell have in common."""
    return identity.declared(name, profile)


def _former_way(name: str, profile: Profile) -> Way:
    """The way as version 0.1.0 had it, by which its state is found."""
    answers = [f"{key}={profile.set[key]}" for key in _WAY if key in profile.set]
    more = [f"{variable}={value}" for variable, value in sorted(profile.env.items()) if _CREDENTIAL.search(variable)]
    own = [f"name={name}"] if "keyring:" in profile.set.values() else []
    return (profile.surface, *answers, *more, *own)


def ask_all(
    places: Iterable[Lookup],
    profiles: Mapping[str, Profile],
    access: Open,
    done: Callable[[str], None],
) -> dict[str, LookupResult]:
    """Ask every place, side by side; {place's key: answer}. `done` hears of each."""
    opened = _Opened(profiles, access)
    found: dict[str, LookupResult] = {}
    pool = ThreadPoolExecutor(THREADS)
    try:
        waiting = {pool.submit(_ask, place, profiles, opened): place for place in places}
        for answered in as_completed(waiting):
            place = waiting[answered]
            found[place.key] = answered.result()
            done(place.place)
    finally:  # `with` would wait after Ctrl-C
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def _ask(place: Lookup, profiles: Mapping[str, Profile], opened: "_Opened") -> LookupResult:
    """The first identity that is not refused; whoever cannot reach the place at all speaks for all of them."""
    first: Failed | UserError | None = None
    until = time.monotonic() + clouds.PROFILE_SECONDS
    for asked, name in place.askers[:IDENTITIES]:
        try:
            access = replace(opened.access(asked, name), until=until)
            listing = list_models(access, place.place)
        except (Failed, UserError) as why:
            first = first or why
            if isinstance(why, Failed) and why.status == "unreachable":
                break
            continue
        pins = {catalogue.bare(pin) for one in place.names for pin in profiles[one].models.values()}
        owned = {pin: _resolved(access, place.place, pin) for pin in sorted(pins) if _APPLICATION in pin}
        return LookupResult(listing, owned=owned)
    return LookupResult(None, first)


def _resolved(access: Access, region: str, arn: str) -> Model | Failed:
    from ccsetup.providers.aws import bedrock

    try:
        return bedrock.resolve(access, region, arn)
    except Failed as why:
        return why


class _Opened:
    """One access for each way of asking, made when it is first wanted."""

    def __init__(self, profiles: Mapping[str, Profile], access: Open) -> None:
        self._profiles = profiles
        self._access = access
        self._lock = threading.Lock()
        self._made: dict[Way, Access] = {}

    def access(self, asked: Way, name: str) -> Access:
        with self._lock:
            key = (*asked, *_endpoint(self._profiles[name]), self._profiles[name].set.get("project", ""))
            if key not in self._made:
                self._made[key] = replace(self._access(name, self._profiles[name]), run=self)
            return self._made[key]


def _endpoint(profile: Profile) -> tuple[str, ...]:
    more = [f"{variable}={value}" for variable, value in sorted(profile.env.items()) if _ENDPOINT.search(variable)]
    within = [
        profile.set[answer]
        for answer in ("project", "workspace")
        if "workspace" in profile.set and answer in profile.set
    ]
    return (profile.set.get("base_url", ""), *within, *more)


def _owners(profiles: Mapping[str, Profile], ways: Mapping[str, Way]) -> dict[Way, str]:
    """The account or organisation behind a way of asking, where its profiles agree on one."""
    told: dict[Way, set[str]] = {}
    for name, profile in profiles.items():
        expected = profile.expect.get("account") or profile.expect.get("organization")
        if expected and find_surface(profile.surface).lists != "vertex":
            told.setdefault(ways[name], set()).add(expected)
    return {asked: next(iter(owners)) for asked, owners in told.items() if len(owners) == 1}
