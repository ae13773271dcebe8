"""Entry point. `ccsetup env NAME` first tries the compiled environment; everything else goes to `cli`."""

import gc
import os
import sys

if __name__ == "__main__" and __spec__ and not sys.flags.safe_path and sys.path[:1] == [os.getcwd()]:
    # `python -m` looks for modules in the current folder first: a repository's msgspec.py would be ours.
    del sys.path[0]


def main() -> None:
    """Run the console script."""
    try:
        if os.name == "posix":
            _answer_quickly()

        gc.disable()  # while modules are read, there is nothing to free; `cli` enables it before longer work
        import warnings

        from ccsetup.system import cleanup

        cleanup.catch_signals()
        if not sys.warnoptions:
            warnings.simplefilter("ignore")  # a library's remarks to its programmer
        from ccsetup import cli

        status = cli.main(sys.argv[1:])
    except SystemExit as why:  # a signal
        status = why.code if isinstance(why.code, int) else 1
    except KeyboardInterrupt:  # while the modules were still being read
        status = 130
    except RuntimeError as why:  # the same, while a class was being made
        if not isinstance(why.__cause__, KeyboardInterrupt | SystemExit):
            raise
        status = 130
    leave(status)


def _answer_quickly() -> None:
    """Answer from what is kept, and end; return if that is not possible."""
    if sys.argv[1:2] == ["env"]:
        _print_compiled()
    elif sys.argv[1:2] == ["hook"]:
        _print_kept_hook()
    elif sys.argv[1:2] == ["cost"]:
        _print_kept_cost()
    elif sys.argv[1:] == ["statusline"]:
        _show_status_line()


def _print_compiled() -> None:
    """Print the compiled environment of `ccsetup env`, and end; return if it does not hold."""
    from ccsetup.profile import compiled

    if (cached := compiled.cached_output(sys.argv[2:], os.environ)) is not None:
        _print(*cached)


def _print_kept_hook() -> None:
    """Print the kept output of `ccsetup hook`, and end; return if it does not hold."""
    from ccsetup.profile import kept_hook

    if (text := kept_hook.kept_hook(sys.argv[2:], os.environ)) is not None:
        _print(text, b"")


def _print_kept_cost() -> None:
    """Print the kept answer of `ccsetup cost --json`, and end; return if it does not hold."""
    if "--json" in sys.argv:
        from ccsetup.usage import kept_answer

        if (text := kept_answer.kept_answer(sys.argv[2:], os.environ)) is not None:
            _print(text, b"")


def _print(code: bytes, message: bytes) -> None:
    """Write shell code to standard output and a message to standard error, and end."""
    try:
        while code:
            code = code[os.write(1, code) :]
    except BrokenPipeError:  # the reader closed the pipe
        os._exit(141)  # as SIGPIPE ends other programs
    except OSError as error:
        try:
            os.write(2, f"ccsetup: cannot write to standard output: {error.strerror}\n".encode())
        finally:  # standard error may be closed, too
            os._exit(2)
    if message:
        try:  # noqa: SIM105 - contextlib would be one more import
            os.write(2, message)
        except OSError:  # standard error is closed
            pass
    # No file is open and no output is buffered, so the interpreter's shutdown would only cost time.
    os._exit(0)


def _show_status_line() -> None:
    """Print Claude Code's status line from what is kept, and end; return if that does not hold."""
    from ccsetup.profile import status_line

    text = status_line.cached_line(status_line.read_input(), os.environ)
    if text is not None:
        try:
            os.write(1, text)
        finally:  # the reader may be gone
            os._exit(0)


def leave(status: int) -> None:
    """End the process: without waiting for threads with requests that hang, and without freeing what the kernel frees.

    The interpreter's normal exit joins the threads of every pool, daemons too, and costs 15 ms.
    """
    import contextlib

    from ccsetup.system import cleanup

    cleanup.undo_all()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # closed by the reader, or already closed
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
