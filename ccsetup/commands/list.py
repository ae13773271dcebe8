"""`ccsetup list`: lists the profiles."""

from collections.abc import Mapping
from typing import Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.profile.environment import ACTIVE
from ccsetup.system import console
from ccsetup.system.errors import PROBLEM, UserError

EXAMPLE = """List the profiles (* = active).

  ccsetup list
  ccsetup list --json
"""

_PLACE = ("region", "location", "config_dir", "base_url")  # the first of these that a profile has


def list_(context: Context, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    workspace = context.obj
    active = workspace.system.environment.get(ACTIVE)
    rows: list[dict[str, str | bool | None]] = []
    for name in workspace.store.names():
        row: dict[str, str | bool | None] = {"profile": name, "active": name == active}
        row["pending"] = " ".join(workspace.pending.checks(name)) or None
        try:
            profile = workspace.store.load(name)
        except UserError as error:
            rows.append(
                row | {"surface": None, "place": None, "model": None, "trusted": None, "problem": error.message}
            )
            continue
        place = next((profile.set[key] for key in _PLACE if key in profile.set), None)
        model = profile.models.get("default")
        row["trusted"] = workspace.untrusted(name, profile) is None
        rows.append(row | {"surface": profile.surface, "place": place, "model": model, "problem": None})
    home = str(workspace.system.home)
    if json:
        shown = [
            {key: console.redact(cell, "") if isinstance(cell, str) else cell for key, cell in row.items()}
            for row in rows
        ]
        console.answer_json({"schema": 1, "profiles": shown})
    elif rows:
        cells = [
            (
                "*" if row["active"] else "",
                *(str(row[key] or "-") for key in ("profile", "surface", "place", "model")),
                _note(row),
            )
            for row in rows
        ]
        console.answer(*console.table(("", "PROFILE", "SURFACE", "PLACE", "MODEL", ""), cells), home=home)
    else:
        console.say("no profiles yet; make one with: ccsetup init")
    problems = [row for row in rows if row["problem"]]
    for row in problems:
        console.say(console.redact(f"ccsetup: {row['problem']}", home))
    if problems:
        raise typer.Exit(PROBLEM)


def _note(row: Mapping[str, str | bool | None]) -> str:
    untrusted = "not trusted" if row["trusted"] is False else ""
    return ", ".join(filter(None, (untrusted, f"pending: {row['pending']}" if row["pending"] else "")))
