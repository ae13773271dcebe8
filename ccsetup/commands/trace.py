"""`ccsetup trace`: shows what the installed Claude Code really does with a profile."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from ccsetup.claude_code import installation
from ccsetup.claude_code.alias_targets import AliasTarget
from ccsetup.commands.arguments import ChosenName, Context
from ccsetup.commands.chosen import name_or_chosen
from ccsetup.doctor import messages
from ccsetup.doctor.formats.json import findings
from ccsetup.doctor.report import Report
from ccsetup.system import console
from ccsetup.system.errors import PROBLEM

if TYPE_CHECKING:  # importing the recorder's certificates takes a tenth of a second
    from ccsetup.trace.recorder.request import Request
    from ccsetup.trace.trace import Traced

EXAMPLE = """Run Claude Code once with a profile and show the requests it makes.

Nothing leaves this machine: a recorder on loopback answers every request. Your files are not changed, and your secrets
are replaced. Your settings files apply as they do in a real session.

  ccsetup trace bedrock-prod
  ccsetup trace bedrock-prod --json
"""
_ROLES = {
    "main": "main",
    "background": "background",
    "extra": "other work",
    "probe": "start-up probe",
    "other": "listing",
}


def trace_(
    context: Context,
    name: ChosenName = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=2, max=120, help="Time limit in seconds.")] = 5.0,
) -> None:
    from ccsetup.trace import last, trace

    workspace = context.obj
    name = name_or_chosen(workspace, name)
    profile = workspace.store.load(name)
    change, unfetched = workspace.rehearse_change(name, profile)
    if unfetched is not None:
        console.say(
            console.redact(f"{unfetched.message}; a made-up secret is used instead", str(workspace.system.home))
        )
    client = installation.require_client(workspace.system.environment)
    with console.busy(f"running {client.name} with {name}"):
        traced = trace.trace(client, profile.surface, change, workspace.knowledge, workspace.system, seconds)
    last.keep_hosts(
        workspace.system.state / "traces", name, workspace.system.now(), traced.client.version, traced.hosts
    )
    home = str(workspace.system.home)
    aliases = workspace.unpinned(name, profile)
    if json:
        console.answer_json(_document(name, profile.surface, traced, aliases, home))
    else:
        console.answer(*_lines(name, traced, aliases), home=home)
        messages.print_warnings(traced.findings, home)
    if traced.differences:
        raise typer.Exit(PROBLEM)


def _document(
    name: str, surface: str, traced: "Traced", aliases: Mapping[str, AliasTarget], home: str
) -> dict[str, object]:
    return {
        "schema": 1,
        "profile": name,
        "surface": surface,
        "client": traced.client.version,
        "mode": "print",
        "requests": [_request(request, traced, home) for request in traced.requests],
        "verdict": "differs" if traced.differences else "as-declared",
        "differences": [console.redact(line, home) for line in traced.differences],
        "aliases": {tier: target.document for tier, target in aliases.items()},
        "findings": findings(Report(name, surface, traced.findings), home),
    }


def _request(request: "Request", traced: "Traced", home: str) -> dict[str, object]:
    return {
        "role": _role(request),
        "main": request.role == "main",
        "method": request.method,
        "host": request.host,
        "path": console.redact(request.path, ""),
        "provider": request.provider,
        "place": request.place,
        "project": request.project,
        "model": request.model,
        "auth": _auth(request),
        "identity": console.redact(_identity(request, traced), home) or None,
    }


def _lines(name: str, traced: "Traced", aliases: Mapping[str, AliasTarget]) -> Iterator[str]:
    rows = [
        (
            _role(request),
            request.host,
            request.place or "-",
            request.project or "-",
            request.model or "-",
            _auth(request),
            _identity(request, traced) or "-",
        )
        for request in traced.requests
    ]
    heads = ("REQUEST", "HOST", "PLACE", "PROJECT", "MODEL", "AUTH", "IDENTITY")
    verdict = "does not match the profile" if traced.differences else "matches the profile"
    if rows:
        yield from console.table(heads, rows)
        yield ""
    yield f"{name} with {traced.client.name}: {verdict}"
    yield from (f"  {line}" for line in traced.differences)
    yield from (f"  {tier} is not pinned: {target.words}" for tier, target in aliases.items())


def _role(request: "Request") -> str:
    return "sign-in" if request.provider in ("google-token", "sts", "sso") else _ROLES[request.role]


def _auth(request: "Request") -> str:
    """Return the credential's kind in the contract's terms, which have none for a Google token exchange."""
    return "none" if request.provider == "google-token" else request.auth


def _identity(request: "Request", traced: "Traced") -> str:
    from ccsetup.trace.stand_ins import describe_identity

    return " and ".join(describe_identity(auth.identity, traced.identities) for auth in request.auths)
