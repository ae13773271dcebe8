"""The profiles as `cost` needs them, and the configuration folders that they and this shell use."""

import os
from pathlib import Path

from ccsetup.claude_code import retention
from ccsetup.system.errors import UserError
from ccsetup.usage.bills import Payer
from ccsetup.workspace import Workspace

_MOVED = "CLAUDE_CONFIG_DIR"


def configuration_folders(workspace: Workspace, payers: tuple[Payer, ...]) -> tuple[Path, ...]:
    """This shell's, the usual one, and the profiles' own, each once."""
    here = [_whole(workspace, workspace.config_dir)] if workspace.config_dir else []
    named = [*here, usual_folder(workspace), *(payer.folder for payer in payers)]
    return tuple(Path(folder) for folder in dict.fromkeys(named))


def usual_folder(workspace: Workspace) -> str:
    return _whole(workspace, str(workspace.system.home / ".claude"))


def load_payers(workspace: Workspace) -> tuple[Payer, ...]:
    """Every profile that can be read and may be used."""
    found = []
    for name in workspace.store.names():
        try:
            profile = workspace.store.load(name)
        except UserError:  # `list` says what is wrong with it
            continue
        if workspace.unusable(name, profile) is not None:
            continue
        surface = workspace.knowledge.surface(profile.surface)
        moved = profile.set.get("config_dir") or profile.env.get(_MOVED)
        found.append(
            Payer(
                name,
                profile.surface,
                profile.set.get(surface.place.answer) if surface.place else None,
                _whole(workspace, moved) if moved else usual_folder(workspace),
                bool(moved),
                frozenset(pin.removesuffix("[1m]") for pin in profile.models.values()),
            )
        )
    return tuple(found)


def retention_days(workspace: Workspace, payers: tuple[Payer, ...]) -> int:
    """How long the client keeps transcripts, the shortest of all folders."""
    days = []
    for folder in dict.fromkeys((workspace.config_dir, *(payer.folder for payer in payers if payer.own))):
        days.append(retention.retention(workspace.layers(folder)[0])[0])
    return min(days)


def _whole(workspace: Workspace, folder: str) -> str:
    home = str(workspace.system.home)
    return os.path.realpath(home + folder[1:] if folder.startswith("~/") else folder)
