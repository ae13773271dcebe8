"""The team's page as a file."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ccsetup.report.collected import Collection
from ccsetup.system import console, decoding, files
from ccsetup.workspace import Workspace


def write_report(workspace: Workspace, path: Path) -> None:
    """Collect everything about this machine's profiles, and write the page."""
    from ccsetup.commands.report.collect import collect

    document = collect(workspace, None)
    write_page(workspace, path, [decoding.convert(msgspec.to_builtins(document, str_keys=True), Collection)])


def write_page(workspace: Workspace, path: Path, collections: Sequence[Collection]) -> None:
    """Write the page of these collections, 0600, beside the old one and renamed."""
    from ccsetup.report import page  # templates and charts: 0.3 s
    from ccsetup.report.team import team_page

    made_at = f"{workspace.system.now():%Y-%m-%d %H:%M} UTC"
    files.write(path, page.render(team_page(collections, made_at)))
    console.say(f"wrote {path}")
