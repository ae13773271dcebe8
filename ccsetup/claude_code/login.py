"""What Claude Code has and does already: its login, and what its settings files and the shell select."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup.claude_code import settings
from ccsetup.knowledge import precedence, secret_shapes
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.system import lenient
from ccsetup.system.system import System


@dataclass(frozen=True, slots=True)
class Login:
    """A login of a Claude subscription. `plan` as the answer `plan` spells it, None where the file does not tell.

    `renews`: Claude Code fetches a new token by itself, so that `expires` means nothing to a person.
    """

    folder: Path
    plan: str | None
    expires: datetime.datetime | None
    renews: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """A surface that one source selects. `answers` as a profile would hold them; no secret is among them."""

    surface: str
    source: str  # a settings file, or "the environment"
    answers: Mapping[str, str]


def login(system: System, notes: list[str]) -> Login | None:
    """The login in the folder that Claude Code uses now; None where there is none (or it is in macOS's keychain)."""
    folder = Path(system.environment.get("CLAUDE_CONFIG_DIR") or system.home / ".claude")
    held = lenient.read_json(folder / ".credentials.json", notes).get("claudeAiOauth")
    if not isinstance(held, dict) or not held.get("accessToken"):
        return None
    return Login(folder, _plan(held), lenient.parse_time(held.get("expiresAt")), bool(held.get("refreshToken")))


def keys(system: System, knowledge: Knowledge) -> dict[str, str]:
    """References to the surfaces' secrets that are in the environment: {surface: "env:NAME"}, the usual one of two."""
    found: dict[str, str] = {}
    for name, surface in knowledge.surfaces.items():
        for variable in _credentials(surface):
            if system.environment.get(variable) and (_flags(surface) or _is_whole(surface, system.environment)):
                found.setdefault(name, f"env:{variable}")
    return found


def selections(system: System, knowledge: Knowledge, notes: list[str]) -> tuple[Selection, ...]:
    """What is selected now, strongest source first: the settings files, then the environment."""
    layers, broken = settings.layers(system)
    notes += [f"{finding.facts['path']}: {finding.facts['reason']}" for finding in broken]
    sources = {str(layer.path): layer.env for layer in layers}  # in the home folder, two layers are one file
    sources["the environment"] = system.environment
    return tuple(chosen for source, env in sources.items() for chosen in _selected(source, env, knowledge))


def _selected(source: str, env: Mapping[str, str], knowledge: Knowledge) -> Iterator[Selection]:
    for name, surface in knowledge.surfaces.items():
        flags = _flags(surface)
        on = any(precedence.load().is_on(env.get(flag)) for flag in flags)
        credential = any(env.get(variable) for variable in _credentials(surface))
        if on or (credential and not flags and _is_whole(surface, env)):
            yield Selection(name, source, answers(surface, env))


def _flags(surface: Surface) -> list[str]:
    """The variables that select the surface; a first-party one has none."""
    return [variable for variable, meaning in surface.env.owns.items() if meaning.fixed is not None]


def _is_whole(surface: Surface, env: Mapping[str, str]) -> bool:
    """Whether `env` answers all that the surface cannot do without: what tells a gateway from Anthropic itself."""
    return {ask.name for ask in surface.ask if ask.required} <= set(answers(surface, env))


def _credentials(surface: Surface) -> list[str]:
    asked = {variable: surface.question(meaning.ask or "") for variable, meaning in surface.env.owns.items()}
    return [variable for variable, ask in asked.items() if ask is not None and ask.secret]


def answers(surface: Surface, env: Mapping[str, str]) -> dict[str, str]:
    """What the variables say to the surface's questions; no secret is among it."""
    found: dict[str, str] = {}
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
            found.setdefault(ask.name, value)
    return found


def _plan(held: Mapping[str, object]) -> str | None:
    plan, limits = lenient.text_value(held, "subscriptionType"), lenient.text_value(held, "rateLimitTier") or ""
    if plan == "max":
        return "max-20x" if "20x" in limits else "max-5x"
    return plan if plan in ("pro", "team", "enterprise") else None
