"""How much memory this process keeps for its threads."""

import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # glibc's malloc.h


def share_one_heap() -> None:
    """Let all threads allocate from one heap. glibc gives each of them its own, and a run of many short requests
    fills them with holes: 8 MB in `doctor`. Does nothing on systems without glibc."""
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
