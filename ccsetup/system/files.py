"""Atomic file writes: at any moment the file is the old one or the new one."""

import errno
import os
import shlex
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ccsetup.system import owners
from ccsetup.system.errors import UserError
from ccsetup.system.os_errors import cannot

LOCK_SECONDS = 20
LARGEST = 16 << 20  # bytes; the files of ccsetup are far smaller
_DRAFT = ".tmp"
_RANDOM_BYTES, _HEX = 8, frozenset("0123456789abcdef")  # of a draft's name
_OLD = 3600  # seconds after which a draft's writer is no longer there


def private_folder(path: Path) -> Path:
    """Create `path` and missing parents with mode 0700."""
    try:
        for folder in (*reversed(path.parents), path):  # `parents=True` would use the umask's mode for the parents
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
                give(folder)
    except OSError as why:
        raise cannot("make the folder", path, why) from why
    return path


def refuse_unsafe(*folders: Path, home: Path) -> None:
    """Raise UserError if another user could have made a folder or could change it, also through its parents."""
    if os.name != "posix":
        return
    trusted = owners.owners(str(home))
    for folder in folders:
        try:
            owners.check_folder(str(folder), trusted)
        except owners.Unsafe as why:
            raise _unsafe(why) from why


def _unsafe(why: owners.Unsafe) -> UserError:
    quoted = shlex.quote(why.path)
    if why.owner is None:
        return UserError(f"{why.path} can be changed by other users of this machine", f"chmod go-w {quoted}")
    hint = f'look at what it holds; if it is yours: sudo chown "$(id -un)" {quoted}'
    return UserError(f"{why.path} belongs to another user (number {why.owner})", hint)


def read(path: Path, *, home: Path | None = None, largest: int = LARGEST) -> bytes:
    """The bytes of a regular file; a symbolic link or a special file is a UserError, absence a FileNotFoundError. With
    `home` one that another user could have written is a UserError, too."""
    try:
        if _is_link(path):
            raise _link(path)
        # Non-blocking: opening a FIFO would wait for a writer.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise UserError(f"{path} is not a regular file", "move it away")
            if home is not None and os.name == "posix":
                owners.check(str(path), status, owners.owners(str(home)))
            if status.st_size > largest:
                raise UserError(f"{path} is larger than {largest >> 20} MiB", "move it away")
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise
    except owners.Unsafe as why:
        raise _unsafe(why) from why
    except OSError as why:
        raise cannot("read", path, why) from why


def read_named(path: Path, largest: int, *, waits: bool = False) -> bytes:
    """The bytes of a file that the user named, or of one it links to; an OSError for what is larger, and for what
    is not a regular file unless a person `waits` for it: a FIFO may never end."""
    handle = os.open(path, os.O_RDONLY | (0 if waits else getattr(os, "O_NONBLOCK", 0)))
    with os.fdopen(handle, "rb") as file:
        if not waits and not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"larger than {largest >> 10:,} KiB", str(path))
    return content


def read_documents(folder: Path, names: Iterable[str]) -> list[tuple[str, bytes]]:
    """(name, content) of files that a person named, FIFOs and links included, relative to `folder`."""
    found = []
    for name in names:
        try:
            found.append((name, read_named(folder / name, LARGEST, waits=True)))
        except OSError as error:
            raise cannot("read", name, error) from error
    return found


def write(path: Path, content: bytes, *, durable: bool = True, mode: int = 0o600) -> None:
    """Replace `path` by `content`, with `mode`; on failure the old file stands and nothing else is left. As root it
    stays the file of whom it belonged to, or becomes the folder's owner's.

    `durable` waits until the data is on disk; a cache does not need it.
    """
    if _is_link(path):
        raise _link(path)
    _refuse_astray(path.parent)
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is not a regular file", "move it away, or choose another file")
    draft = path.with_name(f".{path.name}.{os.urandom(_RANDOM_BYTES).hex()}{_DRAFT}")
    _remove_old_drafts(path)
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            give(handle, like=path if path.exists() else path.parent)
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
        raise cannot("write", path, error, "nothing was changed") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Delete a file permanently; a missing file is not an error."""
    try:
        path.unlink(missing_ok=True)
    except OSError as why:
        raise cannot("remove", path, why) from why
    _sync_folder(path.parent)


def give(made: Path | int, like: Path | None = None) -> None:
    """As root, make what was just made belong to the owner of `like`, of the folder that it is in when left out."""
    if os.name != "posix" or os.geteuid() != 0:
        return
    model = like or (made.parent if isinstance(made, Path) else None)
    owner = model.stat() if model else None
    if owner is None or owner.st_uid == 0:
        return
    if isinstance(made, int):
        os.fchown(made, owner.st_uid, owner.st_gid)
    else:
        os.chown(made, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _refuse_astray(folder: Path) -> None:
    """As root, follow no link of another user's to what is not that user's."""
    if os.name == "posix" and os.geteuid() == 0:
        home = os.environ.get("HOME", "/")
        try:
            owners.check_way(str(folder.absolute()), owners.owners(home), links=True)
        except owners.Unsafe as why:
            raise _unsafe(why) from why


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError as error:
        raise cannot("read", path, error) from error


def _link(path: Path) -> UserError:
    return UserError(f"{path} is a symbolic link, and ccsetup follows none there", "put the file itself there")


def _remove_old_drafts(path: Path) -> None:
    """Delete what killed writers of this file left behind: a draft may hold a secret."""
    begin = f".{path.name}."
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if not entry.name.startswith(begin) or not entry.name.endswith(_DRAFT):
                continue
            middle = entry.name[len(begin) : -len(_DRAFT)]
            is_draft = len(middle) == 2 * _RANDOM_BYTES and _HEX.issuperset(middle)
            if is_draft and time.time() - entry.stat(follow_symlinks=False).st_mtime > _OLD:
                Path(entry.path).unlink()


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
    lock = FileLock(path, timeout=LOCK_SECONDS, mode=0o600, fallback_to_soft=False)  # that outlives kill -9
    fresh = not path.exists()
    try:
        lock.acquire()
        if fresh:
            give(path)
    except Timeout as why:
        raise UserError(f"another ccsetup has held {path} for {LOCK_SECONDS} s", "try again when it is done") from why
    except OSError as why:
        raise cannot("lock", path, why, "nothing was changed") from why
    try:
        yield
    finally:
        lock.release()
