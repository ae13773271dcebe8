"""Writing a settings file for `ccsetup apply`, and giving back what stood there."""

from ccsetup.commands.applied.target import SCOPES, Settings, files_of
from ccsetup.commands.applied.undoing import undo
from ccsetup.commands.applied.writing import write

__all__ = ["SCOPES", "Settings", "files_of", "undo", "write"]
