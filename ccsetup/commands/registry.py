"""Every command: its name, where it is defined, and its group in the help. Their order is that of the help."""

import importlib
from collections.abc import Callable
from typing import NamedTuple


class Command(NamedTuple):
    """Where a command is defined. Only the requested command is imported, since each has its own dependencies."""

    name: str
    module: str
    function: str
    group: str
    example: str = "EXAMPLE"

    def load(self) -> tuple[Callable[..., None], str]:
        """Return the function and its help text."""
        module = importlib.import_module(f"ccsetup.commands.{self.module}")
        return getattr(module, self.function), getattr(module, self.example)


_PROFILES, _USE, _CHECK, _WATCH, _MONEY, _MORE = (
    "Profiles", "Use a profile", "Check a profile", "Watch for changes", "Cost and contract", "More"
)  # fmt: skip
COMMANDS: tuple[Command, ...] = (
    Command("init", "init.init", "init", _PROFILES),
    Command("surfaces", "surfaces", "surfaces", _PROFILES),
    Command("list", "list", "list_", _PROFILES),
    Command("show", "show", "show", _PROFILES),
    Command("edit", "edit", "edit", _PROFILES),
    Command("copy", "copy", "copy", _PROFILES, "COPY"),
    Command("rename", "copy", "rename", _PROFILES, "RENAME"),
    Command("remove", "copy", "remove", _PROFILES, "REMOVE"),
    Command("export", "share", "export", _PROFILES, "EXPORT"),
    Command("import", "share", "import_", _PROFILES, "IMPORT"),
    Command("trust", "trust", "trust", _PROFILES),
    Command("key", "key", "key", _PROFILES),
    Command("env", "env", "env", _USE),
    Command("use", "use", "use", _USE),
    Command("run", "run", "run", _USE),
    Command("hook", "hook", "hook", _USE),
    Command("apply", "apply.apply", "apply", _USE),
    Command("statusline", "statusline", "statusline", _USE),
    Command("status", "status", "status_", _USE),
    Command("doctor", "doctor", "doctor", _CHECK),
    Command("models", "models.models", "models", _CHECK),
    Command("trace", "trace", "trace_", _CHECK),
    Command("quota", "quota", "quota", _CHECK),
    Command("policy", "policy", "policy", _CHECK),
    Command("explain", "explain", "explain", _CHECK),
    Command("drift", "drift.drift", "drift", _WATCH),
    Command("schedule", "schedule.schedule", "schedule", _WATCH),
    Command("cost", "cost.cost", "cost", _MONEY),
    Command("prices", "prices", "prices", _MONEY),
    Command("choose", "choose", "choose", _MONEY),
    Command("scope", "scope", "scope", _MONEY),
    Command("report", "report.report", "report", _MONEY),
    Command("demo", "demo", "demo", _MORE),
    Command("completion", "completion", "completion", _MORE),
)
ALIASES = {"ls": "list", "cp": "copy", "mv": "rename", "rm": "remove"}
