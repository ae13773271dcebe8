"""What the operating system refused, as an error for the user: to which path, why, and what to do about it."""

import errno
import os
import shlex
import stat
from pathlib import Path

from ccsetup.system.errors import UserError

_ELSEWHERE = "set CCSETUP_HOME to a folder on a local disk that you can write"
_LOCKLESS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # network drives
_REMEDIES = {
    errno.ENOSPC: "free some space there, then try again",
    errno.EDQUOT: "your quota there is used up: free some space, then try again",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f), then try again",
    errno.EROFS: f"its file system is read-only: make it writable, or {_ELSEWHERE}",
    errno.ELOOP: "symbolic links on the way to it lead in a circle: remove one of them",
    errno.ENAMETOOLONG: "use a shorter path",
    errno.EISDIR: "it is a folder: name a file",
    errno.ENOENT: "check the path",
}
_LAST = "check the disk or network drive it is on, then try again"


def cannot(action: str, path: Path | str, error: OSError, *more: str) -> UserError:
    """The error "cannot ACTION PATH: REASON", with advice: `more`, then what the reason calls for."""
    return UserError(f"cannot {action} {path}: {error.strerror or error}", (*more, _remedy(action, Path(path), error)))


def _remedy(action: str, path: Path, error: OSError) -> str:
    changes_folder = action != "read"
    if error.errno in (errno.ENOTDIR, errno.EEXIST) and (part := _not_a_folder(path)):
        return f"{part} is not a folder: move it away"
    if error.errno in (errno.EACCES, errno.EPERM):
        return _allow(path.parent if changes_folder else path)
    if action == "lock" and error.errno in _LOCKLESS:
        return f"its file system has no locks: {_ELSEWHERE}"
    if action == "make the folder" and error.errno == errno.ENOENT:
        return _ELSEWHERE
    return _REMEDIES.get(error.errno or 0, _LAST)


def _not_a_folder(path: Path) -> Path | None:
    """The first part of the way to `path` that exists and is not a folder."""
    return next((part for part in (*reversed(path.parents), path) if os.path.lexists(part) and not part.is_dir()), None)


def _allow(path: Path) -> str:
    """The command that lets this user at `path`, or at the part of the way that is closed."""
    for part in (path, *path.parents):
        try:
            status = part.lstat()
        except OSError:
            continue
        quoted = shlex.quote(str(part))
        if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
            return f'it belongs to another user; if it is yours: sudo chown "$(id -un)" {quoted}'
        return f"chmod u+{'rwx' if stat.S_ISDIR(status.st_mode) else 'rw'} {quoted}"
    return _LAST
