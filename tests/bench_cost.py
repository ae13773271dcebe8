"""`cost --json` on a gigabyte of transcripts against ccusage, in turn; a part of `make bench`."""

import os
import shutil
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.many_transcripts import write_transcripts
from tests.support.one_process import Figures, run_once

CCUSAGE = "20.0.24"
SIZE = 1_000_000_000
RUNS = 5


def measure_cost(program: str, home: Path) -> dict[str, object]:
    """The first and the second run against ccusage; `home` gets the transcripts. Ratios are medians of interleaved
    runs."""
    ccusage = _ccusage(home)
    environment = {"HOME": str(home), "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    count = write_transcripts(home / ".claude", SIZE)
    command = (program, "cost", "--json", "--since", "2026-10-01")
    rounds = []
    for _ in range(RUNS + 1):
        for folder in (".local", ".cache", ".config"):
            shutil.rmtree(home / folder, ignore_errors=True)
        peer = run_once(ccusage, environment) if ccusage else None
        rounds.append((run_once(command, environment), run_once(command, environment), peer))
    rounds = rounds[1:]  # the first one fills the page cache
    found: dict[str, object] = {
        "files": count,
        "seconds": round(statistics.median(first.wall for first, _, _ in rounds), 2),
        "second / first": round(statistics.median(again.wall / first.wall for first, again, _ in rounds), 3),
    }
    if ccusage is None:
        return found | {"ccusage": f"not installed: npm install ccusage@{CCUSAGE}"}
    pairs = [(first, peer) for first, _, peer in rounds if peer]
    for name in Figures._fields:
        ratios = (getattr(first, name) / getattr(peer, name) for first, peer in pairs)
        found[f"{name} / ccusage"] = round(statistics.median(ratios), 3)
    return found


def _ccusage(home: Path) -> Sequence[str] | None:
    """The command of the pinned ccusage, installed below `home`; None without npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    import subprocess

    folder = home / "ccusage"
    native = f"@ccusage/ccusage-{'darwin' if sys.platform == 'darwin' else 'linux'}-"
    native += "arm64" if os.uname().machine in ("arm64", "aarch64") else "x64"
    words = ("install", "--silent", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund")
    packages = (f"ccusage@{CCUSAGE}", f"{native}@{CCUSAGE}")
    if subprocess.run((npm, *words, *packages), capture_output=True, check=False).returncode:
        return None
    return (node, str(folder / "node_modules" / "ccusage" / "src" / "cli.js"), "daily", "--json", "--offline")
