"""The Claude Code that is installed here: where it is, which version, and which variables it knows.

Nothing here starts it unless its version stands nowhere beside it. Seen layouts: npm's, where `claude` is a bundle for
node (2.0) or a launcher beside a package with one native executable (2.1), and the native installer's, where
`~/.local/bin/claude` links to a file named by its version.
"""

import hashlib
import mmap
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system import decoding, files, process
from ccsetup.system.errors import UNAVAILABLE, UserError

PROGRAM = "claude"
PACKAGE = "@anthropic-ai/claude-code"
VERSION_SECONDS = 5
_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.+-]*")
_NATIVE = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ")
_LARGEST_PACKAGE = 1 << 20  # bytes of a package.json
_LAUNCHER_SIZE = 1 << 20  # bytes; launchers have thousands of them, clients millions
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_REST = re.compile(rb"[A-Z0-9_]+")
_OURS = ("ANTHROPIC_", "CLAUDE_", "CLOUD_ML_")
_SURE = "ANTHROPIC_API_KEY"  # every version names it; a text without it is not the client's


@dataclass(frozen=True, slots=True)
class Client:
    """An installed Claude Code. `code` holds its program text, and is what starts it; `version` is "" if untold."""

    code: Path
    version: str

    @property
    def name(self) -> str:
        return f"Claude Code {self.version}" if self.version else str(self.code)


class _Known(msgspec.Struct, frozen=True):
    """What was read in a client's text: of which file, and the names that begin with one of `prefixes`."""

    path: str
    size: int
    changed: int  # nanoseconds
    version: str
    prefixes: tuple[str, ...]
    names: tuple[str, ...]


def find(environment: Mapping[str, str]) -> Client | None:
    """The client that `claude` means to the user of `environment`; None if not found."""
    found = program(environment)
    if found is None:
        return None
    code = _code(found.resolve())
    return Client(code, _beside(code) or _told(code, environment))


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
    version; some are put together at run time. The first reading of a version takes half a second, and is kept.
    """
    there = _names(client, cache)
    if _SURE not in there:  # a launcher of the user's own, say: nothing can be told
        return {}
    return {name: name in there for name in names if name.startswith(_OURS)}


def strangers(client: Client, change: EnvironmentChange, cache: Path) -> Iterator[Finding]:
    """The variables that the profile sets and the client has never heard of."""
    emitted = [name for name, value in change.values.items() if value is not None and value != ""]
    for name, known in knows(client, emitted, cache).items():
        if not known:
            facts = {"profile": change.profile, "variable": name, "version": client.version or "of unknown version"}
            yield Finding("variable-unknown-to-claude", facts)


def _code(program: Path) -> Path:
    """The file with the client's text: `program` itself, or the executable that it would start."""
    try:
        with program.open("rb") as file:
            native, size = file.read(4).startswith(_NATIVE), program.stat().st_size
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
            package = decoding.from_json_of_any_form(files.read_named(folder / "package.json", _LARGEST_PACKAGE))
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


def _names(client: Client, cache: Path) -> frozenset[str]:
    try:
        status = client.code.stat()
    except OSError:
        return frozenset()
    key = (str(client.code), status.st_size, status.st_mtime_ns, client.version, _OURS)
    kept = cache / "clients" / f"{hashlib.sha256(str(client.code).encode()).hexdigest()[:16]}.json"
    try:
        last = decoding.from_json(files.read(kept), _Known)
        if (last.path, last.size, last.changed, last.version, last.prefixes) == key:
            return frozenset(last.names)
    except (FileNotFoundError, UserError, msgspec.DecodeError):
        pass
    names = _read(client.code, _OURS)
    try:
        files.private_folder(kept.parent)
        files.write(kept, msgspec.json.encode(_Known(*key, tuple(sorted(names)))), durable=False)
    except UserError:  # a home that is read-only: read again next time
        pass
    return names


def _read(code: Path, prefixes: tuple[str, ...]) -> frozenset[str]:
    """Every whole name in the file that begins with one of `prefixes`."""
    names: set[bytes] = set()
    try:
        with code.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            for prefix in (word.encode() for word in prefixes):
                at = text.find(prefix)
                while at >= 0:
                    found = _REST.match(text, at)
                    if found and not (at and text[at - 1] in _WORD):
                        names.add(found[0])
                    at = text.find(prefix, found.end() if found else at + 1)
    except (OSError, ValueError):  # ValueError: an empty file
        return frozenset()
    return frozenset(name.decode() for name in names)
