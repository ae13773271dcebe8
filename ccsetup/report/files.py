"""Which files a page may replace."""

from pathlib import Path

from ccsetup.system.errors import UserError

_OURS = b'<meta name="generator" content="ccsetup '  # as in page.html
_HEAD = 4_096  # bytes


def check_page(path: Path) -> None:
    """A UserError if a page could not be written to `path`, or would replace what ccsetup did not write."""
    if not path.parent.is_dir():
        raise UserError(f"{path.parent} is not a folder", "name a file in a folder that exists")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise UserError(f"{path} is not a regular file", "name another file")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}", "name another file") from error
    if head and _OURS not in head:
        raise UserError(f"{path} already exists, and is not a page of ccsetup", "name another file, or move it away")
