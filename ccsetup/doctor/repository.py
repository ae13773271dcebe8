"""A repository's settings files for Claude Code and its `.ccsetup` files, alone: no client, profile or network.

Whatever these files decide, they decide for everyone who starts Claude Code in the folder.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from ccsetup.claude_code import settings
from ccsetup.claude_code.settings import Layer
from ccsetup.doctor.probes.case import Broken, Passed, Result
from ccsetup.knowledge import decisive_settings, secret_shapes, settings_files
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import folders
from ccsetup.system import presence
from ccsetup.system.system import System

CHECK = "files"
NAME, SUBJECT = "repository", "settings files"  # in place of a profile and its surface
_FILES = (("local", "settings.local.json"), ("project", "settings.json"))
_MOST = 50_000  # folders; a larger tree is checked in part, and says so
_SECONDS = 20  # the same for a slow one: a run of doctor ends within 30


def examine_files(system: System, knowledge: Knowledge, seconds: float = _SECONDS) -> tuple[Result, ...]:
    """Check every `.claude/settings*.json` and `.ccsetup` in the working folder and below it, but the user's own."""
    root = system.cwd
    own = {path for name, path in settings_files.settings_files(None, system.environment, str(root)) if name == "user"}
    results: list[Result] = []
    checked = 0
    until = time.monotonic() + seconds
    for count, folder in enumerate(_folders(root)):
        if count == _MOST or time.monotonic() > until:
            limit = f"more than {_MOST:,} folders" if count == _MOST else f"not finished within {seconds:g} seconds"
            results.append(Broken(CHECK, f"{limit}; the rest was not checked"))
            break
        for name, file in _FILES:
            path = str(folder / ".claude" / file)
            if path not in own and (found := settings.read_layer(name, path)) is not None:
                checked += 1
                results += _settings(found, root, knowledge)
        chosen = folder / folders.FILE
        if chosen.is_symlink() or presence.is_file(chosen):
            checked += 1
            results += _folder_file(chosen, root)
    if not results:
        results.append(Passed(CHECK, f"{checked} checked"))
    return tuple(results)


def _folders(root: Path) -> Iterator[Path]:
    """The folder and those below it, without hidden ones, packages of others, and links."""
    for folder, below, _ in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith(".") and name != "node_modules")
        yield Path(folder)


def _settings(found: Layer | Finding, root: Path, knowledge: Knowledge) -> Iterator[Finding]:
    if isinstance(found, Finding):
        yield Finding(found.check, {**found.facts, "path": _shown(Path(found.facts["path"]), root)}, found.severity)
        return
    known, path = decisive_settings.load(), _shown(found.path, root)
    for name, value in found.env.items():
        if kind := secret_shapes.kind(name, value) or secret_shapes.find_secret(value):
            yield Finding("value-holds-secret", {"where": f"{name} in {path}", "kind": kind})
    decisive = [name for name in found.env if _decides(name, knowledge)]
    milder = [name for name in decisive if known.is_preference(name)]
    milder += [line for line in ("model", *known.lines.models) if found.content.get(line)]
    commands = [line for line in (*known.lines.helpers, *known.lines.refresh) if found.content.get(line)]
    redirecting = [*(name for name in decisive if not known.is_preference(name)), *commands]
    for check, names in (("repository-redirects", redirecting), ("repository-prefers", milder)):
        if names:
            yield Finding(check, {"path": path, "variable": ", ".join(names)})


def _decides(name: str, knowledge: Knowledge) -> bool:
    known = any(knowledge.is_known(spelled) for spelled in (name, name.upper()))
    return known or decisive_settings.load().decides_anywhere(name)


def _folder_file(path: Path, root: Path) -> Iterator[Finding]:
    name, wrong = folders.read_name(path)
    if not name:
        yield Finding("folder-file-invalid", {"path": _shown(path, root), "reason": wrong})


def _shown(path: Path, root: Path) -> str:
    """The path as someone with another checkout knows it."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
