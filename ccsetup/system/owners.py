"""Whether another user could have made or changed a file: owner and mode of it, and of all that leads to it.

This module runs in people's shell start-up: it imports `os` alone.
"""

import os
from collections.abc import Iterator

_OTHERS, _STICKY, _KIND, _LINK = 0o022, 0o1000, 0o170000, 0o120000
_HOPS = 40  # links that Linux follows


class Unsafe(ValueError):
    """Another user could have made it (`owner`), or could change it. `path` is what has to be corrected."""

    def __init__(self, path: str, owner: int | None) -> None:
        super().__init__(path)
        self.path = path
        self.owner = owner


def owners(home: str) -> frozenset[int]:
    """The users whose files are used: this one, root, and for root the owner of the home."""
    me = os.geteuid()
    if me != 0:
        return frozenset((me, 0))
    try:
        return frozenset((0, os.stat(home).st_uid))
    except OSError:
        return frozenset((0,))


def check(path: str, status: os.stat_result, trusted: frozenset[int], *, parent: bool = False) -> None:
    """Unsafe for a file or folder that is another user's, or that others may write. A `parent` may be sticky."""
    if status.st_uid not in trusted:
        raise Unsafe(path, status.st_uid)
    if status.st_mode & _OTHERS and not (parent and status.st_mode & _STICKY) and not _is_mounted(path, status):
        raise Unsafe(path, None)


def check_way(path: str, trusted: frozenset[int], *, links: bool = False) -> None:
    """Unsafe where another user could lead `path` elsewhere, by its `links` alone or by a folder on the way; what is
    not there yet is not checked."""
    for part, status in _way(path):
        if status.st_mode & _KIND != _LINK:
            if not links:
                check(part, status, trusted, parent=True)
        elif status.st_uid not in trusted or _leads_root_astray(part, status.st_uid):
            raise Unsafe(part, status.st_uid)


def check_folder(path: str, trusted: frozenset[int]) -> None:
    """The same, and for the folder itself; one that is not there yet is safe."""
    check_way(path, trusted)
    try:
        status = os.stat(path)
    except OSError:
        return
    check(path, status, trusted)


def _way(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """Every folder and link on the way to `path`, it included, as far as they are there."""
    at, waiting, hops = "/", path.split("/")[::-1], 0
    while waiting:
        part = waiting.pop()
        if part in ("", "."):
            continue
        if part == "..":
            at = os.path.dirname(at)
            continue
        at = os.path.join(at, part)
        try:
            status = os.lstat(at)
        except OSError:
            return
        yield at, status
        if status.st_mode & _KIND == _LINK:
            hops += 1
            if hops > _HOPS:
                return
            target = os.readlink(at)
            at = "/" if target.startswith("/") else os.path.dirname(at)
            waiting += target.split("/")[::-1]


def _leads_root_astray(link: str, owner: int) -> bool:
    """Whether a user's link leads root to what is not that user's."""
    try:
        return owner != 0 and os.geteuid() == 0 and os.stat(link).st_uid != owner
    except OSError:
        return False


def _is_mounted(path: str, status: os.stat_result) -> bool:
    """Whether it is a volume that the administrator mounted: in a container it belongs to root, and all may write."""
    return status.st_uid == 0 and path != "/" and os.stat(os.path.dirname(path)).st_dev != status.st_dev
