"""Parses arguments, runs the command, and returns the exit code; UserErrors are caught here only."""

import importlib
import io
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.completion import completion_init  # type: ignore[attr-defined]

from ccsetup import __version__
from ccsetup.system import console, system
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.workspace import Workspace

INTERRUPTED = 130


class Command(NamedTuple):
    """Where a command is defined. Only the requested command is imported, since each has its own dependencies."""

    name: str
    module: str
    function: str
    example: str = "EXAMPLE"

    def load(self) -> tuple[Callable[..., None], str]:
        """Return the function and its help text."""
        module = importlib.import_module(f"ccsetup.commands.{self.module}")
        return getattr(module, self.function), getattr(module, self.example)


COMMANDS: tuple[Command, ...] = (
    Command("init", "init.init", "init"),
    Command("env", "env", "env"),
    Command("run", "run", "run"),
    Command("hook", "hook", "hook"),
    Command("apply", "apply.apply", "apply"),
    Command("status", "status", "status_"),
    Command("models", "models.models", "models"),
    Command("doctor", "doctor", "doctor"),
    Command("drift", "drift.drift", "drift"),
    Command("schedule", "schedule.schedule", "schedule"),
    Command("trace", "trace", "trace_"),
    Command("quota", "quota", "quota"),
    Command("prices", "prices", "prices"),
    Command("policy", "policy", "policy"),
    Command("cost", "cost.cost", "cost"),
    Command("list", "list", "list_"),
    Command("show", "show", "show"),
    Command("edit", "edit", "edit"),
    Command("copy", "copy", "copy", "COPY"),
    Command("rename", "copy", "rename", "RENAME"),
    Command("remove", "copy", "remove", "REMOVE"),
    Command("export", "share", "export", "EXPORT"),
    Command("import", "share", "import_", "IMPORT"),
    Command("trust", "trust", "trust"),
    Command("key", "key", "key"),
    Command("explain", "explain", "explain"),
    Command("demo", "demo", "demo"),
    Command("completion", "completion", "completion"),
)


def app(first: str = "") -> typer.Typer:
    """Return the command line with the command `first` only, or with all commands if no command has that name."""
    completion_init()
    line = typer.Typer(
        name="ccsetup",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command in [entry for entry in COMMANDS if entry.name == first] or COMMANDS:
        # `run` passes on every word after the profile's name, options included.
        settings = {"allow_interspersed_args": False, "ignore_unknown_options": True} if command.name == "run" else {}
        function, text = command.load()
        line.command(command.name, help=text, context_settings=settings)(function)
    line.callback()(_top)
    return line


def _version(asked: bool) -> None:
    if asked:
        console.answer(f"ccsetup {__version__}")
        raise typer.Exit


def _top(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Configure, prove and watch how Claude Code reaches Claude.

    Named profiles for the Anthropic API, a Claude subscription, Amazon Bedrock and Google Vertex AI.
    """


def main(arguments: Sequence[str]) -> int:
    """Run one command line; return the exit code of the contract."""
    home = os.environ.get("HOME", "")
    _open_streams()
    threading.excepthook = _thread_failed
    try:
        result: Any = typer.main.get_command(app(arguments[0] if arguments else "")).main(
            list(arguments), prog_name="ccsetup", standalone_mode=False, obj=Workspace(system.here())
        )
    except UserError as error:
        console.refuse(error, home)
        return error.exit_code
    except (KeyboardInterrupt, EOFError):
        return INTERRUPTED
    except BrokenPipeError:
        return 1
    except Exception as error:  # last resort: no traceback, and no message that may hold a secret
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    """Report an error in a thread without Python's traceback, whose text may hold a secret."""
    console.say(f"ccsetup: internal error: {failure.exc_type.__name__} in a thread")


def _open_streams() -> None:
    """Open closed standard streams on the null device, since the next opened file would get their number otherwise."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # a path may hold undecodable bytes
        sys.stdout.reconfigure(errors="surrogateescape")


def _unexpected(error: Exception) -> int:
    if hasattr(error, "exit_code") and hasattr(error, "show"):  # usage errors of the command line
        message = io.StringIO()
        error.show(file=message)  # it quotes the command line, which may hold a key
        console.say(*console.redact(message.getvalue().rstrip(), "").split("\n"))
        return int(error.exit_code)
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    console.say(f"ccsetup: internal error: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}")
    console.say("  nothing more is shown, because it could hold a secret; please report this line")
    return UNAVAILABLE
