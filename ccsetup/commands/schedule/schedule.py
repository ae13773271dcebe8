"""`ccsetup schedule`: runs `drift` on a timer that the machine already has."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from ccsetup.commands.arguments import Context
from ccsetup.commands.schedule.status import print_status
from ccsetup.commands.unreadable import print_left_out
from ccsetup.drift import notify as notifying
from ccsetup.drift.schedule import job as jobs
from ccsetup.drift.schedule import remote, targets
from ccsetup.drift.schedule.install import Workshop
from ccsetup.drift.schedule.model import EVERY, HOOK, Every, Job, Machine, Target, Text
from ccsetup.drift.schedule.record import Record
from ccsetup.drift.schedule.remote import Wishes
from ccsetup.knowledge import secret_shapes
from ccsetup.report.files import check_page
from ccsetup.system import console, prompt
from ccsetup.system.display import visible
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.system.spelling import choices
from ccsetup.workspace import Workspace

EXAMPLE = """Run `ccsetup drift` on a schedule: systemd, cron, launchd, Task Scheduler, GitHub or Kubernetes.

--status exits with 0 if the schedule is installed and its last run found nothing, 1 if either has a problem, 3 if
nothing is installed or the last run could not check. With github and kubernetes, --print and --install exit with 3 if
an unreadable profile was left out.

  ccsetup schedule --print      # show the files without writing them
  ccsetup schedule --install --every daily
  ccsetup schedule --install --report ~/team.html   # and the team's page after each run
  ccsetup schedule --status
  ccsetup schedule --remove
  ccsetup schedule --with github --package ccsetup==0.2.0 --install
  ccsetup schedule --with kubernetes --image ghcr.io/me/ccsetup:1 --print
"""

Action = Literal["print", "install", "remove", "status"]


def schedule(
    context: Context,
    with_: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="KIND",
            help=f"Scheduler: {', '.join(targets.KINDS)}.",
            show_default="the one on this machine",
        ),
    ] = None,
    every: Annotated[str, typer.Option(metavar="|".join(EVERY), help="How often.")] = "daily",
    print_: Annotated[bool, typer.Option("--print", help="Show the files that --install would write.")] = False,
    install: Annotated[
        bool, typer.Option("--install", help="Show the files, ask, write them and start the timer.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Stop the timer and delete its files.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Show the last run, its result, and the next run.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --status: print JSON.")] = False,
    notify: Annotated[
        str | None, typer.Option(metavar="COMMAND|URL", envvar="CCSETUP_NOTIFY", help="Passed to drift.")
    ] = None,
    within: Annotated[int | None, typer.Option(metavar="DAYS", min=0, help="Passed to drift.")] = None,
    shards: Annotated[
        int, typer.Option(metavar="N", min=0, help="github, kubernetes: split the regions over this many jobs.")
    ] = 0,
    package: Annotated[
        str, typer.Option(metavar="SPEC", help="github: the package that pip installs on the runner.")
    ] = "",
    image: Annotated[str, typer.Option(metavar="REF", help="kubernetes: an image that contains ccsetup.")] = "",
    claim: Annotated[
        str, typer.Option(metavar="NAME", help="kubernetes: volume claim for the state (ReadWriteMany with --shards).")
    ] = "",
    report: Annotated[
        str, typer.Option(metavar="FILE", help="Also write the page for a team after each run (see ccsetup report).")
    ] = "",
    aws_role: Annotated[str, typer.Option(metavar="ARN", help="kubernetes: IAM role of the pod on EKS.")] = "",
    google_account: Annotated[
        str, typer.Option(metavar="EMAIL", help="kubernetes: service account of the pod on GKE.")
    ] = "",
) -> None:
    workspace = context.obj
    action = _action(print_=print_, install=install, remove=remove, status=status)
    if every not in EVERY:
        raise UserError(f"--every {every}: no such period", choices(every, EVERY))
    if with_ is not None and with_ not in targets.KINDS:
        raise UserError(f"--with {with_}: no such timer", choices(with_, targets.KINDS))
    if notify is not None:
        notifying.check_recipient(notify)
        kind = secret_shapes.kind("notify", notify)
        if kind and kind != secret_shapes.WEBHOOK:  # a webhook's URL is stored in a private file or not at all
            raise UserError(
                f"--notify holds {kind}, which would be stored in a file",
                "use a command that reads it from a file and posts its standard input",
            )
    workshop = Workshop(targets.machine(workspace.system), Record(workspace.system.state / "schedule"))
    match action:
        case "status":
            raise typer.Exit(print_status(workspace, workshop, with_, json=json))
        case "remove":
            _remove(workspace, workshop, with_)
        case "print" | "install":
            hook = notify if notify and notifying.is_url(notify) else ""
            flags: tuple[str, ...] = () if hook or not notify else ("--notify", notify)
            if within is not None:
                flags += ("--within", str(within))
            wishes = Wishes(shards, package, image, claim, aws_role, google_account, _page(report), hook=bool(hook))
            if report and with_ not in targets.ELSEWHERE:
                page = workspace.system.cwd / report
                check_page(page)
                flags += ("--report", str(page))
            target, job, complete = _plan(workspace, workshop.machine, with_, every, flags, hook, wishes)
            _show_or_install(workspace, workshop, target, job, install=action == "install", yes=yes)
            if not complete:
                raise typer.Exit(UNAVAILABLE)


def _page(report: str) -> str:
    """The page's name in a volume elsewhere: a plain file name."""
    name = Path(report).name
    if report and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", name):
        raise UserError(f"--report {report!r} has no plain file name", "for example: --report team.html")
    return name


def _action(**given: bool) -> Action:
    chosen = [name.rstrip("_") for name, is_set in given.items() if is_set]
    if len(chosen) != 1:
        raise UserError(
            "schedule needs exactly one of --print, --install, --remove, --status",
            "see it first: ccsetup schedule --print",
        )
    return cast("Action", chosen[0])


def _plan(
    workspace: Workspace,
    machine: Machine,
    kind: str | None,
    every: Every,
    flags: Sequence[str],
    hook: str,
    wishes: Wishes,
) -> tuple[Target, Job, bool]:
    """Return the target, its job, and whether every profile could be read."""
    kind = kind or targets.detect_kind(machine)
    remote.refuse_foreign(kind, wishes)
    if kind in targets.ELSEWHERE:
        target, left_out = remote.remote_target(kind, machine, workspace, wishes)
        missing = print_left_out(left_out.unreadable, str(workspace.system.home))
        for name in left_out.local:
            console.say(f"{name} is left out: its sign-in works only on this machine")
        # The folder's name determines the time of day, so that all users write the same file.
        job = jobs.job(("ccsetup",), flags, {}, every, target.folder.name if target.folder else "")
        return target, job, not missing
    environment, withheld = jobs.select_variables(machine.environment, workspace.knowledge.shared.carried)
    for name in withheld:
        console.say(f"{name} holds a secret, so it is not written: the timer runs without it")
    if hook:  # a webhook's URL is like a key: it goes into a file of mode 0600, not on a command line
        environment[HOOK] = hook
    _warn(workspace)
    target = targets.LOCAL[kind](machine)
    return target, jobs.job(jobs.program(), flags, environment, every, f"{machine.user}@{machine.host}"), True


def _warn(workspace: Workspace) -> None:
    """Warn about credentials that exist only in this shell."""
    for name in workspace.store.names():
        try:
            profile = workspace.store.load(name)
        except UserError:  # drift reports it in each run
            continue
        references = workspace.references(profile)
        for answer, reference in references.items():
            if reference.startswith("env:"):
                console.say(f"{name} reads its {answer} from a variable ({reference}), which the timer does not have")
                console.say(f"  keep it in the keyring or a file instead: ccsetup edit {name}")
        keyed = "AWS_SECRET_ACCESS_KEY" in workspace.system.environment
        if (
            workspace.knowledge.surface(profile.surface).cloud == "aws"
            and keyed
            and not references
            and "aws_profile" not in profile.set
        ):
            console.say(f"{name} names no AWS profile, and the keys of this shell are not passed to the timer")


def _show_or_install(
    workspace: Workspace, workshop: Workshop, target: Target, job: Job, *, install: bool, yes: bool
) -> None:
    texts = target.texts(job)
    if install:
        workshop.check(target, texts)
        _refuse_second(workshop, target)
    console.answer_document(_shown(texts))
    if not install:
        return
    if not prompt.confirm(f"Install this ({target.name}, {job.every})?", workspace.system, yes=yes):
        raise typer.Abort
    with console.busy(f"starting the {target.name} timer"):
        changed = workshop.install(target, job, texts, workspace.system.now())
    console.say(f"{'installed' if changed else 'was installed already'}: {target.name}, {job.every}")
    console.say(f"see its last run with: {target.see}")
    console.say(*target.notes)
    if target.tool and "--notify" not in job.flags and HOOK not in job.environment:
        console.say("it sends no notifications; add --notify COMMAND|URL, or check with: ccsetup schedule --status")


def _refuse_second(workshop: Workshop, target: Target) -> None:
    others = [kind for kind in workshop.record.read() if kind in targets.LOCAL and kind != target.name]
    if target.tool and others:
        raise UserError(
            f"drift runs with {others[0]} already", f"remove that first: ccsetup schedule --with {others[0]} --remove"
        )


def _shown(texts: Sequence[Text]) -> str:
    return "\n".join(f"# {visible(text.place.name)}\n{_legible(text.content)}" for text in texts)


def _legible(content: bytes) -> str:
    """Decode a file for display; Task Scheduler's is UTF-16 with Windows line ends."""
    if content.startswith(b"\xff\xfe"):
        return content.decode("utf-16").replace("\r\n", "\n")
    return content.decode()


def _remove(workspace: Workspace, workshop: Workshop, kind: str | None) -> None:
    recorded = workshop.record.read()
    keys = (
        [key for key in recorded if key in targets.LOCAL]
        if kind is None
        else [targets.record_key(kind, workshop.machine)]
    )
    removed = [name for key in keys for name in workshop.remove(targets.recorded_target(key, workshop.machine))]
    for name in removed:
        console.say(console.redact(f"removed {name}", str(workspace.system.home)))
    if not removed:
        console.say("no schedule is installed")
    for key in recorded if kind is None else ():
        if key not in targets.LOCAL:
            name, _, folder = key.partition(" ")
            console.say(
                f"the files for {name} stay; in {folder} remove them with: ccsetup schedule --with {name} --remove"
            )
