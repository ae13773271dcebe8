"""`ccsetup cost`: what was used here, on whose bill."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from ccsetup.advice import payers as profiles
from ccsetup.advice.quotes import Quotes
from ccsetup.advice.work import parse_since, read_usage
from ccsetup.commands.arguments import Context, names
from ccsetup.commands.cost import show
from ccsetup.report.files import check_page
from ccsetup.system import console, files
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.usage import notes, shown_before
from ccsetup.usage.bills import Bills, Payer
from ccsetup.usage.document import Setting, document, until
from ccsetup.usage.evidence import load
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.prefixes import measure_prefixes, no_prefix
from ccsetup.usage.summary import summarize
from ccsetup.usage.work import measure
from ccsetup.workspace import Workspace

EXAMPLE = """Show what Claude Code used on this machine, what it cost, and what drove it.

Reads Claude Code's transcripts in all its configuration folders, offline. Claude Code deletes transcripts after a
while; ccsetup keeps the counts, and no text. Days are UTC, as on the providers' bills. Amounts use the prices that
`ccsetup prices` last read; they are not an invoice.

  ccsetup cost
  ccsetup cost work --since 7d --by model
  ccsetup cost --since 2026-11-01 --by day --json
  ccsetup cost --by project --anonymous   # without project names
  ccsetup cost --parts                    # what comes before every prompt
  ccsetup cost --parts --html cost.html   # a page with charts
"""

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME…]", help="Profiles to include. [default: all]", autocompletion=names),
]
By = Literal["day", "week", "model", "project", "session", "profile", "surface"]


def cost(
    context: Context,
    given: Names = None,
    since: Annotated[str, typer.Option(metavar="DATE|DAYSd", help="First day, or number of days back.")] = "30d",
    by: Annotated[By, typer.Option(help="Group the table by this.")] = "profile",
    parts: Annotated[
        bool, typer.Option("--parts", help="Also show what precedes every prompt: system prompt, tools, MCP servers.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with charts (mode 0600).")] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Leave out project, branch and session names.")
    ] = False,
) -> None:
    workspace = context.obj
    if html is not None:  # before the transcripts are read
        check_page(html := html.absolute())
    now = workspace.system.now()
    start = parse_since(since, now)
    chosen = {name for name in given or () if workspace.store.text(name)}
    payers = profiles.load_payers(workspace)
    ledger, found = read_usage(workspace, payers)
    unread = {"files": len(found.unread_files), "rows": found.unread_rows}
    pins = {payer.name: payer.pins for payer in payers}
    setting = Setting(now, by, anonymous, profiles.retention_days(workspace, payers), unread, pins)
    if parts:
        setting = replace(setting, prefix=measure_prefixes(profiles.configuration_folders(workspace, payers)))
    shown = _document(workspace, ledger, payers, start, chosen, setting)
    if html is not None and not ledger.is_empty:
        _write_page(html, shown)
    if json:
        console.answer_json(shown)
    elif html is None and not ledger.is_empty:
        show.report(shown, str(workspace.system.home))
    if ledger.is_empty:
        folders = ", ".join(str(folder) for folder in profiles.configuration_folders(workspace, payers))
        raise UserError(f"no transcripts of Claude Code in {folders}", "use Claude Code first", UNAVAILABLE)


def _write_page(path: Path, shown: dict[str, object]) -> None:
    from ccsetup.report import page  # templates and charts: 0.3 s
    from ccsetup.report.cost import cost_page

    files.write(path, page.render(cost_page(shown)))
    console.say(f"wrote {path}")


def _document(
    workspace: Workspace, ledger: Ledger, payers: tuple[Payer, ...], start: int, chosen: set[str], setting: Setting
) -> dict[str, object]:
    """What is shown: as it was made last, if nothing is another since."""
    path = workspace.system.cache / "cost.json"
    pins = {name: sorted(models) for name, models in setting.pins.items()}
    quotes = Quotes(workspace, payers)
    parts = setting.prefix is not no_prefix
    about = (parts, setting.by, setting.anonymous, setting.retention_days, dict(setting.unread), pins)
    whose = [_plain(payer) for payer in payers]
    key = shown_before.key(ledger.stamp, load().seen, whose, start, sorted(chosen), about, quotes.identity)
    if (known := shown_before.recall(path, key)) is not None:
        return {**known, "until": until(setting)}
    summary = summarize(ledger, measure(ledger), Bills(ledger, payers, notes.noted(ledger)), start, quotes)
    if chosen:
        summary.accounts = [account for account in summary.accounts if account.profile in chosen]
    made = document(summary, ledger.strings, setting)
    shown_before.keep(path, key, made)
    return made


def cost_document(workspace: Workspace, since: str = "30d") -> dict[str, object]:
    """`cost --json` of all profiles, without the names of projects, for other commands."""
    now = workspace.system.now()
    payers = profiles.load_payers(workspace)
    ledger, found = read_usage(workspace, payers)
    unread = {"files": len(found.unread_files), "rows": found.unread_rows}
    pins = {payer.name: payer.pins for payer in payers}
    setting = Setting(now, "profile", True, profiles.retention_days(workspace, payers), unread, pins)
    return _document(workspace, ledger, payers, parse_since(since, now), set(), setting)


def _plain(payer: Payer) -> tuple[object, ...]:
    """A payer's fields, without its pins: sets have no order, and the pins are in the key separately."""
    return (payer.name, payer.surface, payer.place, payer.folder, payer.own)
