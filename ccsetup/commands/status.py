"""`ccsetup status`: what Claude Code would use right now, and which layer decided it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from ccsetup.claude_code import status
from ccsetup.claude_code.effective import Decided
from ccsetup.claude_code.status import Status
from ccsetup.commands.arguments import Context
from ccsetup.doctor.formats import text
from ccsetup.doctor.formats.json import findings
from ccsetup.doctor.report import Report
from ccsetup.knowledge import decisive_settings, secret_shapes
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.system import console, display
from ccsetup.system.console import Line
from ccsetup.system.errors import PROBLEM, UserError
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace

EXAMPLE = """What Claude Code would use right now in this shell and folder, and which layer decided it.

Nothing is started and no request is made; --check asks Claude Code itself (`claude auth status`, no request either).

  ccsetup status

  ccsetup status --check --json
"""


def status_(
    context: Context,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Compare with what Claude Code itself says.")] = False,
) -> None:
    workspace = context.obj
    home = str(workspace.system.home)
    surroundings = workspace.surroundings(workspace.config_dir)
    found = status.read_status(surroundings, workspace.knowledge, workspace.system)
    if untrusted := _untrusted(workspace, found.profile):
        found = replace(found, findings=(*found.findings, untrusted))
    if check:
        from ccsetup.claude_code import auth_status

        with console.busy("asking Claude Code"):
            said = auth_status.read_auth_status(workspace.system)
        found = replace(found, findings=(*found.findings, *auth_status.disagreements(surroundings, said)))
    if json:
        console.answer_json(_document(found, workspace.knowledge))
    else:
        console.lines(_lines(found, workspace.knowledge), home)
    if any(finding.weight == "error" for finding in found.findings):
        raise typer.Exit(PROBLEM)


def _untrusted(workspace: Workspace, name: str | None) -> Finding | None:
    """Why the active profile is not trusted here."""
    if name is None or not workspace.trust.is_imported(name):
        return None
    try:
        return workspace.untrusted(name, workspace.store.load(name))
    except UserError:  # it cannot be read any more
        return None


def _document(found: Status, knowledge: Knowledge) -> dict[str, object]:
    return {
        "schema": 1,
        "surface": found.surface,
        "profile": found.profile,
        "provider": found.provider,
        "place": found.place,
        "project": found.project,
        "identity": found.identity and console.redact(found.identity, ""),
        "models": dict(found.models),
        "aliases": {tier: target.document for tier, target in found.aliases.items()},
        "variables": [
            {
                "name": one.name,
                "value": _shown(one, knowledge),
                "layer": one.layer,
                "beats": list(one.beats),
                "file": str(one.path) if one.path else None,
            }
            for one in found.variables
        ],
        "findings": findings(_report(found), ""),
    }


def _lines(found: Status, knowledge: Knowledge) -> Iterator[Line]:
    yield Line(0, f"Claude Code here: {found.title}", "bold")
    rows = {
        "profile": found.profile or "none",
        "surface": found.surface,
        "place": found.place,
        "project": found.project,
        "signs": found.identity or "nobody, as far as files tell",
        "begins with": found.models["main"] or "not known",
        **{tier: _tier(found, tier) for tier in found.models if tier != "main"},
    }
    for name, value in rows.items():
        if value:
            yield Line(2, f"{name.ljust(12)} {display.visible(value)}", paste=True)
    if found.variables:
        yield Line(0, "")
        cells = [
            (one.name, display.visible(_shown(one, knowledge)) or "(blank)", str(one.path or one.layer), _beats(one))
            for one in found.variables
        ]
        for row in console.table(("VARIABLE", "VALUE", "DECIDED BY", ""), cells).splitlines():
            yield Line(0, row, paste=True)
    if found.findings:
        yield Line(0, "")
        yield from text.told(_report(found))


def _tier(found: Status, tier: str) -> str | None:
    """The id, and where it comes from if nothing pins it."""
    alias = found.aliases.get(tier)
    return f"{alias.words} (not pinned)" if alias else found.models[tier]


def _report(found: Status) -> Report:
    """The findings with the first cause and the consequences told apart."""
    return Report(found.profile or "", found.surface, found.findings)


def _beats(one: Decided) -> str:
    return f"beats {', '.join(one.beats)}" if one.beats else ""


def _shown(one: Decided, knowledge: Knowledge) -> str:
    """Its value, without what could be a secret."""
    if not one.value:
        return ""
    if one.name[:1].islower() and one.name not in ("model", "forceLoginMethod"):
        return "a command"
    if one.name == "ANTHROPIC_CUSTOM_HEADERS":  # each may be a credential
        return ", ".join(f"{line.partition(':')[0].strip()}: …" for line in one.value.splitlines() if line.strip())
    secret = knowledge.is_secret(one.name) or decisive_settings.load().may_be_secret(one.name, one.value)
    if secret or one.name == "AWS_ACCESS_KEY_ID":
        return str(Secret(one.value))
    return console.redact(secret_shapes.shown(one.name, one.value), "")
