"""`ccsetup show`: one profile, without its secrets."""

from typing import Annotated

import typer

from ccsetup import report
from ccsetup.commands.arguments import Context, Profile

EXAMPLE = """Show a profile: its answers, pins and guard, and where its secret is kept.

  ccsetup show bedrock-prod
"""


def show(
    context: Context, name: Profile, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    desk = context.obj
    profile = desk.store.load(name)
    surface = desk.knowledge.surface(profile.surface)
    trusted = desk.untrusted(name, profile) is None
    if json:
        report.answer_json(
            {
                "schema": 1,
                "profile": name,
                "surface": profile.surface,
                "file": str(desk.store.path(name)),
                "trusted": trusted,
                "set": report.redacted(profile.set),
                "models": report.redacted(profile.models),
                "env": report.redacted(profile.env),
                "expect": report.redacted(profile.expect),
            }
        )
        return
    rows = {"profile": name, "surface": f"{surface.title} ({surface.bills})", "file": str(desk.store.path(name))}
    if not trusted:
        rows["trust"] = f"not trusted; see what it would do: ccsetup trust {name}"
    for table in ("set", "models", "env", "expect"):
        prefix = "" if table == "set" else f"{table}."
        rows |= {f"{prefix}{key}": value for key, value in getattr(profile, table).items()}
    report.answer(report.redact(report.pairs(rows), str(desk.world.home)))
