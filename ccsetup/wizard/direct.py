"""The questions for Anthropic's own surfaces: a key, or a subscription's login."""

from pathlib import Path

from ccsetup.knowledge.surfaces import Surface
from ccsetup.system.errors import UserError
from ccsetup.wizard import secrets
from ccsetup.wizard.draft import Draft
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.session import Session

_USUAL, _OWN, _OTHER = "\0usual", "\0own", "\0other"  # a NUL is not possible in a path
_ANTHROPIC = "\0anthropic"


def ask_key(session: Session, draft: Draft, surface: Surface) -> None:
    """Ask for key, and for base_url if this machine uses a gateway."""
    key = surface.question("key")
    if key and "key" not in draft.set:
        secrets.ask_secret(session.talk, draft, key, session.found.keys.get(draft.surface))
    gateway = session.workspace.system.environment.get("ANTHROPIC_BASE_URL") or session.found.answer(
        draft.surface, "base_url"
    )
    question = surface.question("base_url")
    if question and gateway and question.accepts(gateway) and "base_url" not in draft.set:
        # A variable of this shell may be outdated, and the key goes to this address.
        leftover = "ANTHROPIC_BASE_URL" in session.workspace.system.environment
        where = "ANTHROPIC_BASE_URL in this shell" if leftover else "in Claude Code's settings"
        choices = [Choice(_ANTHROPIC, "api.anthropic.com"), Choice(gateway, gateway, where)]
        picked = session.talk.choose("base_url", "Base URL", choices, _ANTHROPIC if leftover else gateway)
        if picked != _ANTHROPIC:
            draft.set["base_url"] = picked


def ask_subscription(session: Session, draft: Draft, surface: Surface, plan: str) -> None:
    """Ask for plan, config_dir if the login has its own folder, and oauth_token if wanted."""
    question = surface.question("plan")
    login = session.found.login
    if question and "plan" not in draft.set:
        first = plan or (login.plan if login else "") or question.one_of[0]
        choices = [Choice(option, option, "signed in here with this plan" if login and login.plan == option else "")
                   for option in question.one_of]  # fmt: skip
        draft.set["plan"] = session.talk.choose("plan", question.text, choices, first)
    if "config_dir" not in draft.set:
        _folder(session, draft)
    token = surface.question("oauth_token")
    if token and "oauth_token" not in draft.set:
        none = "none: use Claude Code's own login"
        secrets.ask_secret(session.talk, draft, token, session.found.keys.get(draft.surface), none)


def _folder(session: Session, draft: Draft) -> None:
    """Ask for the login's folder: the default one, unless another profile uses it."""
    login, system = session.found.login, session.workspace.system
    own = f"~/.claude-{draft.name}"
    note = f"signed in{f', {login.plan}' if login.plan else ''}" if login else "no login yet"
    moved = system.environment.get("CLAUDE_CONFIG_DIR")
    choices = [Choice(_USUAL, "default (~/.claude)", "" if moved else note)]
    if moved:
        choices.insert(0, Choice(_short(system.home, Path(moved)), _short(system.home, Path(moved)), note))
    choices += [Choice(own, own, "separate folder: fresh settings, new login"), Choice(_OTHER, "another folder …")]
    first = own if _usual_is_taken(session, draft.surface) else choices[0].value
    picked = session.talk.choose("config_dir", "Folder of this login", choices, first)
    if picked == _OTHER:
        picked = session.talk.type("config_dir.path", "Folder", own, _no_folder)
    if picked != _USUAL:
        draft.set["config_dir"] = picked


def _usual_is_taken(session: Session, surface: str) -> bool:
    store = session.workspace.store
    for name in store.names():
        try:
            profile = store.load(name)
        except UserError:
            continue
        if profile.surface == surface and "config_dir" not in profile.set:
            return True
    return False


def _no_folder(typed: str) -> str:
    return "" if typed.startswith(("/", "~/")) else "must start with / or ~/"


def _short(home: Path, path: Path) -> str:
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
