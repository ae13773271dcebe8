"""Writing a file so that at any moment it is the old one or the new one."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ccsetup.system.errors import UserError

LOCK_SECONDS = 20
LARGEST = 16 << 20  # bytes; no file that ccsetup reads or writes comes near
_DRAFT = ".tmp"


def private_folder(path: Path) -> Path:
    """`path`, made with mode 0700 where it was missing, its parents too."""
    try:
        for folder in (*reversed(path.parents), path):  # `parents=True` would make them with the umask's mode
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as why:
        raise UserError(f"cannot make the folder {path}: {why.strerror}") from why
    return path


def read(path: Path) -> bytes:
    """The bytes of a regular file; a symbolic link or a special file is a UserError, absence a FileNotFoundError."""
    try:
        if _is_link(path):
            raise _link(path)
        # Not blocking, since a FIFO would be waited for.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise UserError(f"{path} is no regular file", "move it away")
            if status.st_size > LARGEST:
                raise UserError(f"{path} is larger than {LARGEST >> 20} MiB", "move it away")
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise
    except OSError as why:
        raise UserError(f"cannot read {path}: {why.strerror}") from why


def read_named(path: Path, largest: int, *, waits: bool = False) -> bytes:
    """The bytes of a file that somebody named, a link to one included; an OSError for what is larger, and for what
    is not a regular file unless a person `waits` for it: a FIFO may never end."""
    handle = os.open(path, os.O_RDONLY | (0 if waits else getattr(os, "O_NONBLOCK", 0)))
    with os.fdopen(handle, "rb") as file:
        if not waits and not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"larger than {largest >> 10:,} KiB", str(path))
    return content


def write(path: Path, content: bytes, *, durable: bool = True, mode: int = 0o600) -> None:
    """Replace `path` by `content`, with `mode`; on failure the old file stands and nothing else is left.

    `durable` waits until the disk has it; a cache need not.
    """
    if _is_link(path):
        raise _link(path)
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is no regular file", "name another place")
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}{_DRAFT}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            if mode != 0o600 and os.name == "posix":
                os.fchmod(handle, mode)  # the umask would take from what os.open is given
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        draft.replace(path)
        if durable:
            _sync_folder(path.parent)
    except OSError as why:
        raise UserError(f"cannot write {path}: {why.strerror}", "nothing was changed") from why
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError as why:
        raise UserError(f"cannot read {path}: {why.strerror}") from why


def _link(path: Path) -> UserError:
    return UserError(f"{path} is a symbolic link, and ccsetup follows none there", "put the file itself there")


def sweep(folder: Path) -> None:
    """Delete what writers that were killed left behind. Only under the lock that all writers hold."""
    for draft in folder.glob(f".*{_DRAFT}"):
        with suppress(OSError):
            draft.unlink()


def _sync_folder(path: Path) -> None:
    with suppress(OSError):  # some file systems cannot, and Windows cannot open a folder
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; a UserError after LOCK_SECONDS, naming it."""
    from filelock import FileLock, Timeout

    private_folder(path.parent)
    lock = FileLock(path, timeout=LOCK_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except Timeout as why:
        raise UserError(f"another ccsetup has held {path} for {LOCK_SECONDS} s", "try again when it is done") from why
    except OSError as why:
        raise UserError(f"cannot lock {path}: {why.strerror}", "nothing was changed") from why
    try:
        yield
    finally:
        lock.release()
