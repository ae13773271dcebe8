"""argv → command → exit code; the one place where a refusal is caught."""

import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.completion import completion_init  # type: ignore[attr-defined]

from ccsetup import __version__, report, world
from ccsetup.commands import (
    apply,
    completion,
    copy,
    demo,
    doctor,
    drift,
    edit,
    env,
    explain,
    hook,
    init,
    key,
    models,
    policy,
    quota,
    run,
    schedule,
    share,
    show,
    status,
    trace,
    trust,
)
from ccsetup.commands import list as list_command
from ccsetup.desk import Desk
from ccsetup.refusal import COULD_NOT_LOOK, Refusal

INTERRUPTED = 130

COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("init", init.init, init.EXAMPLE),
    ("env", env.env, env.EXAMPLE),
    ("run", run.run, run.EXAMPLE),
    ("hook", hook.hook, hook.EXAMPLE),
    ("apply", apply.apply, apply.EXAMPLE),
    ("status", status.status_, status.EXAMPLE),
    ("models", models.models, models.EXAMPLE),
    ("doctor", doctor.doctor, doctor.EXAMPLE),
    ("drift", drift.drift, drift.EXAMPLE),
    ("trace", trace.trace_, trace.EXAMPLE),
    ("quota", quota.quota, quota.EXAMPLE),
    ("policy", policy.policy, policy.EXAMPLE),
    ("list", list_command.list_, list_command.EXAMPLE),
    ("show", show.show, show.EXAMPLE),
    ("edit", edit.edit, edit.EXAMPLE),
    ("copy", copy.copy, copy.COPY),
    ("rename", copy.rename, copy.RENAME),
    ("remove", copy.remove, copy.REMOVE),
    ("export", share.export, share.EXPORT),
    ("import", share.import_, share.IMPORT),
    ("trust", trust.trust, trust.EXAMPLE),
    ("key", key.key, key.EXAMPLE),
    ("explain", explain.explain, explain.EXAMPLE),
    ("schedule", schedule.schedule, schedule.EXAMPLE),
    ("demo", demo.demo, demo.EXAMPLE),
    ("completion", completion.completion, completion.EXAMPLE),
)


def app() -> typer.Typer:
    """The command line."""
    completion_init()
    line = typer.Typer(
        name="ccsetup",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, function, text in COMMANDS:
        # `run` passes on every word after the profile's name, options included.
        settings = {"allow_interspersed_args": False, "ignore_unknown_options": True} if name == "run" else {}
        line.command(name, help=text, context_settings=settings)(function)
    line.callback()(_top)
    return line


def _version(asked: bool) -> None:
    if asked:
        report.answer(f"ccsetup {__version__}\n")
        raise typer.Exit


def _top(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Configure, prove and watch how Claude Code reaches Claude.

    Named profiles for the Anthropic API, a Claude subscription, Amazon Bedrock and Google Vertex AI.
    """


def main(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code of the contract."""
    home = os.environ.get("HOME", "")
    _open_streams()
    try:
        result: Any = typer.main.get_command(app()).main(
            list(arguments), prog_name="ccsetup", standalone_mode=False, obj=Desk(world.here())
        )
    except Refusal as why:
        report.refuse(why, home)
        return why.code
    except (KeyboardInterrupt, EOFError):
        return INTERRUPTED
    except BrokenPipeError:
        return 1
    except Exception as why:  # the last door: no traceback, and no message that could hold a secret
        return _unexpected(why)
    return result if isinstance(result, int) else 0


def _open_streams() -> None:
    """A stream that was closed before the start goes nowhere; else the next file opened would take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # a path may hold bytes that are no text
        sys.stdout.reconfigure(errors="surrogateescape")


def _unexpected(why: Exception) -> int:
    if hasattr(why, "exit_code") and hasattr(why, "show"):  # the command line's own usage errors
        words = io.StringIO()
        why.show(file=words)  # quotes the command line, which may hold a key
        report.say(report.redact(words.getvalue().rstrip(), ""))
        return int(why.exit_code)
    if type(why).__name__ == "Abort":
        return INTERRUPTED
    import traceback

    last = traceback.extract_tb(why.__traceback__)[-1]
    report.say(f"ccsetup: internal error: {type(why).__name__} at {Path(last.filename).name}:{last.lineno}")
    report.say("  nothing more is shown, because it could hold a secret; please report this line")
    return COULD_NOT_LOOK
