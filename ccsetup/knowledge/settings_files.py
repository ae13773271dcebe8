"""The locations of Claude Code's settings files.

This module runs in people's shell start-up: it imports `os`, `sys` and `owners` alone.
"""

import os
import sys
from collections.abc import Mapping

from ccsetup.system import owners

LARGEST = 1 << 20  # bytes; larger files are read the slow way
STATE = ".claude.json"  # the client's own state, which is a settings layer too
MOVED = "CLAUDE_CONFIG_DIR"


def settings_files(config_dir: str | None, environment: Mapping[str, str], cwd: str) -> list[tuple[str, str]]:
    """Claude Code's settings files, strongest first: (layer, path).

    Seen on 2.1.330: `settings.json` is read only from the working folder. `settings.local.json` is read from there and
    from the root of the repository (for a git worktree, of the main one); the root's file wins. The weakest layer is
    the client's state file, next to the user's folder, or inside it if that folder was moved.
    `config_dir` is where a profile moves the user's folder; None or "" if it does not.
    """
    managed = {
        "darwin": "/Library/Application Support/ClaudeCode",
        "win32": r"C:\Program Files\ClaudeCode",
    }.get(sys.platform, "/etc/claude-code")
    drop_ins = os.path.join(managed, "managed-settings.d")
    home = environment.get("HOME", "")
    moved = moved_folder(config_dir, environment)
    try:
        # The client merges drop-ins over the base file, later names over earlier ones.
        names = sorted(
            (name for name in os.listdir(drop_ins) if name[0] != "." and name.endswith(".json")), reverse=True
        )
    except OSError:
        names = []
    local = dict.fromkeys((repository(cwd), cwd))
    return [
        *(("managed", os.path.join(drop_ins, name)) for name in names),
        ("managed", os.path.join(managed, "managed-settings.json")),
        *(("local", os.path.join(folder, ".claude", "settings.local.json")) for folder in local),
        ("project", os.path.join(cwd, ".claude", "settings.json")),
        ("user", os.path.join(user_folder(moved, home, cwd), "settings.json")),
        ("global", state_file(config_dir, environment, cwd)),
    ]


def state_file(config_dir: str | None, environment: Mapping[str, str], cwd: str) -> str:
    """The client's state file. Seen on 2.1.332: a folder that a settings file names does not move it."""
    return os.path.join(cwd, moved_folder(config_dir, environment) or environment.get("HOME", ""), STATE)


def moved_folder(config_dir: str | None, environment: Mapping[str, str]) -> str | None:
    """CLAUDE_CONFIG_DIR as the profile or, after the active profile is undone, the shell has it."""
    return config_dir or _after(MOVED, environment)


def user_folder(moved: str | None, home: str, cwd: str) -> str:
    """The folder of the user's settings and login. Seen on 2.1.332: an empty CLAUDE_CONFIG_DIR is the current folder,
    though the state file stays in the home, and a relative one is inside it."""
    return os.path.join(home, ".claude") if moved is None else os.path.join(cwd, moved)


def _after(name: str, environment: Mapping[str, str]) -> str | None:
    """The variable's value after the active profile is undone (see `environment.values_to_restore`)."""
    borrowed = environment.get("CCSETUP_BORROWED", "").split(":")
    if f"{name}-" in borrowed:
        return None
    return environment.get(f"CCSETUP_SAVED_{name}" if name in borrowed else name)


def repository(folder: str) -> str:
    """The root of the git repository that contains `folder` (for a worktree, of the main one); `folder` itself if none
    does."""
    above = folder
    while not os.path.exists(os.path.join(above, ".git")):
        if above == (above := os.path.dirname(above)):
            return folder
    try:
        return _main_worktree(above)
    except (OSError, ValueError):  # `.git` is a folder, or does not point to a worktree
        return above


def _main_worktree(root: str) -> str:
    """The root of the main worktree for the linked worktree `root`; `root` itself unless the links point both ways, as
    in the client's code."""
    link = _line(os.path.join(root, ".git"))
    if not link.startswith("gitdir:"):
        return root
    folder = os.path.normpath(os.path.join(root, link[7:].strip()))
    common, back = (
        os.path.normpath(os.path.join(folder, _line(os.path.join(folder, name)))) for name in ("commondir", "gitdir")
    )
    here = os.path.join(os.path.realpath(root), ".git")
    if os.path.dirname(folder) != os.path.join(common, "worktrees") or os.path.realpath(back) != here:
        return root
    return os.path.dirname(common) if os.path.basename(common) == ".git" else common


def _line(path: str) -> str:
    return os.fsdecode(read_bounded(path, os.O_RDONLY)).strip()


def read_bounded(
    path: str,
    flags: int = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0),
    largest: int = LARGEST,
    trusted: frozenset[int] | None = None,
) -> bytes:
    """All of a file; OSError, and ValueError for one that is larger than it may be, or that anyone but the users in
    `trusted` could have written."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a FIFO must not hang the prompt
    try:
        if trusted is not None:
            owners.check(path, os.fstat(handle), trusted)
        text = os.read(handle, min(largest, max(os.fstat(handle).st_size, LARGEST)) + 1)
        if len(text) > largest:
            raise ValueError(f"{path} is too large to be read in passing")
        return text
    finally:
        os.close(handle)
