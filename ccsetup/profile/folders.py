"""Which profile is used when none is named: the default, and a folder's `.ccsetup` file, once it was allowed.

A `.ccsetup` file may come with a repository, so it counts only if this machine allowed this content at this path. One
that was not allowed changes nothing: the search goes on above it. Shells make the same search (`shells/hooks/cd.*`).
"""

import codecs
import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ccsetup.profile.profile import is_name
from ccsetup.system import files
from ccsetup.system.errors import UserError
from ccsetup.system.system import System

FILE = ".ccsetup"
_LARGEST = 80  # bytes; the longest name and a line end are shorter
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class FolderFile:
    """A `.ccsetup` file: the profile in it, "" and what is wrong if it holds something else, and whether it was allowed
    here."""

    path: Path
    profile: str
    allowed: bool
    wrong: str = ""

    @property
    def problem(self) -> str:
        """Why the file is ignored; "" if it is used."""
        if not self.profile:
            return self.wrong
        return "" if self.allowed else f"it selects profile {self.profile} and was not allowed here"


@dataclass(frozen=True, slots=True)
class Folders:
    """The default and the allowed folders of one system.

    `state/folders` has a line for each allowed file, "NAME FOLDER"; `config/default` is one line.
    """

    system: System

    @property
    def default(self) -> str:
        """The default profile; "" if not set."""
        try:
            text = files.read(self._default, home=self.system.home, largest=1 << 16)
        except FileNotFoundError:
            return ""
        name = text.decode(errors="replace").removesuffix("\n")
        return name if is_name(name) else ""

    def set_default(self, name: str) -> None:
        files.private_folder(self._default.parent)
        files.write(self._default, f"{name}\n".encode())

    def clear_default(self) -> None:
        files.remove(self._default)

    def search(self) -> tuple[FolderFile, ...]:
        """The `.ccsetup` files from the working folder upwards, up to the first that is allowed."""
        found = []
        allowed = self._allowed()
        for folder in (self.system.cwd, *self.system.cwd.parents):
            if (file := self._look(folder, allowed)) is not None:
                found.append(file)
                if file.allowed:
                    break
        return tuple(found)

    def write(self, name: str) -> Path:
        """Write this folder's file, and allow it."""
        path = self.system.cwd / FILE
        _check_path(path)
        files.write(path, f"{name}\n".encode(), mode=0o644)
        self._change(self.system.cwd, name)
        return path

    def allow(self, file: FolderFile) -> None:
        _check_path(file.path)
        self._change(file.path.parent, file.profile)

    def remove(self) -> Path | None:
        """Delete this folder's file and its permission; None if it does not exist, whose permission ends too."""
        path = self.system.cwd / FILE
        found = self._look(self.system.cwd, frozenset())
        if found is None:
            self._change(self.system.cwd, "")
            return None
        if not found.profile:
            raise UserError(f"{path} is not a file that ccsetup wrote", "remove it yourself")
        files.remove(path)
        self._change(self.system.cwd, "")
        return path

    @property
    def _default(self) -> Path:
        return self.system.config / "default"

    @property
    def _record(self) -> Path:
        return self.system.state / "folders"

    def _allowed(self) -> frozenset[bytes]:
        files.refuse_unsafe(self.system.state, home=self.system.home)
        try:
            return frozenset(files.read(self._record, home=self.system.home).split(b"\n"))
        except FileNotFoundError:
            return frozenset()

    def _change(self, folder: Path, name: str) -> None:
        """Allow the profile `name` in the folder, in place of any other; "" allows none."""
        with files.locked(self.system.state / ".lock"):
            place = os.fsencode(folder)
            kept = [line for line in self._allowed() if line and line.partition(b" ")[2] != place]
            added = [name.encode() + b" " + place] if name else []
            files.write(self._record, b"".join(line + b"\n" for line in sorted(kept + added)))

    def _look(self, folder: Path, allowed: frozenset[bytes]) -> FolderFile | None:
        path = folder / FILE
        try:
            status = path.lstat()
        except OSError:
            return None
        if stat.S_ISDIR(status.st_mode):  # a folder of that name is something else
            return None
        name, wrong = read_name(path)
        return FolderFile(path, name, bool(name) and name.encode() + b" " + os.fsencode(folder) in allowed, wrong)


def read_name(path: Path) -> tuple[str, str]:
    """The name that the file consists of, or "" and what is wrong with it: other content, a link, a special or an
    unreadable file."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            text = os.read(handle, _LARGEST)
        finally:
            os.close(handle)
    except OSError as error:
        if path.is_symlink():
            return "", "it is a symbolic link"
        return "", "it is not a plain file" if error.errno == errno.EINVAL else f"it cannot be read ({error.strerror})"
    name = text.removesuffix(b"\n").removesuffix(b"\r").decode(errors="replace")
    if is_name(name):
        return name, ""
    if text.startswith(_MARKS):
        return "", "it begins with a byte order mark; save it as UTF-8 without one"
    return "", "it must hold the name of one profile, in one line"


def _check_path(path: Path) -> None:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in str(path)):
        raise UserError("the path of this folder has a control character in it, so it cannot be allowed", "rename it")
