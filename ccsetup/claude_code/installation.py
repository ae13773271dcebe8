"""The installed Claude Code: its path, its version, and the variables that it knows.

The client is started only if no file beside it gives the version. Layouts seen: npm's, where `claude` is a bundle for
node (2.0) or a launcher beside a package with one native executable (2.1), and the native installer's, where
`~/.local/bin/claude` links to a file named by its version.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.claude_code.facts.kept import installed_facts
from ccsetup.claude_code.facts.program_text import NATIVE
from ccsetup.claude_code.facts.variables import OURS
from ccsetup.claude_code.wrapper import PROGRAM, Wrapper, read_wrapper
from ccsetup.knowledge import pages, programs
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system import decoding, files, presence, process
from ccsetup.system.errors import UNAVAILABLE

PACKAGE = "@anthropic-ai/claude-code"
VERSION_SECONDS = 5
_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.+-]*")
_TOLD = re.compile(rf"{_VERSION.pattern}(?= \(Claude Code\))")
_LARGEST_PACKAGE = 1 << 20  # bytes of a package.json
_PLAIN = re.compile(r"[a-zA-Z0-9_-]{1,16}")  # a value that a message may repeat: secrets are longer
_LAUNCHER_SIZE = 1 << 20  # bytes; launchers have thousands of them, clients millions


@dataclass(frozen=True, slots=True)
class Client:
    """An installed Claude Code. `code` is the executable or bundle with the program text; `version` is "" if
    unknown; `wrapper` is the script that starts it; `failure` is how `claude --version` ended, if it was tried and did
    not work."""

    code: Path
    version: str
    wrapper: Wrapper | None = None
    failure: str = ""

    @property
    def start(self) -> Path:
        """What to run for what the user's `claude` does."""
        return self.code if self.wrapper is None or self.wrapper.is_transparent else self.wrapper.path

    @property
    def name(self) -> str:
        return f"Claude Code {self.version}" if self.version else str(self.code)


def find(environment: Mapping[str, str]) -> Client | None:
    """Return the client that `claude` runs in `environment`; None if not found."""
    client = located(environment)
    if client is None or client.version:
        return client
    version, failure = _version_from_client(program(environment) or client.code, environment)
    return replace(client, version=version, failure=failure)


def located(environment: Mapping[str, str]) -> Client | None:
    """Like `find`, without starting a process: the version is "" if no file contains it."""
    path = program(environment)
    if path is None:
        return None
    wrapper = read_wrapper(path, environment)
    code = _program_text((wrapper.starts or path if wrapper else path).resolve())
    return Client(code, _version_from_files(code), wrapper)


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
    time. Reading a version for the first time takes 0.2 s and is cached in `cache`. Empty if the client's text
    cannot be read.
    """
    facts = installed_facts(client.code, client.version, cache)
    if not facts.names:  # for example the user's own launcher: nothing is known
        return {}
    known = {*facts.names, *facts.variables}
    return {name: name in known for name in names if name.startswith(OURS)}


def unknown_variables(client: Client, change: EnvironmentChange, cache: Path) -> Iterator[Finding]:
    """Yield a finding for each variable that the profile sets and the client does not know, and for each value that
    the client does not accept."""
    emitted = {name: value for name, value in change.values.items() if value is not None and value != ""}
    known = find_known_names(client, emitted, cache)
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


def _program_text(program: Path) -> Path:
    """Return the file with the client's text: `program` itself, or the executable that it would start."""
    try:
        with program.open("rb") as file:
            native, size = file.read(4).startswith(NATIVE), program.stat().st_size
    except OSError:
        return program
    if native or size > _LAUNCHER_SIZE or "node_modules" not in program.parts:
        return program
    name = "claude.exe" if sys.platform == "win32" else PROGRAM
    for folder in program.parents:
        for suffix in ("", "-musl"):
            inside = folder / f"claude-code-{_platform()}{suffix}" / name
            nested = folder / "node_modules" / f"{PACKAGE}-{_platform()}{suffix}" / name
            for candidate in (inside, nested):
                if presence.is_file(candidate):
                    return candidate
    return program


def _platform() -> str:
    import platform

    machine = platform.machine().lower()
    system = {"win32": "win32", "darwin": "darwin"}.get(sys.platform, "linux")
    return f"{system}-{ {'x86_64': 'x64', 'amd64': 'x64', 'aarch64': 'arm64'}.get(machine, machine) }"


def _version_from_files(code: Path) -> str:
    """Return the version from npm's package.json, or from the name of the file or its folder; "" if not found."""
    for folder in list(code.parents)[:3]:
        try:
            package = decoding.from_json_of_any_form(files.read_named(folder / "package.json", _LARGEST_PACKAGE))
        except (OSError, ValueError):
            continue
        if isinstance(package, dict) and str(package.get("name", "")).startswith(PACKAGE):
            return str(package.get("version", ""))
    return next((name for name in (code.name, code.parent.name) if _VERSION.fullmatch(name)), "")


def _version_from_client(path: Path, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the version that `claude --version` prints, "" if it prints none, and how it failed, "" if it did not."""
    try:
        done = process.run(
            (path, "--version"), environment=programs.bare_environment(environment), seconds=VERSION_SECONDS
        )
    except process.TimeoutExpired:
        return "", f"gave no answer within {VERSION_SECONDS} seconds"
    except process.Flood:
        return "", "printed without end"
    except OSError as error:
        return "", f"could not be started: {error.strerror}"
    text = done.out.decode(errors="replace")
    if match := _TOLD.search(text) or _VERSION.search(text):
        return match[0], ""
    if done.code < 0:
        return "", f"was ended by signal {-done.code}"
    return "", f"ended with exit code {done.code}" if done.code else ""
