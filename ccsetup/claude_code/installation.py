"""The installed Claude Code: its path, its version, and the variables that it knows.

The client is started only if no file beside it gives the version. Layouts seen: npm's, where `claude` is a bundle for
node (2.0) or a launcher beside a package with one native executable (2.1), and the native installer's, where
`~/.local/bin/claude` links to a file named by its version.
"""

import hashlib
import json
import mmap
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.knowledge import pages, programs
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system import decoding, files, process
from ccsetup.system.errors import UNAVAILABLE, UserError

PROGRAM = "claude"
PACKAGE = "@anthropic-ai/claude-code"
VERSION_SECONDS = 5
_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.+-]*")
_NATIVE = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ")
_LAUNCHER_SIZE = 1 << 20  # bytes; launchers have thousands, clients millions
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_REST = re.compile(rb"[A-Z0-9_]+")
_OURS = ("ANTHROPIC_", "CLAUDE_", "CLOUD_ML_")
_SURE = "ANTHROPIC_API_KEY"  # every version contains it; a file without it is not the client


@dataclass(frozen=True, slots=True)
class Client:
    """An installed Claude Code. `code` is the executable or bundle with the program text; `version` is "" if
    unknown."""

    code: Path
    version: str

    @property
    def name(self) -> str:
        return f"Claude Code {self.version}" if self.version else str(self.code)


class _Known(msgspec.Struct, frozen=True):
    """The cached names of a client's program text that begin with one of `prefixes`, and the file that they are
    from."""

    path: str
    size: int
    changed: int  # nanoseconds
    version: str
    prefixes: tuple[str, ...]
    names: tuple[str, ...]


def find(environment: Mapping[str, str]) -> Client | None:
    """Return the client that `claude` runs in `environment`; None if not found."""
    path = program(environment)
    if path is None:
        return None
    code = _program_text(path.resolve())
    return Client(code, _version_from_files(code) or _version_from_client(code, environment))


def program(environment: Mapping[str, str]) -> Path | None:
    """Return the file that `claude` runs, which may be a launcher; None if not found."""
    path = process.find(PROGRAM, environment)
    return Path(path) if path else None


def require_client(environment: Mapping[str, str]) -> Client:
    """Like `find`, but raises UserError with installation instructions if not found."""
    client = find(environment)
    if client is None:
        raise pages.refusal("claude-missing", UNAVAILABLE)
    return client


def find_known_names(client: Client, names: Iterable[str], cache: Path) -> Mapping[str, bool]:
    """Report for each of `names` that begins with a prefix of Claude Code's own whether the client contains it.

    AWS's and Google's names are left out: they belong to the SDKs, are in every version, and some are built at run
    time. Reading a version for the first time takes half a second and is cached in `cache`. Empty if the client's text
    cannot be read.
    """
    known_names = _names(client, cache)
    if _SURE not in known_names:  # for example a launcher of the user's: nothing is known
        return {}
    return {name: name in known_names for name in names if name.startswith(_OURS)}


def unknown_variables(client: Client, change: EnvironmentChange, cache: Path) -> Iterator[Finding]:
    """Yield a finding for each variable that the profile sets and the client does not know."""
    emitted = [name for name, value in change.values.items() if value is not None and value != ""]
    for name, known in find_known_names(client, emitted, cache).items():
        if not known:
            facts = {"profile": change.profile, "variable": name, "version": client.version or "of unknown version"}
            yield Finding("variable-unknown-to-claude", facts)


def _program_text(program: Path) -> Path:
    """Return the file with the client's text: `program` itself, or the executable that it would start."""
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
            for candidate in (inside, nested):
                if candidate.is_file():
                    return candidate
    return program


def _platform() -> str:
    machine = platform.machine().lower()
    system = {"win32": "win32", "darwin": "darwin"}.get(sys.platform, "linux")
    return f"{system}-{ {'x86_64': 'x64', 'amd64': 'x64', 'aarch64': 'arm64'}.get(machine, machine) }"


def _version_from_files(code: Path) -> str:
    """Return the version from npm's package.json, or from the name of the file or its folder; "" if not found."""
    for folder in list(code.parents)[:3]:
        try:
            package = json.loads((folder / "package.json").read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(package, dict) and str(package.get("name", "")).startswith(PACKAGE):
            return str(package.get("version", ""))
    return next((name for name in (code.name, code.parent.name) if _VERSION.fullmatch(name)), "")


def _version_from_client(code: Path, environment: Mapping[str, str]) -> str:
    """Return the version that `claude --version` prints; "" if it prints none."""
    try:
        done = process.run(
            (code, "--version"), environment=programs.bare_environment(environment), seconds=VERSION_SECONDS
        )
    except (OSError, process.TimeoutExpired, process.Flood):
        return ""
    match = _VERSION.search(done.out.decode(errors="replace"))
    return match[0] if match else ""


def _names(client: Client, cache: Path) -> frozenset[str]:
    try:
        status = client.code.stat()
    except OSError:
        return frozenset()
    key = (str(client.code), status.st_size, status.st_mtime_ns, client.version, _OURS)
    cache_file = cache / "clients" / f"{hashlib.sha256(str(client.code).encode()).hexdigest()[:16]}.json"
    try:
        last = decoding.from_json(files.read(cache_file), _Known)
        if (last.path, last.size, last.changed, last.version, last.prefixes) == key:
            return frozenset(last.names)
    except (FileNotFoundError, UserError, msgspec.DecodeError):
        pass
    names = _read_names(client.code, _OURS)
    try:
        files.private_folder(cache_file.parent)
        files.write(cache_file, msgspec.json.encode(_Known(*key, tuple(sorted(names)))), durable=False)
    except UserError:  # a read-only home: read again next time
        pass
    return names


def _read_names(code: Path, prefixes: tuple[str, ...]) -> frozenset[str]:
    """Return every whole name in the file that begins with one of `prefixes`."""
    names: set[bytes] = set()
    try:
        with code.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            for prefix in (word.encode() for word in prefixes):
                at = text.find(prefix)
                while at >= 0:
                    match = _REST.match(text, at)
                    if match and not (at and text[at - 1] in _WORD):
                        names.add(match[0])
                    at = text.find(prefix, match.end() if match else at + 1)
    except (OSError, ValueError):  # ValueError: an empty file
        return frozenset()
    return frozenset(name.decode() for name in names)
