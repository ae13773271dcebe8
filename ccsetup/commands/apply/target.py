"""The settings file of a scope, as it is now."""

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.claude_code import settings
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.receipts import Receipts
from ccsetup.claude_code.settings import Layer, Malformed
from ccsetup.knowledge import decisive_settings, pages, secret_shapes, settings_files, surfaces
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.system import console, files
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace

SCOPES = ("user", "project", "local")
HEADERS = "ANTHROPIC_CUSTOM_HEADERS"


@dataclass(frozen=True, slots=True)
class Settings:
    """One settings file: its bytes (None for no file), what the client reads in it, and its surroundings."""

    layer: Layer
    before: bytes | None
    surroundings: Surroundings

    @property
    def path(self) -> Path:
        return self.layer.path

    @property
    def text(self) -> str:
        return decoded(self.before)


def decoded(content: bytes | None) -> str:
    """Bytes as text that goes back to the same bytes."""
    return (content or b"").decode("utf-8-sig", "surrogateescape")


def encoded(text: str, before: bytes | None) -> bytes:
    """The text as bytes, with the mark at the front that the file had."""
    mark = b"\xef\xbb\xbf" if (before or b"").startswith(b"\xef\xbb\xbf") else b""
    return mark + text.encode("utf-8", "surrogateescape")


def files_of(workspace: Workspace, scope: str, config_dir: str | None) -> tuple[Settings, ...]:
    """The files of the scope, the strongest first; one that the client cannot read is a UserError with its place."""
    system = workspace.system
    if scope != "user" and system.lost:
        raise UserError(
            "the folder that this shell stands in is gone, and its settings with it", "go to one that is there"
        )
    named = settings_files.settings_files(config_dir, system.environment, str(system.cwd))
    surroundings = workspace.surroundings(config_dir)
    return tuple(_read(scope, Path(path), surroundings) for name, path in named if name == scope)


def receipts(workspace: Workspace) -> Receipts:
    return Receipts(workspace.system.state / "applied")


def _read(scope: str, path: Path, surroundings: Surroundings) -> Settings:
    if scope != "user" and path.parent.is_symlink():
        raise UserError(
            f"{path.parent} is a symbolic link, and ccsetup follows none there", "put the folder itself there"
        )
    before = bytes_of(path)
    if (before or b"").startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(f"{path} is UTF-16, which ccsetup reads and does not write", "save it as UTF-8")
    try:
        content = settings.parse(before or b"")
    except Malformed as why:
        raise pages.refusal("settings-malformed", path=str(path), reason=str(why)) from why
    same = next((one for one in surroundings.layers if one.path == path), None)  # its agent was looked up
    return Settings(
        replace(settings.layer(scope, path, content), agent=same.agent if same else None), before, surroundings
    )


def bytes_of(path: Path) -> bytes | None:
    """The file's bytes, None where there is none; a link or a special file is a UserError."""
    try:
        return files.read(path)
    except FileNotFoundError:
        return None


def difference(path: Path, before: bytes | None, after: bytes | None, home: str) -> str:
    """A unified diff for a person; empty when there is none. Of credentials only what tells them apart is shown."""
    shown = console.redact(str(path), home)
    old, new = (_masked(content).splitlines(keepends=True) for content in (before, after))
    lines = difflib.unified_diff(old, new, f"{shown} (now)", f"{shown} (then)", n=2)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _masked(content: bytes | None) -> str:
    text, knowledge = decoded(content), surfaces.load_surfaces()
    try:
        lines = settings.parse(content or b"")
    except Malformed:  # an edit by hand since
        lines = {}
    for name, value in _strings("", lines):
        if (shown := _shown(name, value, knowledge)) == value:
            continue
        written = json.dumps(shown, ensure_ascii=False)
        member = re.compile(rf'("{re.escape(name)}"\s*:\s*)"(?:[^"\\]|\\.)*"')  # however the file escapes the value
        text = member.sub(lambda found, written=written: found[1] + written, text)  # type: ignore[misc]
        for spelled in (json.dumps(value), json.dumps(value, ensure_ascii=False)):  # in a list
            text = text.replace(spelled, written)
    return console.redact(text, "")


def _shown(name: str, value: str, knowledge: Knowledge) -> str:
    """The value as a diff may show it."""
    if knowledge.is_secret(name) or decisive_settings.load().may_be_secret(name, value) or name == HEADERS:
        return str(Secret(value))
    kind = secret_shapes.find_secret(value)
    shown = secret_shapes.printable(name, value)
    return f"({kind})" if kind and shown == value else shown


def _strings(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Every text in a settings file that is not blank, with the name that it stands under."""
    if isinstance(value, str) and value:
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(name, inner)
