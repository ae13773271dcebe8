"""Atomic file writes: at any moment the file is the old one or the new one."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ccsetup.system.errors import UserError

LOCK_SECONDS = 20
LARGEST = 16 << 20  # bytes; the files of ccsetup are far smaller
_DRAFT = ".tmp"


def private_folder(path: Path) -> Path:
    """Create `path` and missing parents with mode 0700."""
    try:
        for folder in (*reversed(path.parents), path):  # `parents=True` would use the umask's mode for the parents
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make the folder {path}: {error.strerror}") from error
    return path


def read(path: Path) -> bytes:
    """Read a regular file. Raises UserError for a symbolic link or a special file, FileNotFoundError if it is
    missing."""
    try:
        if _is_link(path):
            raise _link(path)
        # Non-blocking: opening a FIFO would wait for a writer.
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
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def write(path: Path, content: bytes, *, durable: bool = True, mode: int = 0o600) -> None:
    """Replace `path` with `content`, with `mode`. On failure the old file stays and no draft is left.

    `durable` waits until the data is on disk; a cache does not need it.
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
                os.fchmod(handle, mode)  # the umask would reduce the mode given to os.open
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        draft.replace(path)
        if durable:
            _sync_folder(path.parent)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}", "nothing was changed") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def _link(path: Path) -> UserError:
    return UserError(f"{path} is a symbolic link, and ccsetup follows none there", "put the file itself there")


def sweep(folder: Path) -> None:
    """Delete drafts left behind by killed writers. Call it only under the lock that all writers hold."""
    for draft in folder.glob(f".*{_DRAFT}"):
        with suppress(OSError):
            draft.unlink()


def _sync_folder(path: Path) -> None:
    with suppress(OSError):  # some file systems do not support it, and Windows cannot open a folder
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`. Raises UserError naming it after LOCK_SECONDS."""
    from filelock import FileLock, Timeout

    private_folder(path.parent)
    lock = FileLock(path, timeout=LOCK_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError(f"another ccsetup has held {path} for {LOCK_SECONDS} s", "try again when it is done") from error
    except OSError as error:
        raise UserError(f"cannot lock {path}: {error.strerror}", "nothing was changed") from error
    try:
        yield
    finally:
        lock.release()
