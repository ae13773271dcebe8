"""Runs the real Claude Code client from a real shell, in an environment that holds only what it is given."""

import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
CLIENTS: Mapping[str, Path] = {
    "newest": _TESTS / "client" / "node_modules",
    "three-months": _TESTS / "client-three-months" / "node_modules",
    "one-year": _TESTS / "client-one-year" / "node_modules",
}
"""The versions that `make client` installs."""
CLIENT_FOLDER = CLIENTS[os.environ.get("TESTED_CLIENT", "newest")]
"""Of the version that tests use if they name none; `make agree WITH=three-months` uses another one."""
_NATIVE_MAGIC = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ")
_SHELLS: Mapping[str, tuple[str, ...]] = {
    "bash": ("--noprofile", "--norc", "-c"),
    "zsh": ("-f", "-c"),
    "fish": ("--no-config", "-c"),
    "pwsh": ("-NoProfile", "-NonInteractive", "-Command"),
    "sh": ("-c",),
    "dash": ("-c",),
}
NOWHERE = "http://127.0.0.1:9"
"""A proxy without a server: a call that a test forgot to redirect fails here and not at a provider."""
QUIET: Mapping[str, str] = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_MAX_RETRIES": "0",
    "AWS_EC2_METADATA_DISABLED": "true",
    "METADATA_SERVER_DETECTION": "none",
    "HTTPS_PROXY": NOWHERE,
    "HTTP_PROXY": NOWHERE,
    "NO_PROXY": "127.0.0.1,localhost",
}
"""What every run gets unless the test says otherwise: no telemetry, no metadata address, no way out."""


@dataclass(frozen=True, slots=True)
class Completed:
    exit_code: int
    stdout: str
    stderr: str
    seconds: float


def find_client(folder: Path = CLIENT_FOLDER) -> Path | None:
    """The native executable under `folder`, or the bundle's link, or None.

    npm may refuse install scripts, and then `.bin/claude` is a text stub that only reports its own
    failure. The platform packages hold the executable either way.
    """
    system = {"win32": "win32", "darwin": "darwin"}.get(sys.platform, "linux")
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    name = "claude.exe" if system == "win32" else "claude"
    places = [
        *(folder / "@anthropic-ai" / f"claude-code-{system}-{machine}{libc}" / name for libc in ("", "-musl")),
        folder / ".bin" / "claude",
    ]
    bundle = folder / "@anthropic-ai" / "claude-code" / "cli.js"  # what there was before native executables
    native = next((place for place in places if _native(place)), None)
    return native or (folder / ".bin" / "claude" if bundle.is_file() else None)


def require_client(folder: Path = CLIENT_FOLDER) -> Path:
    """The client. Without it the test is skipped, or fails where `CI` is `true`."""
    client = find_client(folder)
    if client is None:
        message = f"Claude Code is not installed in {folder}: run `make client`"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return client


def run_client(
    script: str,
    *,
    shell: str = "bash",
    home: Path,
    cwd: Path,
    environment: Mapping[str, str],
    timeout: float = 60,
) -> Completed:
    """Run `script` in `shell` with no start-up files, with `claude` first on its PATH.

    The script sees `QUIET`, HOME, PATH and `environment`, which wins over `QUIET`. `timeout` is in
    seconds; past it the whole process group is killed and `subprocess.TimeoutExpired` is raised.
    """
    client, program = require_client(), shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    path = environment.get("PATH", os.defpath)
    environment = {
        **QUIET,
        **environment,
        "HOME": str(home),
        "PATH": os.pathsep.join((str(client.parent), path)),
    }
    began = time.monotonic()
    with subprocess.Popen(
        [program, *_SHELLS[shell], script],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return Completed(process.returncode, stdout, stderr, time.monotonic() - began)


def _native(place: Path) -> bool:
    if not place.is_file():
        return False
    with place.open("rb") as file:
        return file.read(4).startswith(_NATIVE_MAGIC)
