"""`ccsetup drift`: compares pins with the live catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from ccsetup.commands.arguments import Context, names
from ccsetup.commands.drift import closing, fixing, show
from ccsetup.drift import notify as notifying
from ccsetup.drift import report
from ccsetup.drift import run as core
from ccsetup.drift.report import Document
from ccsetup.report.files import check_page
from ccsetup.system import console, files
from ccsetup.system.errors import USAGE, UserError
from ccsetup.workspace import Workspace

EXAMPLE = """Compare the pinned models with what the providers list now.

Reports models that are gone, renamed or about to be retired, changed serving regions, and replacements.
Exit codes: 0 nothing to do, 1 something changed, 3 a profile could not be checked.

  ccsetup drift
  ccsetup drift bedrock-prod --within 90 --json
  ccsetup drift --fix       # replace pins, after asking; --undo reverts
  ccsetup drift --accept    # accept the current serving regions
  ccsetup drift --notify https://example.com/hook
  ccsetup drift --shard 1/4 --json > 1.json
  ccsetup drift --merge *.json
"""

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME…]", help="Profiles to check. [default: all]", autocompletion=names)
]


def drift(
    context: Context,
    given: Names = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    within: Annotated[int, typer.Option(min=0, metavar="DAYS", help="Report retirements within this many days.")] = 60,
    accept: Annotated[
        bool, typer.Option("--accept", help="Accept the current serving regions as the baseline.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Replace ending or missing pins (asks first).")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Revert the last --fix.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Show past changes.")] = False,
    notify: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND|URL",
            envvar="CCSETUP_NOTIFY",
            help="Send the JSON to a command or URL when something changed since the last run.",
        ),
    ] = None,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Check part I of N of the regions.")] = None,
    page: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Also write the page for a team (ccsetup report).")
    ] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Merge the JSON files given as arguments.")] = False,
) -> None:
    workspace, chosen = context.obj, tuple(given or ())
    _refuse_mixed({"--undo": undo, "--history": history, "--merge": merge, "--fix": fix, "--accept": accept})
    if yes and not fix:
        raise UserError("--yes answers the question that --fix asks", "ccsetup drift --fix --yes")
    if shard is not None and (undo or history or merge):
        raise UserError("--shard splits a check of the providers", "ccsetup drift --shard 1/4 --json")
    if merge:
        document = _merged(workspace, chosen)
        _show(workspace, document, json=json)
        closing.print_result(workspace, document, document.code)
        _end(document.code)
    elif history:
        show.events(workspace, chosen, json=json)
    elif undo:
        fixing.undo(workspace, chosen)
    else:
        if shard is not None and not report.is_shard(shard):
            raise UserError(f"--shard {shard} is not I/N", "for example the first of four: --shard 1/4")
        if notify is not None:
            notifying.check_recipient(notify)
        if page is not None:
            _refuse_page(page, chosen, shard)
        code = _run(
            workspace, chosen, json=json, within=within, accept=accept, fix=fix, yes=yes, notify=notify, shard=shard
        )
        _end(code if page is None else _write_page(workspace, page) or code)


def _run(
    workspace: Workspace,
    chosen: tuple[str, ...],
    *,
    json: bool,
    within: int,
    accept: bool,
    fix: bool,
    yes: bool,
    notify: str | None,
    shard: str | None,
) -> int:
    part = tuple(int(word) for word in shard.split("/")) if shard else None
    with console.steps("asking the providers") as begin:
        run = core.check_pins(
            workspace,
            chosen,
            within=within,
            shard=(part[0], part[1]) if part else None,
            accept=accept,
            progress=begin,
        )
    unkept: UserError | None = None
    try:
        core.remember(workspace, run, accept=accept)
    except UserError as error:  # the result is still useful
        unkept = error
    left: tuple[str, ...] | None = None
    if fix:
        run, left = fixing.fix(workspace, run, yes=yes)
    document = run.document
    code = _code(document, accept=accept) or (USAGE if unkept else 0)
    _show(workspace, document, json=json)
    if accept and run.lives and unkept is None:
        console.say(f"accepted: today's listing of {len(run.lives)} place{'s'[: len(run.lives) > 1]} is the baseline")
    closing.print_next_steps(workspace, run, document, code, left)
    if unkept is None:
        unkept = closing.notify_and_record(workspace, document, code, chosen, notify)
    if unkept is not None:
        console.refuse(unkept, str(workspace.system.home))
        code = code or USAGE
    return code


def _refuse_page(page: Path, chosen: tuple[str, ...], shard: str | None) -> None:
    """Raise UserError for a page of a part, or for a file that must not be replaced, before any provider is asked."""
    if chosen or shard:
        raise UserError("--report is for all profiles", "make a page of parts with: ccsetup report --merge FILE…")
    check_page(page.absolute())


def _write_page(workspace: Workspace, page: Path) -> int:
    """Write the team's page; return 2 if that failed, since the run's own result counts more."""
    from ccsetup.commands.report.write import write_report

    try:
        write_report(workspace, page.absolute())
    except UserError as error:
        console.refuse(error, str(workspace.system.home))
        return USAGE
    return 0


def _code(document: Document, *, accept: bool) -> int:
    """Return the exit code. `--accept` succeeds if every profile was checked, with any findings, except for what
    leaves the profile's own guard, to which it does not agree."""
    if not accept or any(row.check in report.GUARDS for row in document.rows):
        return document.code
    return document.code_if_unchecked


def _show(workspace: Workspace, document: Document, *, json: bool) -> None:
    if json:
        console.answer_json(show.redacted(document))
    else:
        console.answer(*show.lines(document), home=str(workspace.system.home))
        show.unread(document, str(workspace.system.home))


def _merged(workspace: Workspace, given: tuple[str, ...]) -> Document:
    if not given:
        raise UserError("--merge needs files", "for example: ccsetup drift --merge 1.json 2.json")
    return report.merge_documents(files.read_documents(workspace.system.cwd, given))


def _refuse_mixed(flags: dict[str, bool]) -> None:
    given = [flag for flag, on in flags.items() if on]
    if len(given) > 1:
        raise UserError(f"{given[0]} cannot be used with {given[1]}", "use one of them")


def _end(code: int) -> None:
    if code:
        raise typer.Exit(code)
