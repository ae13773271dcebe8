"""The profiles, printed: the core of `ccsetup list`, without the parser, whose import is slow."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from ccsetup.claude_code.receipts import Receipts
from ccsetup.knowledge import settings_files
from ccsetup.profile.environment import ACTIVE
from ccsetup.profile.folders import Folders
from ccsetup.profile.profile import NAMES, Profile
from ccsetup.providers.catalogue import TIERS
from ccsetup.system import console
from ccsetup.system.errors import PROBLEM, UserError
from ccsetup.workspace import Workspace

_PLACE = ("region", "location", "resource", "config_dir", "base_url")  # the first of these that a profile has
_HEADS = ("", "PROFILE", "SURFACE", "PLACE", "MODEL", "VERIFIED", "APPLIED", "")
Row = dict[str, str | bool | None]


def print_profiles(workspace: Workspace, *, json: bool = False) -> int:
    """Print the profiles; return the exit code."""
    home = str(workspace.system.home)
    rows = profile_rows(workspace, workspace.store.names())
    if json:
        shown = [
            {key: console.redact(cell, "") if isinstance(cell, str) else cell for key, cell in row.items()}
            for row in rows
        ]
        console.answer_json({"schema": 1, "profiles": shown})
    elif rows:
        cells = ([console.redact(cell, home) for cell in _cells(row)] for row in rows)
        console.answer(*console.table(_HEADS, cells))
    else:
        console.say("No profiles yet. Create one with: ccsetup init")
    problems = [row for row in rows if row["problem"]]
    for row in problems:
        console.say(console.redact(f"ccsetup: {row['problem']}", home))
    for path in workspace.store.misnamed():
        console.say(console.redact(f"ccsetup: {path} is ignored: rename it to NAME.toml", home), f"  NAME: {NAMES}")
    return PROBLEM if problems else 0


def profile_rows(workspace: Workspace, names: Iterable[str]) -> list[Row]:
    """What `list` says of each profile: an object of its JSON."""
    applied, default = applied_scopes(workspace), Folders(workspace.system).default
    return [{**_row(workspace, name, applied.get(name)), "default": name == default} for name in names]


def _row(workspace: Workspace, name: str, applied: str | None) -> Row:
    active = workspace.system.environment.get(ACTIVE)
    row: Row = {"profile": name, "active": name == active, "applied": applied}
    row["pending"] = " ".join(workspace.pending.checks(name)) or None
    try:
        profile = workspace.store.load(name)
    except UserError as error:
        absent = dict.fromkeys(("surface", "place", "model", "trusted", "verified"))
        return row | absent | {"problem": error.message}
    place = next((profile.set[key] for key in _PLACE if key in profile.set), None)
    row["trusted"] = workspace.untrusted(name, profile) is None
    row["verified"] = workspace.verified.day(name, workspace.store.text(name))
    return row | {"surface": profile.surface, "place": place, "model": main_model(profile), "problem": None}


def main_model(profile: Profile) -> str | None:
    """The model that a session begins with: the default, or what its tier is pinned to; a tier if nothing is pinned."""
    default = profile.models.get("default")
    if default is not None:
        return profile.models.get(default, default)
    return next((profile.models[tier] for tier in TIERS if tier in profile.models), None)


def applied_scopes(workspace: Workspace) -> Mapping[str, str]:
    """The scopes to which profiles are applied: {profile: "user, local"}. Files edited since count, too."""
    receipts = Receipts(workspace.system.state / "applied")
    found: dict[str, list[str]] = {}
    if not receipts.folder.is_dir():
        return {}
    named = settings_files.settings_files(workspace.config_dir, workspace.system.environment, str(workspace.system.cwd))
    for scope, path in named:
        changes = receipts.changes_to(Path(path))
        if changes and changes[-1].profile:
            found.setdefault(changes[-1].profile, []).append(scope)
    return {name: ", ".join(dict.fromkeys(scopes)) for name, scopes in found.items()}


def _cells(row: Row) -> tuple[str, ...]:
    shown = (str(row[key] or "-") for key in ("profile", "surface", "place", "model"))
    verified = "pending" if row["pending"] else str(row["verified"] or "no")
    return ("*" if row["active"] else "", *shown, verified, str(row["applied"] or "-"), _note(row))


def _note(row: Mapping[str, str | bool | None]) -> str:
    untrusted = "not trusted" if row["trusted"] is False else ""
    default = "default" if row["default"] else ""
    return ", ".join(filter(None, (default, untrusted, f"pending: {row['pending']}" if row["pending"] else "")))
