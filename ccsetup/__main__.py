"""argv → what it prints → exit code. `ccsetup env NAME` takes a short way; everything else takes `cli`."""

import os
import sys


def main() -> None:
    """The console script."""
    if sys.argv[1:2] == ["env"] and os.name == "posix":
        from ccsetup.profile import compiled

        if (code := compiled.current(sys.argv[2:], os.environ)) is not None:
            try:
                while code:
                    code = code[os.write(1, code) :]
            except BrokenPipeError:  # the reader went away, and has what it wanted
                os._exit(1)
            except OSError as why:
                try:
                    os.write(2, f"ccsetup: cannot write to standard output: {why.strerror}\n".encode())
                finally:  # with no standard error either, nobody hears of it
                    os._exit(2)
            # Nothing is open and nothing is buffered: tearing the interpreter down would only cost time.
            os._exit(0)
    try:
        from ccsetup import cli

        status = cli.main(sys.argv[1:])
    except KeyboardInterrupt:  # while the modules were still being read
        status = 130
    except RuntimeError as why:  # the same, while a class was being made
        if not isinstance(why.__cause__, KeyboardInterrupt):
            raise
        status = 130
    leave(status)


def leave(status: int) -> None:
    """End the process. A look-up that hangs was given up, and left behind in its thread: nobody waits for it now.

    The interpreter would: it joins the threads of every pool, daemons too.
    """
    import contextlib
    import threading

    if threading.active_count() == 1:
        sys.exit(status)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # the reader went away, or it is closed
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
