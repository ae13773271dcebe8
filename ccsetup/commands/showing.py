"""One profile without its secrets, printed: the core of `ccsetup show`, without the parser, whose import is slow."""

from ccsetup.commands.listing import profile_rows
from ccsetup.system import console
from ccsetup.workspace import Workspace


def print_profile(workspace: Workspace, name: str, *, json: bool = False) -> int:
    """Print the profile; return the exit code."""
    profile = workspace.store.load(name)
    surface = workspace.knowledge.surface(profile.surface)
    (row,) = profile_rows(workspace, [name])
    trusted = row["trusted"]
    if json:
        console.answer_json(
            {
                "schema": 1,
                "profile": name,
                "surface": profile.surface,
                "file": str(workspace.store.path(name)),
                **{key: row[key] for key in ("trusted", "verified", "pending", "active", "default", "applied")},
                "set": console.redact_values(profile.set),
                "models": console.redact_values(profile.models),
                "env": console.redact_values(profile.env),
                "expect": console.redact_values(profile.expect),
            }
        )
        return 0
    rows = {"profile": name, "surface": f"{surface.title} ({surface.bills})", "file": str(workspace.store.path(name))}
    rows["verified"] = f"pending: {row['pending']}" if row["pending"] else str(row["verified"] or "no")
    used = ("active in this shell" if row["active"] else "", "the default" if row["default"] else "")
    if uses := ", ".join(filter(None, (*used, f"applied: {row['applied']}" if row["applied"] else ""))):
        rows["in use"] = uses
    if not trusted:
        rows["trust"] = f"not trusted; see what it would do: ccsetup trust {name}"
    for table in ("set", "models", "env", "expect"):
        prefix = "" if table == "set" else f"{table}."
        rows |= {f"{prefix}{key}": value for key, value in getattr(profile, table).items()}
    console.answer(*console.pairs(rows), home=str(workspace.system.home))
    return 0
