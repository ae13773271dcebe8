"""Entry point. `ccsetup env NAME` first tries the compiled environment; everything else goes to `cli`."""

import os
import sys


def main() -> None:
    """Run the console script."""
    if sys.argv[1:2] == ["env"] and os.name == "posix":
        from ccsetup.profile import compiled

        if (code := compiled.cached_output(sys.argv[2:], os.environ)) is not None:
            try:
                while code:
                    code = code[os.write(1, code) :]
            except BrokenPipeError:  # the reader closed the pipe
                os._exit(1)
            except OSError as error:
                os.write(2, f"ccsetup: cannot write to standard output: {error.strerror}\n".encode())
                os._exit(2)
            # No file is open and no output is buffered, so the interpreter's shutdown would only cost time.
            os._exit(0)
    try:
        from ccsetup import cli

        status = cli.main(sys.argv[1:])
    except KeyboardInterrupt:  # while modules were being imported
        status = 130
    except RuntimeError as error:  # the same, while a class was being created
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        status = 130
    leave(status)


def leave(status: int) -> None:
    """End the process, without waiting for threads with requests that hang.

    The interpreter's normal exit joins the threads of every pool, daemons too.
    """
    import contextlib
    import threading

    if threading.active_count() == 1:
        sys.exit(status)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # closed by the reader, or already closed
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
