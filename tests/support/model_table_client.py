"""A program with the models of the pinned client, as the snapshot has them: ccsetup reads it like the real one."""

import json
from pathlib import Path

from tests.facts import snapshot
from tests.support.bun_file import bun_file


def write_client(folder: Path) -> Path:
    """Write `claude` into the folder, and return its path. It is data alone and cannot be started."""
    models: dict[str, dict[str, str]] = {}
    for line in snapshot.read(snapshot.CLIENT):
        if line.startswith("model "):
            _, name, provider, id_ = line.split()
            models.setdefault(name, {})[provider] = id_
    table = {
        "models": [{"id": name, "provider_ids": ids} for name, ids in models.items()],
        "aliases": {"opus": {"default": "claude-opus-5-5"}},
        "latest_per_family": {},
    }
    text = json.dumps(table, separators=(",", ":")).replace('"latest_per_family":', "latest_per_family:")
    code = folder / "claude"
    code.write_bytes(bun_file({"models.js": f"var t={text};"}))
    return code
