"""`ccsetup doctor`: diagnoses profiles down to the root cause."""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

from ccsetup.claude_code import client_request
from ccsetup.commands import chosen as chosen_
from ccsetup.commands import record_command
from ccsetup.commands.arguments import Context, names
from ccsetup.doctor import here, prepare, repository
from ccsetup.doctor.probes import live, schedule_command
from ccsetup.doctor.probes.case import Case, Once
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.report import Report, worst
from ccsetup.doctor.run import examine
from ccsetup.knowledge.pages import HERE
from ccsetup.profile.profile import Profile
from ccsetup.providers import access, recording
from ccsetup.system import console, memory
from ccsetup.system.errors import PROBLEM, UNAVAILABLE, UserError
from ccsetup.workspace import Workspace

EXAMPLE = """Diagnose profiles: the root cause, the provider's error, and the fix.

If you have no profile yet, it checks what Claude Code would use in this shell and folder. Every check is free and
changes nothing. --live also sends one minimal request per pinned model, which is billed.

  ccsetup doctor
  ccsetup doctor --here               # this shell and folder, without a profile
  ccsetup doctor bedrock-prod --live
  ccsetup doctor work --record answers.json
  ccsetup doctor --files              # in a repository: its settings files alone
  ccsetup doctor --format markdown >> "$GITHUB_STEP_SUMMARY"
"""

_CODES = {"error": PROBLEM, "unknown": UNAVAILABLE, "warning": 0, "ok": 0}


def doctor(
    context: Context,
    wanted: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME…]", help="Profiles to check. [default: all]", autocompletion=names),
    ] = None,
    here_: Annotated[
        bool, typer.Option("--here", help="Check this shell and folder as they are, instead of profiles.")
    ] = False,
    live_: Annotated[
        bool, typer.Option("--live", help="Also send one minimal request per pinned model (billed).")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Make no request; the verdict is unknown or not working.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    format_: Annotated[
        Literal["text", "json", "junit", "markdown"], typer.Option("--format", help="Output format.")
    ] = "text",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also show each check that passed or was skipped.")
    ] = False,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Save the providers' responses, redacted.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --record, write without asking.")] = False,
    files: Annotated[
        bool, typer.Option("--files", help="Check only this folder's settings files and .ccsetup files.")
    ] = False,
) -> None:
    workspace = context.obj
    if files:
        _check_files(
            workspace, "json" if json else format_, wanted or here_ or live_ or record is not None, verbose=verbose
        )
    if live_ and offline:
        raise UserError("--live cannot be used with --offline", "use one of them")
    if record is not None:
        record_command.refuse_early(record, workspace.system, offline=offline, yes=yes)
    if here_ and wanted:
        raise UserError("--here examines no profile, but names were given", "leave one of them out")
    chosen = (HERE,) if here_ else tuple(dict.fromkeys(wanted or workspace.store.names())) or (HERE,)
    for name in wanted or ():
        workspace.store.text(name)  # an unknown name is refused before any check
    if live_:
        _announce(workspace, chosen)
    ambient = None
    if chosen == (HERE,) and format_ == "text" and not json:
        ambient = here.read_here(workspace)
        console.print_lines(here.summary(workspace, ambient), str(workspace.system.home))
        chosen_.name_inactive(workspace)
    access.scrub(workspace.knowledge)
    memory.share_one_heap()
    once = Once()
    prepare = {name: _prepare_later(workspace, name, once, live=live_) for name in chosen}
    keeping: AbstractContextManager[list[dict[str, Any]]] = nullcontext([])
    if record is not None:
        keeping = recording.recorded()
    with keeping as answers, console.running() as heard:
        reports = examine((schedule_command.PROBE, *PROBES), prepare, live=live_, offline=offline, heard=heard)
    reports = tuple(_with_pending(workspace, report, clean=not offline) for report in reports)
    _print(workspace, reports, "json" if json else format_, verbose=verbose)
    if ambient is not None:
        console.print_lines(here.next_steps(workspace, ambient, reports[0]), str(workspace.system.home))
    if record is not None:
        record_command.write(answers, record, workspace.system, yes=yes)
    code = _CODES[worst(reports)]
    raise typer.Exit(code)


def _check_files(workspace: Workspace, format_: str, more: object, *, verbose: bool) -> NoReturn:
    if more:
        raise UserError("--files checks files alone", "leave out NAME, --here, --live and --record")
    report = Report(
        repository.NAME, repository.SUBJECT, repository.examine_files(workspace.system, workspace.knowledge)
    )
    _print(workspace, (report,), format_, verbose=verbose)
    raise typer.Exit(_CODES[report.verdict])


def _prepare_later(workspace: Workspace, name: str, once: Once, *, live: bool) -> Callable[[], Case]:
    if name == HERE:
        return lambda: here.prepare_here(workspace, once, live=live)
    return lambda: prepare.prepare_saved(workspace, name, workspace.store.load(name), once, live=live)


def _with_pending(workspace: Workspace, report: Report, *, clean: bool) -> Report:
    """Return the report with the findings that the profile was saved with as pending; a clean run clears them."""
    if report.profile == HERE:
        return report
    pending = workspace.pending.checks(report.profile)
    works = clean and report.verdict in ("ok", "warning")
    if works:
        today = workspace.system.now().date().isoformat()
        workspace.verified.mark(report.profile, workspace.store.text(report.profile), today)
    if pending and works:
        workspace.pending.clear(report.profile)
        console.say(f"{report.profile} is no longer pending")
        return report
    return dataclasses.replace(report, pending=pending) if pending else report


def _announce(workspace: Workspace, chosen: tuple[str, ...]) -> None:
    """Say what --live will send for these profiles. Unreadable or unusable profiles send nothing."""
    profiles: dict[str, Profile] = {}
    for name in chosen:
        with suppress(UserError):
            if name == HERE:
                profiles[name] = here.prepare_here(workspace, Once()).profile
                continue
            profile = workspace.store.load(name)
            workspace.refuse_unusable(name, profile)
            profiles[name] = profile
    by_client = [name for name, profile in profiles.items() if live.needs_client(profile)]
    if len(profiles) > len(by_client):
        on_bedrock = any(profile.surface == "bedrock" for profile in profiles.values())
        console.say(
            "--live sends one request of at most one token for each distinct pinned model: it is billed"
            + (", and on Bedrock a model's first request subscribes the account to it in AWS Marketplace and accepts "
               "its terms" if on_bedrock else "")
        )  # fmt: skip
    for name in by_client:
        command = client_request.display_command(live.model_for_client(profiles[name]))
        console.say(
            f"--live runs Claude Code once for {name}, since only it may use this sign-in: "
            f"{command}; it counts against the plan's limits, or is billed"
        )


def _print(workspace: Workspace, reports: tuple[Report, ...], format_: str, *, verbose: bool) -> None:
    home = str(workspace.system.home)
    match format_:
        case "json":
            from ccsetup.doctor.formats.json import document

            console.answer_json(document(reports, home))
        case "junit":
            from ccsetup.doctor.formats.junit import junit

            console.answer_document(console.redact(junit(reports), home))
        case "markdown":
            from ccsetup.doctor.formats.markdown import markdown

            console.answer_document(console.redact(markdown(reports), home))
        case _:
            from ccsetup.doctor.formats.text import lines

            titles = {name: surface.title for name, surface in workspace.knowledge.surfaces.items()}
            console.print_lines(lines(reports, titles, verbose=verbose), home)
