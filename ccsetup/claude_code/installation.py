"""The Claude Code that is installed here: where it is, which version, and which variables it knows.

Nothing here starts it unless its version stands nowhere beside it. Seen layouts: npm's, where `claude` is a bundle for
node (2.0) or a launcher beside a package with one native executable (2.1), and the native installer's, where
`~/.local/bin/claude` links to a file named by its version.
"""

import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.claude_code.facts.kept import installed_facts
from ccsetup.claude_code.facts.program_text import NATIVE
from ccsetup.claude_code.facts.variables import OURS
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system import process
from ccsetup.system.errors import UNAVAILABLE

PROGRAM = "claude"
PACKAGE = "@anthropic-ai/claude-code"
VERSION_SECONDS = 5
_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.+-]*")
_PLAIN = re.compile(r"[a-zA-Z0-9_-]{1,16}")  # a value that a message may repeat: no key is so short
_LAUNCHER_SIZE = 1 << 20  # bytes; launchers have thousands of them, clients millions


@dataclass(frozen=True, slots=True)
class Client:
    """An installed Claude Code. `code` holds its program text, and is what starts it; `version` is "" if untold."""

    code: Path
    version: str

    @property
    def name(self) -> str:
        return f"Claude Code {self.version}" if self.version else str(self.code)


def find(environment: Mapping[str, str]) -> Client | None:
    """The client that `claude` means to the user of `environment`; None if not found."""
    client = located(environment)
    return client and (client if client.version else replace(client, version=_told(client.code, environment)))


def located(environment: Mapping[str, str]) -> Client | None:
    """Like `find`, and starts nothing: the version stays "" where no file says it."""
    found = program(environment)
    if found is None:
        return None
    code = _code(found.resolve())
    return Client(code, _beside(code))


def program(environment: Mapping[str, str]) -> Path | None:
    """What `claude` runs, a launcher as it may be."""
    found = process.find(PROGRAM, environment)
    return Path(found) if found else None


def required(environment: Mapping[str, str]) -> Client:
    """The same, or a UserError that says how to install it."""
    client = find(environment)
    if client is None:
        raise pages.refusal("claude-missing", UNAVAILABLE)
    return client


def knows(client: Client, names: Iterable[str], cache: Path) -> Mapping[str, bool]:
    """Which of `names` occur in the client, of those that it would name at all.

    Left out: whatever is not of Claude Code's own making. AWS's and Google's names are their SDKs', and in every
    version; some are put together at run time. The first reading of a version takes 0.2 s, and is kept.
    """
    facts = installed_facts(client.code, client.version, cache)
    if not facts.names:  # a launcher of the user's own, say: nothing can be told
        return {}
    known = {*facts.names, *facts.variables}
    return {name: name in known for name in names if name.startswith(OURS)}


def strangers(client: Client, change: EnvironmentChange, cache: Path) -> Iterator[Finding]:
    """The variables that the profile sets and the client has never heard of, and values that it does not take."""
    emitted = {name: value for name, value in change.values.items() if value is not None and value != ""}
    known = knows(client, emitted, cache)
    facts = {"profile": change.profile, "version": client.version or "of unknown version"}
    declared = installed_facts(client.code, client.version, cache).variables
    for name, value in emitted.items():
        values = declared[name].values if name in declared else ()
        if not known.get(name, True):
            yield Finding("variable-unknown-to-claude", {**facts, "variable": name})
        elif values and isinstance(value, str) and value.strip() not in values:
            shown = value if _PLAIN.fullmatch(value) else "…"
            takes = ", ".join(values)
            yield Finding("variable-unknown-to-claude", {**facts, "variable": f"{name}={shown}", "values": takes})


def _code(program: Path) -> Path:
    """The file with the client's text: `program` itself, or the executable that it would start."""
    try:
        with program.open("rb") as file:
            native, size = file.read(4).startswith(NATIVE), program.stat().st_size
    except OSError:
        return program
    if native or size > _LAUNCHER_SIZE:
        return program
    name = "claude.exe" if sys.platform == "win32" else PROGRAM
    for folder in program.parents:
        for suffix in ("", "-musl"):
            inside = folder / f"claude-code-{_platform()}{suffix}" / name
            nested = folder / "node_modules" / f"{PACKAGE}-{_platform()}{suffix}" / name
            for place in (inside, nested):
                if place.is_file():
                    return place
    return program


def _platform() -> str:
    machine = platform.machine().lower()
    system = {"win32": "win32", "darwin": "darwin"}.get(sys.platform, "linux")
    return f"{system}-{ {'x86_64': 'x64', 'amd64': 'x64', 'aarch64': 'arm64'}.get(machine, machine) }"


def _beside(code: Path) -> str:
    """The version as the installation spells it: in npm's package.json, or in the name of the file or its folder."""
    for folder in list(code.parents)[:3]:
        try:
            package = json.loads((folder / "package.json").read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(package, dict) and str(package.get("name", "")).startswith(PACKAGE):
            return str(package.get("version", ""))
    return next((name for name in (code.name, code.parent.name) if _VERSION.fullmatch(name)), "")


def _told(code: Path, environment: Mapping[str, str]) -> str:
    """The version as the client itself says it."""
    try:
        done = process.ended((code, "--version"), environment=process.searched(environment), seconds=VERSION_SECONDS)
    except (OSError, subprocess.TimeoutExpired, process.Flood):
        return ""
    found = _VERSION.search(done.out.decode(errors="replace"))
    return found[0] if found else ""
