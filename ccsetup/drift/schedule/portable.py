"""Profiles as a runner or a pod uses them: identity from the platform, secrets from its variables, no local files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import outcome
from ccsetup.profile.profile import Profile, parse, references

_LOCAL = ("aws_profile",)  # answers that name something on this machine, beside paths


@dataclass(frozen=True, slots=True)
class Portable:
    """One profile for elsewhere."""

    name: str
    text: str  # its TOML
    identity: str  # "aws", "google", or "" where a secret is enough
    account: str  # the AWS profile it has here: one role each
    place: str
    secrets: tuple[str, ...]  # the variables it takes its secrets from
    trust: bool  # whether it needs `ccsetup trust` there


def portable(name: str, text: bytes, profile: Profile, knowledge: Knowledge, *, trusted: bool) -> Portable | None:
    """None where the profile cannot sign in anywhere but here: a login in a browser."""
    import tomlkit

    held = references(profile, knowledge.surface(profile.surface))
    identity = "" if held else knowledge.surface(profile.surface).cloud
    if not held and not identity:
        return None
    document = tomlkit.parse(text.decode())
    answers = document.get("set", {})
    variables = {answer: secret_name(name, answer, len(held)) for answer in held}
    for ask in knowledge.surface(profile.surface).ask:
        if ask.path or ask.name in _LOCAL:
            answers.pop(ask.name, None)
        if ask.name in variables:
            answers[ask.name] = f"env:{variables[ask.name]}"
    there = tomlkit.dumps(document)
    judged = outcome.find_outcome(name, parse(there.encode(), name, knowledge), knowledge, "")
    return Portable(
        name=name,
        text=there,
        identity=identity,
        account=profile.set.get("aws_profile", "") if identity == "aws" else "",
        place=profile.set.get("region") or profile.set.get("location") or "",
        secrets=tuple(variables.values()),
        # What this machine does not allow is not allowed there by the way.
        trust=bool(judged.needs) and trusted,
    )


def secret_name(profile: str, answer: str, count: int) -> str:
    """The variable, and the platform's secret, that holds a profile's secret: CCSETUP_KEY_WORK."""
    words = f"CCSETUP_{answer if count > 1 else 'KEY'}_{profile}"
    return variable(words)


def variable(words: str) -> str:
    """`words` as the name of a variable."""
    return re.sub(r"[^A-Z0-9_]", "_", words.upper())


def clashes(profiles: Mapping[str, Portable]) -> tuple[str, ...]:
    """Profiles whose secrets would have the same name: `a-b` and `a.b`."""
    owners: dict[str, list[str]] = {}
    for name, one in profiles.items():
        for secret in one.secrets:
            owners.setdefault(secret, []).append(name)
    return tuple(name for names in owners.values() if len(names) > 1 for name in names)
