"""`ccsetup report`: one page for a team."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ccsetup.commands.arguments import Context
from ccsetup.commands.report.write import write_page
from ccsetup.drift.report import is_shard
from ccsetup.providers import access
from ccsetup.report.collected import Collection
from ccsetup.report.files import check_page
from ccsetup.system import console, decoding, files
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

EXAMPLE = """Make one page for a team: verdicts, lifecycle dates, quotas, prices, cost, scope and history.

From this machine's live checks, or from what many machines collected with --json. The page is one file, loads nothing
and runs nothing. Nothing secret is in it; project and session names are left out.

  ccsetup report --html team.html
  ccsetup report --json > "$(hostname).json"               # this machine's collection
  ccsetup report --merge *.json --html team.html           # one page of many machines
  ccsetup report --shard 1/4 --json > 1.json               # a quarter of the profiles
"""


def report(
    context: Context,
    given: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE…]", help="With --merge: what other machines collected.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the page (mode 0600).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print this machine's collection as JSON.")] = False,
    merge: Annotated[bool, typer.Option("--merge", help="Read the FILEs instead of asking providers.")] = False,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Only part I of N of the profiles.")] = None,
) -> None:
    workspace = context.obj
    _refuse(given or [], html=html, json=json, merge=merge, shard=shard)
    if html is not None:  # before any provider is asked
        check_page(html := html.absolute())
    if merge:
        collections = _merged(workspace, given or [])
    else:
        from ccsetup.commands.report.collect import collect

        access.scrub(workspace.knowledge)
        document = collect(workspace, shard)
        if json:
            console.answer_json(document)
        collections = [decoding.convert(msgspec.to_builtins(document, str_keys=True), Collection)]
    if html is not None:
        write_page(workspace, html, collections)


def _refuse(given: list[str], *, html: Path | None, json: bool, merge: bool, shard: str | None) -> None:
    """Raise UserError for flags that do not go together."""
    if merge and not given:
        raise UserError("--merge needs files", "for example: ccsetup report --merge a.json b.json --html team.html")
    if given and not merge:
        raise UserError("files are for --merge", f"ccsetup report --merge {given[0]} --html team.html")
    if merge and (json or shard):
        raise UserError("--merge makes a page", "ccsetup report --merge FILE… --html team.html")
    if html is None and not json:
        raise UserError(
            "choose an output: --html FILE or --json",
            ("ccsetup report --html team.html", "ccsetup report --json    # this machine's collection"),
        )
    if shard is not None and not is_shard(shard):
        raise UserError(f"--shard {shard} is not I/N", "for example the first of four: --shard 1/4")


def _merged(workspace: Workspace, given: list[str]) -> list[Collection]:
    from ccsetup.report.merge import read_collections

    return read_collections(files.read_documents(workspace.system.cwd, given))
