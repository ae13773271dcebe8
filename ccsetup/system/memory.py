"""Memory use of threads."""

import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # glibc's malloc.h


def share_one_heap() -> None:
    """Let all threads allocate from one heap. glibc gives each thread its own, and many short requests fragment them: 8
    MB in `doctor`. Does nothing without glibc."""
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
