"""The line of `ccsetup statusline`, from Claude Code's JSON and from the environment that it hands to its children.

Claude Code runs the command after every answer, so it must cost next to nothing: what has to be known of the surfaces
and profiles is kept in one table, made by `commands/statusline.py`. The table holds no secret. It counts only while its
stamp and the profile's own text still match. Imports only `json` and modules as light.

Seen on 2.1.332: the command gets the variables of all settings layers, "" for one that a file blanks, and the names and
numbers used below on standard input.
"""

import json
import os
import select
import time
from collections.abc import Mapping
from typing import Any

from ccsetup.knowledge.settings_files import read_bounded
from ccsetup.profile import compiled
from ccsetup.system import owners
from ccsetup.system.standard_folders import standard_folders

PRICED = "CCSETUP_PRICED"  # the profile whose prices `run` gave to the client
FILE = "statusline.json"
_ACTIVE = "CCSETUP_PROFILE"
_LARGEST, _LARGEST_TABLE = 1 << 20, 1 << 24  # bytes
_PATIENCE = 3  # seconds for standard input, which a script may leave open
_LONGEST = 60  # characters of one part
_NAMED = 3  # variables
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"

Json = Mapping[str, Any]


_given: list[bytes] = []


def read_input() -> bytes:
    """What Claude Code writes to standard input; nothing from a terminal. Read once, and for a limited time."""
    if _given:
        return _given[0]
    content, until = b"", time.monotonic() + _PATIENCE
    try:
        while not os.isatty(0) and len(content) <= _LARGEST and _is_ready(until) and (more := os.read(0, 1 << 16)):
            content += more
    except OSError:
        pass
    _given.append(content)
    return content


def _is_ready(until: float) -> bool:
    """Whether something, or the end, came on standard input by then; Windows cannot tell this of a pipe."""
    return os.name == "nt" or bool(select.select([0], [], [], max(0, until - time.monotonic()))[0])


def cached_line(given: bytes, environment: Mapping[str, str]) -> bytes | None:
    """The line, if the kept table still holds; None otherwise."""
    folders = standard_folders(environment)
    if folders is None:
        return None
    try:
        trusted = owners.owners(environment.get("HOME", ""))
        owners.check_folder(folders[1], trusted)
        owners.check_folder(f"{folders[0]}/profiles", trusted)
        table = json.loads(read_bounded(f"{folders[1]}/{FILE}", largest=_LARGEST_TABLE, trusted=trusted))
        if table["stamp"] != compiled.stamp(environment):
            return None
        name = environment.get(_ACTIVE) or applied_profile(table, environment)
        if name and not _is_current(table, name, f"{folders[0]}/profiles/{name}.toml", trusted):
            return None
        return line(given, environment, table)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):  # not ccsetup's table
        return None


def _is_current(table: Json, name: str, path: str, trusted: frozenset[int]) -> bool:
    """Whether the table has the profile's present text; a name without a profile has none."""
    try:
        source = read_bounded(path, trusted=trusted).decode() if compiled.is_name(name) else None
    except FileNotFoundError:
        source = None
    return bool(table["profiles"].get(name, {}).get("source") == source)


def line(given: bytes, environment: Mapping[str, str], table: Json) -> bytes:
    """Build the line."""
    document = _object(given)
    provider = _provider(table, environment)
    base = environment.get(provider["base"], "")
    name = environment.get(_ACTIVE) or applied_profile(table, environment)
    profile = table["profiles"].get(name)
    signer = _signer(table, environment, profile) if provider["first_party"] else None
    place = next((environment[variable] for variable in provider["place"] if environment.get(variable)), "")
    model = _object_in(document, "model")
    parts = [
        name or "no profile",
        (signer["title"] if signer else provider["title"]) + (f" via {_host(base)}" if base else ""),
        place or provider["place_default"],
        model.get("display_name") or model.get("id") or "",
    ]
    cost = _object_in(document, "cost").get("total_cost_usd")
    priced = signer["priced"] and not base if signer else bool(name) and environment.get(PRICED) == name
    if priced and isinstance(cost, int | float):
        parts.append(f"${cost:.2f}")
    text = " · ".join(_shown(part) for part in parts if part)
    if problem := _problem(name, profile, environment, table):
        red, plain = ("", "") if environment.get("NO_COLOR") else (_RED, _PLAIN)
        text = f"{text} · {red}{problem}{plain}"
    return f"{text}\n".encode(errors="replace")


def applied_profile(table: Json, environment: Mapping[str, str]) -> str:
    """The one profile that the environment matches although none is named: `apply` wrote it. "" if none matches."""
    names = [
        name
        for name, profile in table["profiles"].items()
        if profile["set"] and not differing(profile, environment, table)
    ]
    return names[0] if len(names) == 1 else ""


def differing(profile: Json, environment: Mapping[str, str], table: Json) -> list[str]:
    """The variables whose values are not those that the profile declares. A secret is not compared."""
    declared, free = profile["set"], {*profile["secret"], *table["ignored"]}
    names = [name for name, value in declared.items() if environment.get(name, "") != value]
    names += [name for name in table["owned"] if name not in declared and name not in free and environment.get(name)]
    prefixes = tuple(table["families"])
    names += [
        name
        for name, value in environment.items()
        if value and name.startswith(prefixes) and name not in declared and name not in names
    ]
    return names


def _problem(name: str, profile: Json | None, environment: Mapping[str, str], table: Json) -> str:
    if not name:
        return ""
    if profile is None:
        return f"profile {_shown(name)} does not exist"
    names = differing(profile, environment, table)
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"not as {_shown(name)} declares: {', '.join(map(_shown, names[:_NAMED]))}{more}"


def _provider(table: Json, environment: Mapping[str, str]) -> Json:
    """The provider that Claude Code uses; the last needs nothing."""
    on = table["on"]
    return next(
        provider
        for provider in table["providers"]
        if all(environment.get(flag, "").strip().lower() in on for flag in provider["flags"])
        and all(environment.get(name) for name in provider["needs"])
    )


def _signer(table: Json, environment: Mapping[str, str], profile: Json | None) -> Json | None:
    """What signs at Anthropic: a credential in the environment, else what the profile declares; None if not known."""
    for credential in table["credentials"]:
        if all(environment.get(name) for name in credential["names"]):
            return dict(credential)
    return profile if profile and profile["first_party"] else None


def _host(base: str) -> str:
    return base.partition("://")[2].partition("/")[0].rpartition("@")[2] or "another host"


def _object(given: bytes) -> Json:
    try:
        document = json.loads(given) if len(given) <= _LARGEST else {}
    except (ValueError, RecursionError):
        document = {}
    return document if isinstance(document, dict) else {}


def _object_in(document: Json, name: str) -> Json:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _shown(text: object) -> str:
    """At most so many characters, each of which is seen."""
    visible = "".join(letter if letter.isprintable() else "?" for letter in str(text))
    return visible if len(visible) <= _LONGEST else f"{visible[: _LONGEST - 1]}…"
