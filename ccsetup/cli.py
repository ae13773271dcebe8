"""Parses arguments, runs the command, and returns the exit code; UserErrors are caught here only."""

import errno
import gc
import io
import os
import re
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccsetup import __version__
from ccsetup.commands.registry import ALIASES, COMMANDS
from ccsetup.system import console, system
from ccsetup.system.errors import UNAVAILABLE, USAGE, UserError

if TYPE_CHECKING:
    import typer

    from ccsetup.workspace import Workspace

INTERRUPTED = 130
PIPE_CLOSED = 141  # as SIGPIPE ends other programs
_WANTS_JSON = re.compile(r"(?:^| )--(?:json|format[ =]json)(?= |$)")
_UNWRITABLE = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT)  # a disk, a terminal that is gone


def app(first: str = "") -> "typer.Typer":
    """Return the command line with the command `first` only, or with all commands if no command has that name."""
    import typer  # as slow as everything else that `list` needs
    from typer.completion import completion_init  # type: ignore[attr-defined]

    from ccsetup.commands.help_page import helped

    completion_init()
    line = typer.Typer(
        name="ccsetup",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command in [entry for entry in COMMANDS if entry.name == first] or COMMANDS:
        # `run` passes on every word after the profile's name, options included.
        settings = {"allow_interspersed_args": False, "ignore_unknown_options": True} if command.name == "run" else {}
        function, text = command.load()
        line.command(command.name, cls=helped(text), context_settings=settings)(function)
    line.callback()(lambda: None)  # the program has subcommands, even where only one is loaded
    return line


def main(arguments: Sequence[str]) -> int:
    """Run one command line; return the exit code of the contract."""
    code = _main(arguments)
    if code and list(arguments[:1]) == ["env"]:
        from ccsetup.commands.env import fail_in_shell

        fail_in_shell(arguments, os.environ)
    return code


def _main(arguments: Sequence[str]) -> int:
    home = os.environ.get("HOME", "")
    _open_streams()
    threading.excepthook = _thread_failed
    words = _words(arguments)
    try:
        if (done := _without_parser(words)) is not None:
            return done
        gc.enable()
        import typer

        from ccsetup.workspace import Workspace

        result: Any = typer.main.get_command(app(_first(words))).main(
            words, prog_name="ccsetup", standalone_mode=False, obj=Workspace(system.here())
        )
    except UserError as error:
        return _refused(error, words, home)
    except (KeyboardInterrupt, EOFError):
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as end:  # the parser ends with 1 then
        if isinstance(end, SystemExit) and end.code != 1:  # a signal
            raise
        return PIPE_CLOSED
    except Exception as error:  # last resort: no traceback, and no message that may hold a secret
        return _unexpected(error, words)
    return result if isinstance(result, int) else 0


def _first(words: list[str]) -> str:
    """The command to load: the line's, or that of the line which a shell completes."""
    if "_CCSETUP_COMPLETE" not in os.environ:
        return words[0] if words else ""
    from ccsetup.commands import quick_completion

    return quick_completion.command_in(os.environ)


def _words(arguments: Sequence[str]) -> list[str]:
    """The command line with aliases resolved, and `help COMMAND` and `version` as the options that they stand for."""
    words = list(arguments)
    if _asks_for_debug(words):
        words.remove("--debug")
        from ccsetup.system import debug

        debug.enable()
    match words[:1]:
        case ["help"]:
            words = [*words[1:2], "--help"]
        case ["version"] | ["-V"]:
            words = ["--version", *words[1:]]
        case ["run"] if words[1:2] == ["--"]:  # without NAME; the parser would drop the mark
            words.insert(1, "--")
    if words and words[0] in ALIASES:
        words[0] = ALIASES[words[0]]
    return words


def _asks_for_debug(words: list[str]) -> bool:
    """Whether `--debug` is meant for ccsetup: `run` passes on what follows the profile's name."""
    own = words[: words.index("--")] if "--" in words else words
    return "--debug" in (own[:2] if "run" in own[:2] else own)


def _without_parser(words: list[str]) -> int | None:
    """Run what is simple enough to need no parser, whose import takes most of the time. Returns None otherwise."""
    if "_CCSETUP_COMPLETE" in os.environ:
        from ccsetup.commands import quick_completion

        done = quick_completion.answer(os.environ, [command.name for command in COMMANDS], _workspace())
        if done is not None and done[1]:
            console.answer_program(f"{done[1]}\n")
        return None if done is None else done[0]
    if words in ([], ["--help"], ["-h"]):
        from ccsetup.commands.overview import overview, summary

        groups: dict[str, list[tuple[str, str]]] = {}
        for command in COMMANDS:
            groups.setdefault(command.group, []).append((command.name, summary(command.module, command.example)))
        console.answer_styled(overview(groups))
        return 0
    if (code := _quick(words)) is not None:
        return code
    if words == ["--version"]:
        console.answer(f"ccsetup {__version__}")
        return 0
    return None


def _quick(words: list[str]) -> int | None:
    """Run `list`, `show`, `status` or `cost` if the command line is one of the simplest. Returns None otherwise."""
    name, flags = words[0], words[1:]
    if name == "cost":
        return _quick_cost(flags)
    json = flags[-1:] == ["--json"]
    given = flags[:-1] if json else flags
    if any(word.startswith("-") for word in given):
        return None
    match name, len(given):
        case "list", 0:
            from ccsetup.commands.listing import print_profiles

            return print_profiles(_workspace(), json=json)
        case "show", 1:
            from ccsetup.commands.showing import print_profile

            return print_profile(_workspace(), given[0], json=json)
        case "status", 0:
            from ccsetup.commands.current import print_status

            return print_status(_workspace(), json=json)
        case _:
            return None


def _quick_cost(flags: list[str]) -> int | None:
    from ccsetup.commands.cost import figures

    question = figures.simple_question(flags)
    if question is None:
        return None
    figures.print_cost(_workspace(), question)
    return 0


def _workspace() -> "Workspace":
    from ccsetup.workspace import Workspace

    return Workspace(system.here())


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    """Report an error in a thread without Python's traceback, whose text may hold a secret."""
    console.say(f"ccsetup: internal error: {failure.exc_type.__name__} in a thread")


def _open_streams() -> None:
    """Open closed standard streams on the null device, since the next opened file would get their number otherwise.

    Writing to a closed stdout fails as in other programs: its descriptor is for reading.
    """
    for name, mode, access in (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.open(os.devnull, access), mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # a path may hold undecodable bytes
        sys.stdout.reconfigure(errors="surrogateescape")


def _refused(error: UserError, words: list[str], home: str) -> int:
    """Report an error that ends the run: on stderr, and for --json as the one document on stdout."""
    own = words[: words.index("--")] if "--" in words else words
    if _WANTS_JSON.search(" ".join(own)) and own[0] not in ("run", "env") and not console.has_answered():
        with suppress(UserError, OSError):  # stdout may be what failed
            console.answer_error(error, getattr(getattr(error, "finding", None), "check", None))
    console.refuse(error, home)
    return error.exit_code


def _unexpected(error: Exception, words: list[str]) -> int:
    command = words[0] if words else ""
    if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # usage errors of the command line
        from ccsetup.commands.usage_errors import parser_error

        refusal = parser_error(error, command, [*(entry.name for entry in COMMANDS), *ALIASES])
        return _refused(refusal, words, "")  # it quotes the command line, which may hold a key
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    if isinstance(error, OSError) and error.filename is None and error.errno in _UNWRITABLE:
        # Typer prints the help itself.
        console.say(f"ccsetup: {console.unwritable(error).message}")
        return USAGE
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    if "ccsetup.system.debug" in sys.modules:
        console.say(*(f"debug: {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames))
    said = f"internal error: {type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
    hint = "(details hidden because they may contain secrets) Please report this line."
    return _refused(UserError(said, hint, UNAVAILABLE), words, "")
