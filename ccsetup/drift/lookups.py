"""The requests that a run needs: profiles that would get the same answer share one.

A place is a surface, a region, location or host, an endpoint, and an owner: the account, project or organisation if
the profile has it (`expect`), else its identity (AWS profile, reference of the secret …).
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import access as clouds
from ccsetup.providers import catalogue, identity
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.providers.listing import list_models
from ccsetup.providers.places import place as place_of
from ccsetup.system.errors import UserError

THREADS = 16
IDENTITIES = 3  # how many of a place's identities are tried if one is refused
_WAY = ("aws_profile", "bearer_token", "key", "oauth_token", "auth_token", "credentials_file", "quota_project")
_ENDPOINT = re.compile(r"BASE_URL|ENDPOINT|_PROXY$", re.IGNORECASE)
_CREDENTIAL = re.compile(r"^(AWS|GOOGLE|GCLOUD|CLOUDSDK)_|AUTH_TOKEN|CUSTOM_HEADERS|_CA_", re.IGNORECASE)
_APPLICATION = ":application-inference-profile/"

Way = tuple[str, ...]
Open = Callable[[str, Profile], Access]
"""Opens a profile's access with its secrets fetched; raises UserError if one cannot be read."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One request: `names` are the profiles that it serves, `askers` one profile for each identity.

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
    """A place's answer: its listing and the application profiles pinned there, or the failure."""

    listing: Listing | None
    failure: Failed | UserError | None = None
    owned: Mapping[str, Model | Failed] | None = None  # application profiles by ARN


def group(profiles: Mapping[str, Profile]) -> tuple[Lookup, ...]:
    """Return the places of these profiles, sorted by key."""
    ways = {name: way(name, profile) for name, profile in profiles.items()}
    owners = _owners(profiles, ways)
    grouped: dict[tuple[str, str, str], dict[str, Way]] = {}
    former: dict[tuple[str, str, str], str] = {}
    for name, profile in profiles.items():
        own_way = ways[name]
        endpoint = _endpoint(profile)
        owner = owners.get(own_way) or (
            profile.set.get("project") if find_surface(profile.surface).lists == "vertex" else None
        )
        owner_key = "\0".join(("owner", owner, *endpoint) if owner else ("way", *own_way, *endpoint))
        place = (profile.surface, place_of(profile), owner_key)
        grouped.setdefault(place, {})[name] = own_way
        former_owner = owner_key if owner else "\0".join(("way", *_former_way(name, profile), *endpoint))
        former.setdefault(place, _key(place[0], place[1], former_owner))
    places = []
    for (surface, where, owner_key), names in grouped.items():
        first = {own_way: name for name, own_way in sorted(names.items(), reverse=True)}
        askers = tuple((own_way, name) for own_way, name in sorted(first.items()))
        key, old = _key(surface, where, owner_key), former[surface, where, owner_key]
        places.append(Lookup(key, surface, where, tuple(sorted(names)), askers, old))
    return tuple(sorted(places, key=lambda place: place.key))


def _key(surface: str, where: str, whose: str) -> str:
    return f"{surface}/{where}/{hashlib.sha256(whose.encode()).hexdigest()[:16]}"


def shard(keys: Iterable[str], index: int, of: int) -> frozenset[str]:
    """Return the keys of part `index` (from 1) of `of`: deterministic, disjoint, and together complete."""
    return frozenset(key for number, key in enumerate(sorted(keys)) if number % of == index - 1)


def way(name: str, profile: Profile) -> Way:
    """Return what determines the identity of a profile's requests, apart from what all profiles of this shell share."""
    return identity.declared_identity(name, profile)


def _former_way(name: str, profile: Profile) -> Way:
    """Return the identity as version 0.1.0 computed it, to find its state."""
    answers = [f"{key}={profile.set[key]}" for key in _WAY if key in profile.set]
    variables = [
        f"{variable}={value}" for variable, value in sorted(profile.env.items()) if _CREDENTIAL.search(variable)
    ]
    own_name = [f"name={name}"] if "keyring:" in profile.set.values() else []
    return (profile.surface, *answers, *variables, *own_name)


def query_all(
    places: Iterable[Lookup],
    profiles: Mapping[str, Profile],
    access: Open,
    done: Callable[[str], None],
) -> dict[str, LookupResult]:
    """Query every place in parallel; return {place's key: result}. `done` is called with each place."""
    opened = _Opened(profiles, access)
    results: dict[str, LookupResult] = {}
    pool = ThreadPoolExecutor(THREADS)
    try:
        pending = {pool.submit(_query, place, profiles, opened): place for place in places}
        for future in as_completed(pending):
            place = pending[future]
            results[place.key] = future.result()
            done(place.place)
    finally:  # `with` would wait after Ctrl-C
        pool.shutdown(wait=False, cancel_futures=True)
    return results


def _query(place: Lookup, profiles: Mapping[str, Profile], opened: "_Opened") -> LookupResult:
    """Query with the first identity that is not refused. An unreachable place is not tried again with another."""
    first_error: Failed | UserError | None = None
    until = time.monotonic() + clouds.PROFILE_SECONDS
    for asked, name in place.askers[:IDENTITIES]:
        try:
            access = replace(opened.access(asked, name), until=until)
            listing = list_models(access, place.place)
        except (Failed, UserError) as error:
            first_error = first_error or error
            if isinstance(error, Failed) and error.status == "unreachable":
                break
            continue
        pins = {
            catalogue.without_suffix(pin)
            for profile_name in place.names
            for pin in profiles[profile_name].models.values()
        }
        owned = {pin: _resolve(access, place.place, pin) for pin in sorted(pins) if _APPLICATION in pin}
        return LookupResult(listing, owned=owned)
    return LookupResult(None, first_error)


def _resolve(access: Access, region: str, arn: str) -> Model | Failed:
    from ccsetup.providers.aws import bedrock

    try:
        return bedrock.resolve(access, region, arn)
    except Failed as error:
        return error


class _Opened:
    """One access per identity, opened on first use."""

    def __init__(self, profiles: Mapping[str, Profile], access: Open) -> None:
        self._profiles = profiles
        self._access = access
        self._lock = threading.Lock()
        self._made: dict[Way, Future[Access]] = {}

    def access(self, asked: Way, name: str) -> Access:
        key = (*asked, *_endpoint(self._profiles[name]), self._profiles[name].set.get("project", ""))
        with self._lock:
            first = key not in self._made
            made = self._made.setdefault(key, Future())
        if first:  # not under the lock: a secret may take its time, and others are fetched meanwhile
            try:
                access = self._access(name, self._profiles[name])
                made.set_result(access if access.run is not None else replace(access, run=self))
            except BaseException as why:
                made.set_exception(why)
        return made.result()


def _endpoint(profile: Profile) -> tuple[str, ...]:
    variables = [f"{variable}={value}" for variable, value in sorted(profile.env.items()) if _ENDPOINT.search(variable)]
    scope = [
        profile.set[answer]
        for answer in ("project", "workspace")
        if "workspace" in profile.set and answer in profile.set
    ]
    return (profile.set.get("base_url", ""), *scope, *variables)


def _owners(profiles: Mapping[str, Profile], ways: Mapping[str, Way]) -> dict[Way, str]:
    """Return the account or organisation behind each identity for which the profiles agree on one."""
    expected_owners: dict[Way, set[str]] = {}
    for name, profile in profiles.items():
        expected = profile.expect.get("account") or profile.expect.get("organization")
        if expected and find_surface(profile.surface).lists != "vertex":
            expected_owners.setdefault(ways[name], set()).add(expected)
    return {own_way: next(iter(owners)) for own_way, owners in expected_owners.items() if len(owners) == 1}
