"""Profiles for a runner or a pod: identity from the platform, secrets from its variables, no local files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import outcome
from ccsetup.profile.profile import Profile, parse, references

_LOCAL = ("aws_profile",)  # settings that name something on this machine, in addition to paths


@dataclass(frozen=True, slots=True)
class Portable:
    """One profile for another machine."""

    name: str
    text: str  # its TOML
    identity: str  # "aws", "google", or "" if a secret is enough or none is needed
    account: str  # its AWS profile here; each gets a role
    place: str
    secrets: tuple[str, ...]  # the variables with its secrets
    trust: bool  # whether it needs `ccsetup trust` on the other machine


def portable(name: str, text: bytes, profile: Profile, knowledge: Knowledge, *, trusted: bool) -> Portable | None:
    """Return the profile for another machine; None if its sign-in works only here (a login in a browser)."""
    import tomlkit

    signs = knowledge.surface(profile.surface).signs
    secret_names = references(profile, knowledge.surface(profile.surface))
    if not secret_names and signs not in ("sigv4", "google", "key"):
        return None
    identity = "" if secret_names else {"sigv4": "aws", "google": "google"}.get(signs, "")
    document = tomlkit.parse(text.decode())
    answers = document.get("set", {})
    variables = {answer: secret_name(name, answer, len(secret_names)) for answer in secret_names}
    for ask in knowledge.surface(profile.surface).ask:
        if ask.path or ask.name in _LOCAL:
            answers.pop(ask.name, None)
        if ask.name in variables:
            answers[ask.name] = f"env:{variables[ask.name]}"
    text_there = tomlkit.dumps(document)
    judged = outcome.find_outcome(name, parse(text_there.encode(), name, knowledge), knowledge, "")
    return Portable(
        name=name,
        text=text_there,
        identity=identity,
        account=profile.set.get("aws_profile", "") if identity == "aws" else "",
        place=profile.set.get("region") or profile.set.get("location") or "",
        secrets=tuple(variables.values()),
        # Only a profile trusted here is trusted there.
        trust=bool(judged.needs) and trusted,
    )


def secret_name(profile: str, answer: str, count: int) -> str:
    """Return the name of the variable, and of the platform's secret, for a profile's secret: CCSETUP_KEY_WORK."""
    words = f"CCSETUP_{answer if count > 1 else 'KEY'}_{profile}"
    return variable(words)


def variable(words: str) -> str:
    """Return `words` as the name of a variable."""
    return re.sub(r"[^A-Z0-9_]", "_", words.upper())


def clashes(profiles: Mapping[str, Portable]) -> tuple[str, ...]:
    """Return the profiles whose secrets would have the same name, such as `a-b` and `a.b`."""
    owners: dict[str, list[str]] = {}
    for name, profile in profiles.items():
        for secret in profile.secrets:
            owners.setdefault(secret, []).append(name)
    return tuple(name for names in owners.values() if len(names) > 1 for name in names)
