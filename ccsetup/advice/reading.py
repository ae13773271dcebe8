"""The client's own reading of a plan's limits, in per cent, as it last wrote it down."""

from pathlib import Path

from ccsetup.system import lenient
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace


def plan_reading(workspace: Workspace, name: str | None) -> dict[str, object] | None:
    """{"at": time, WINDOW: per cent}; None if the client wrote none."""
    folder = workspace.config_dir
    if name is not None:
        try:
            folder = workspace.store.load(name).set.get("config_dir") or folder
        except UserError:
            return None
    home = workspace.system.home
    base = Path(str(home) + folder[1:] if folder.startswith("~/") else folder) if folder else home
    cached = lenient.table(lenient.read_json(base / ".claude.json", []), "cachedUsageUtilization")
    at, windows = lenient.parse_time(cached.get("fetchedAtMs")), lenient.table(cached, "utilization")
    found = {name: percent for name, value in windows.items() if (percent := _percent(value)) is not None}
    return {"at": at.isoformat(timespec="seconds"), **found} if at and found else None


def _percent(value: object) -> float | None:
    """A window's utilization: a number, or a table that has it."""
    if isinstance(value, dict):
        value = value.get("utilization")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
