"""`ccsetup drift`: compares pins with the live catalogue."""

from typing import Annotated

import typer

from ccsetup.commands.arguments import Context, names
from ccsetup.commands.drift import closing, fixing, show
from ccsetup.drift import notify as notifying
from ccsetup.drift import report
from ccsetup.drift import run as core
from ccsetup.drift.report import Document
from ccsetup.system import console
from ccsetup.system.errors import UNAVAILABLE, USAGE, UserError
from ccsetup.workspace import Workspace

EXAMPLE = """Compare every profile's pinned model ids with what its provider lists now.

Says what is gone or renamed, what ends when, whether requests are served from elsewhere, and what to pin instead.
Exit code 0: nothing to do; 1: something drifted; 3: somebody could not be asked, which is never taken for drift.

  ccsetup drift

  ccsetup drift bedrock-prod --within 90 --json

  ccsetup drift --fix                          show, ask, re-pin; --undo puts the files back

  ccsetup drift --accept                       what is served from where is agreed to

  ccsetup drift --notify https://example.com/hook      only when something changed since the last run

  ccsetup drift --shard 1/4 --json > 1.json            a part of the places; then: ccsetup drift --merge *.json
"""

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME…]", help="The profiles; all when left out.", autocompletion=names)
]


def drift(
    context: Context,
    given: Names = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    within: Annotated[int, typer.Option(min=0, metavar="DAYS", help="How early a coming end is reported.")] = 60,
    accept: Annotated[bool, typer.Option("--accept", help="Take what is there now as agreed.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Re-pin what does not last, after asking.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Put back what the last --fix replaced.")] = False,
    history: Annotated[bool, typer.Option("--history", help="What changed when.")] = False,
    notify: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND|URL",
            envvar="CCSETUP_NOTIFY",
            help="Hand the JSON to a command's stdin or post it, when something changed since the last run.",
        ),
    ] = None,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Only part I of N of the places.")] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Join the JSON files named instead of NAME.")] = False,
) -> None:
    workspace, chosen = context.obj, tuple(given or ())
    _refuse_mixed({"--undo": undo, "--history": history, "--merge": merge, "--fix": fix, "--accept": accept})
    if yes and not fix:
        raise UserError("--yes answers the question that --fix asks", "ccsetup drift --fix --yes")
    if shard is not None and (undo or history or merge):
        raise UserError("--shard is for a look at the providers", "ccsetup drift --shard 1/4 --json")
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
        _end(
            _run(
                workspace, chosen, json=json, within=within, accept=accept, fix=fix, yes=yes, notify=notify, shard=shard
            )
        )


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
    code = _code(document, accept=accept)
    _show(workspace, document, json=json)
    if accept and run.lives:
        console.say(f"agreed: what {len(run.lives)} place{'s' if len(run.lives) > 1 else ''} told today is the base")
    closing.print_next_steps(workspace, run, document, code, left)
    if unkept is None:
        unkept = closing.notify_and_record(workspace, document, code, chosen, notify)
    if unkept is not None:
        console.refuse(unkept, str(workspace.system.home))
        code = code or USAGE
    return code


def _code(document: Document, *, accept: bool) -> int:
    """Return the exit code. `--accept` succeeds if every provider was reached, whatever its findings."""
    if not accept:
        return document.code
    return UNAVAILABLE if any(row.check in report.UNASKED for row in document.rows) else 0


def _show(workspace: Workspace, document: Document, *, json: bool) -> None:
    if json:
        console.answer_json(show.redacted(document))
    else:
        console.answer(*show.lines(document), home=str(workspace.system.home))
        show.unread(document, str(workspace.system.home))


def _merged(workspace: Workspace, files: tuple[str, ...]) -> Document:
    if not files:
        raise UserError("--merge needs files", "for example: ccsetup drift --merge 1.json 2.json")
    texts = []
    for file in files:
        try:
            texts.append((file, (workspace.system.cwd / file).read_bytes()))
        except OSError as error:
            raise UserError(f"cannot read {file}: {error.strerror}") from error
    return report.merge_documents(texts)


def _refuse_mixed(flags: dict[str, bool]) -> None:
    given = [flag for flag, on in flags.items() if on]
    if len(given) > 1:
        raise UserError(f"{given[0]} and {given[1]} are two different things", "use one of them")


def _end(code: int) -> None:
    if code:
        raise typer.Exit(code)
