"""What Claude Code would use now, printed: the core of `ccsetup status`, without the parser, whose import is slow."""

from collections.abc import Iterator
from dataclasses import replace

from ccsetup.claude_code import status
from ccsetup.claude_code.effective import Decided
from ccsetup.claude_code.status import Status
from ccsetup.commands import chosen
from ccsetup.doctor.formats import text
from ccsetup.doctor.formats.json import findings
from ccsetup.doctor.report import Report
from ccsetup.knowledge import decisive_settings, secret_shapes
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.system import console
from ccsetup.system.console import Line
from ccsetup.system.errors import PROBLEM, UserError
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace


def print_status(workspace: Workspace, *, json: bool = False, check: bool = False) -> int:
    """Print the status; return the exit code."""
    home = str(workspace.system.home)
    surroundings = workspace.surroundings(workspace.config_dir)
    current = status.read_status(surroundings, workspace.knowledge, workspace.system)
    if untrusted := _untrusted(workspace, current.profile):
        current = replace(current, findings=(*current.findings, untrusted))
    agreed: dict[str, str] | None = None
    unchecked: UserError | None = None
    if check:
        from ccsetup.claude_code import auth_status

        try:
            with console.busy("Asking Claude Code"):
                report = auth_status.read_auth_status(workspace.system)
            agreed = auth_status.agreements(surroundings, report)
            differing = auth_status.disagreements(surroundings, report)
            current = replace(current, findings=(*current.findings, *differing))
        except UserError as error:  # the rest is still shown
            unchecked = error
    if json:
        more = {"agrees": agreed} if check else {}
        console.answer_json({**_document(current, workspace.knowledge), **more})
    else:
        console.print_lines(_lines(current, workspace.knowledge), home)
        chosen.name_inactive(workspace)
        if agreed:
            said = ", ".join(f"{name} {value}" for name, value in agreed.items())
            console.print_lines((Line(0, ""), Line(2, f"✓ Claude Code agrees: {said}", "green", hang=2)), home)
    if unchecked is not None:
        console.refuse(unchecked, home)
    if any(finding.weight == "error" for finding in current.findings):
        return PROBLEM
    return unchecked.exit_code if unchecked is not None else 0


def _untrusted(workspace: Workspace, name: str | None) -> Finding | None:
    """Return why the active profile is not trusted here; None if it is."""
    if name is None or not workspace.trust.is_imported(name):
        return None
    try:
        return workspace.untrusted(name, workspace.store.load(name))
    except UserError:  # no longer readable
        return None


def _document(current: Status, knowledge: Knowledge) -> dict[str, object]:
    return {
        "schema": 1,
        "surface": current.surface,
        "profile": current.profile,
        "provider": current.provider,
        "place": current.place,
        "project": current.project,
        "host": current.host,
        "identity": console.redact(current.identity, ""),
        "identity_layer": current.identity_layer,
        "models": dict(current.models),
        "aliases": {tier: target.document for tier, target in current.aliases.items()},
        "variables": [
            {
                "name": variable.name,
                "value": _shown(variable, knowledge),
                "layer": variable.layer,
                "beats": list(variable.beats),
                "file": str(variable.path) if variable.path else None,
            }
            for variable in current.variables
        ],
        "findings": findings(_report(current), ""),
    }


def _lines(current: Status, knowledge: Knowledge) -> Iterator[Line]:
    yield Line(0, f"Claude Code here: {current.title}", "bold")
    rows = {
        "profile": current.profile or "none",
        "surface": current.surface,
        _place_label(current, knowledge): current.place,
        "project": current.project,
        "host": current.host,
        "credentials": _credentials(current),
        "main model": current.models["main"] or "unknown",
        **{tier: _tier(current, tier) for tier in current.models if tier != "main"},
    }
    for name, value in rows.items():
        if value:
            yield Line(2, f"{name.ljust(12)} {value}", paste=" " not in value, hang=13)
    if current.variables:
        yield Line(0, "")
        cells = [
            (
                variable.name,
                _shown(variable, knowledge) or "(empty)",
                str(variable.path or variable.layer),
                _beats(variable),
            )
            for variable in current.variables
        ]
        for row in console.table(("VARIABLE", "VALUE", "SET BY", ""), cells):
            yield Line(0, row, paste=True)
    if current.findings:
        yield Line(0, "")
        yield from text.finding_lines(_report(current))


def _place_label(current: Status, knowledge: Knowledge) -> str:
    """What the surface calls its place: region, location or resource."""
    surface = knowledge.surfaces.get(current.surface)
    return surface.place.answer if surface is not None and surface.place is not None else "place"


def _credentials(current: Status) -> str:
    if current.identity == "none":
        return "none found (no login, no key)"
    return current.identity + (f", set by {current.identity_layer}" if current.identity_layer else "")


def _tier(current: Status, tier: str) -> str | None:
    """The id, and where it comes from if nothing pins it."""
    alias = current.aliases.get(tier)
    return f"{alias.words} (not pinned)" if alias else current.models[tier]


def _report(current: Status) -> Report:
    """Return a report of the findings, which determines the root cause and the consequences."""
    return Report(current.profile or "", current.surface, current.findings)


def _beats(variable: Decided) -> str:
    return f"overrides {', '.join(variable.beats)}" if variable.beats else ""


def _shown(variable: Decided, knowledge: Knowledge) -> str:
    """Return the variable's value without anything that may be secret."""
    if not variable.value:
        return ""
    if variable.name[:1].islower() and variable.name not in ("model", "forceLoginMethod"):
        return "a command"
    if variable.name == "ANTHROPIC_CUSTOM_HEADERS":  # each may be a credential
        return ", ".join(f"{line.partition(':')[0].strip()}: …" for line in variable.value.splitlines() if line.strip())
    secret = knowledge.is_secret(variable.name) or decisive_settings.load().may_be_secret(variable.name, variable.value)
    if secret or variable.name == "AWS_ACCESS_KEY_ID":
        return str(Secret(variable.value))
    return console.redact(secret_shapes.printable(variable.name, variable.value), "")
