"""`ccsetup show`: shows one profile without its secrets."""

from typing import Annotated

import typer

from ccsetup.commands.arguments import Context, Profile
from ccsetup.system import console

EXAMPLE = """Show a profile's settings, and where its secret is stored.

  ccsetup show bedrock-prod
  ccsetup show bedrock-prod --json
"""


def show(
    context: Context, name: Profile, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    workspace = context.obj
    profile = workspace.store.load(name)
    surface = workspace.knowledge.surface(profile.surface)
    trusted = workspace.untrusted(name, profile) is None
    if json:
        console.answer_json(
            {
                "schema": 1,
                "profile": name,
                "surface": profile.surface,
                "file": str(workspace.store.path(name)),
                "trusted": trusted,
                "set": console.redact_values(profile.set),
                "models": console.redact_values(profile.models),
                "env": console.redact_values(profile.env),
                "expect": console.redact_values(profile.expect),
            }
        )
        return
    rows = {"profile": name, "surface": f"{surface.title} ({surface.bills})", "file": str(workspace.store.path(name))}
    if not trusted:
        rows["trust"] = f"not trusted; see what it would do: ccsetup trust {name}"
    for table in ("set", "models", "env", "expect"):
        prefix = "" if table == "set" else f"{table}."
        rows |= {f"{prefix}{key}": value for key, value in getattr(profile, table).items()}
    console.answer(*console.pairs(rows), home=str(workspace.system.home))
