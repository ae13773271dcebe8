"""Claude Code's current sign-in: its login, and the providers that settings files and the shell select."""

import datetime
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ccsetup.claude_code import settings
from ccsetup.knowledge import precedence, secret_shapes, settings_files
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.system import lenient
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

BARE = "CLAUDE_CODE_SIMPLE"
_PLANS = ("pro", "team", "enterprise")  # beside Max
_PREMIUM = "default_claude_max_5x"  # the limits of a Team plan's premium seat


@dataclass(frozen=True, slots=True)
class Login:
    """A login of a Claude subscription. `plan` has the values of the setting `plan`; None if unknown.

    If `renews`, Claude Code renews the token by itself, and `expires` does not matter to the user. A session begins
    with the first tier of `leads` that is pinned, else with the first of them.
    """

    folder: Path
    plan: str | None
    expires: datetime.datetime | None
    renews: bool
    leads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """A surface that one source selects. `answers` are the profile's settings, without secrets."""

    surface: str
    source: str  # a settings file, or "the environment"
    answers: Mapping[str, str]


def login(system: System, notes: list[str]) -> Login | None:
    """Return the login in Claude Code's current configuration folder; None if not found (macOS keeps it in the
    keychain), or if it is not one for requests: seen on 2.1.332, that counts as none."""
    path = login_file(system)
    stored = lenient.read_json(path, notes).get("claudeAiOauth")
    if (
        not isinstance(stored, dict)
        or not stored.get("accessToken")
        or not _is_for_requests(stored)
        or is_bare(system.environment)
    ):
        return None
    expires, plan = lenient.parse_time(stored.get("expiresAt")), _plan(stored)
    return Login(path.parent, plan, expires, bool(stored.get("refreshToken")), _leads(stored))


def login_file(system: System) -> Path:
    """The file in which the client keeps a login, unless the keychain holds it."""
    moved = system.environment.get(settings_files.MOVED)
    return Path(settings_files.user_folder(moved, str(system.home), str(system.cwd))) / ".credentials.json"


def console_key(state: Path, values: Mapping[str, str]) -> Secret | None:
    """Return the API key that a sign-in to the Claude Console left in the client's state file; None if not found, or
    if Claude Code leaves it alone.

    Seen on 2.1.332: it signs where neither a variable, a key helper nor a login does, declined or not.
    """
    stored = secret_shapes.trim(lenient.text_value(lenient.read_json(state, []), "primaryApiKey") or "")
    return Secret(stored) if stored and not is_bare(values) else None


def find_pipes(*paths: Path) -> Iterator[Finding]:
    """Yield a finding for each FIFO. Seen on 2.1.332: the client waits for what is written there, without an end."""
    for path in paths:
        with suppress(OSError):
            if stat.S_ISFIFO(path.stat().st_mode):
                reason = "it is a FIFO, and Claude Code waits for another program to write there"
                yield Finding(settings.STATE_MALFORMED, {"layer": settings.GLOBAL, "path": str(path), "reason": reason})


def keys(system: System, knowledge: Knowledge) -> dict[str, str]:
    """Return {surface: "env:NAME"} for each surface whose secret is in the environment; of several variables the usual
    one."""
    keys_by_surface: dict[str, str] = {}
    for name, surface in knowledge.surfaces.items():
        for variable in _credentials(surface, system.environment):
            if _flags(surface) or _is_whole(surface, system.environment):
                keys_by_surface.setdefault(name, f"env:{variable}")
    return keys_by_surface


def selections(system: System, knowledge: Knowledge, notes: list[str]) -> tuple[Selection, ...]:
    """Return the current selections, strongest source first: the settings files, then the environment."""
    layers, broken = settings.layers(system)
    notes += [f"{finding.facts['path']}: {finding.facts['reason']}" for finding in broken]
    sources = {str(layer.path): layer.env for layer in layers}  # in the home folder two layers are the same file
    sources["the environment"] = system.environment
    return tuple(selection for source, env in sources.items() for selection in _selected(source, env, knowledge))


def _selected(source: str, env: Mapping[str, str], knowledge: Knowledge) -> Iterator[Selection]:
    for name, surface in knowledge.surfaces.items():
        flags = _flags(surface)
        on = any(precedence.load().is_on(env.get(flag)) for flag in flags)
        if on or (_credentials(surface, env) and not flags and _is_whole(surface, env)):
            yield Selection(name, source, answers(surface, env))


def _flags(surface: Surface) -> list[str]:
    """Return the variables that select the surface; empty for a first-party surface."""
    return [variable for variable, meaning in surface.env.owns.items() if meaning.fixed is not None]


def _is_whole(surface: Surface, env: Mapping[str, str]) -> bool:
    """Whether `env` has all required settings of the surface, which distinguishes a gateway from the Anthropic API."""
    return {ask.name for ask in surface.ask if ask.required} <= set(answers(surface, env))


def _credentials(surface: Surface, values: Mapping[str, str]) -> list[str]:
    """Return the variables with a secret that the client sends on this surface."""
    asked = {variable: surface.question(meaning.ask or "") for variable, meaning in surface.env.owns.items()}
    secret = ((variable, ask) for variable, ask in asked.items() if ask is not None and ask.secret)
    return [variable for variable, ask in secret if values.get(variable) and surface.is_sent(ask.name, values)]


def answers(surface: Surface, env: Mapping[str, str]) -> dict[str, str]:
    """Return the surface's settings that the variables give, without secrets."""
    settings_found: dict[str, str] = {}
    for variable, meaning in (surface.env.owns | surface.env.borrows).items():
        ask = surface.question(meaning.ask or "")
        value = secret_shapes.trim(env.get(variable, ""))
        if (
            ask is not None
            and not ask.secret
            and value
            and ask.accepts(value)
            and not secret_shapes.kind(ask.name, value)
        ):
            settings_found.setdefault(ask.name, value)
    return settings_found


def is_bare(values: Mapping[str, str]) -> bool:
    """Whether Claude Code leaves saved sign-ins alone. Seen on 2.1.332."""
    return precedence.load().is_on(values.get(BARE))


def _is_for_requests(stored: Mapping[str, object]) -> bool:
    scopes = stored.get("scopes")
    return isinstance(scopes, list) and "user:inference" in scopes


def _plan(stored: Mapping[str, object]) -> str | None:
    plan, limits = lenient.text_value(stored, "subscriptionType"), lenient.text_value(stored, "rateLimitTier") or ""
    if plan == "max":
        return "max-20x" if "20x" in limits else "max-5x"
    return plan if plan in _PLANS else None


def _leads(stored: Mapping[str, object]) -> tuple[str, ...]:
    """Seen on 2.1.332: a plan that the client does not know begins with sonnet."""
    plan, limits = lenient.text_value(stored, "subscriptionType"), lenient.text_value(stored, "rateLimitTier")
    if plan == "max" or (plan == "team" and limits == _PREMIUM):
        return ("opus",)
    return ("opus", "sonnet") if plan in _PLANS else ("sonnet",)
