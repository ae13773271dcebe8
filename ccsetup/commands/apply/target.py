"""The settings file of a scope in its current state."""

import difflib
import io
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
from ccsetup.system.display import visible
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace

SCOPES = ("user", "project", "local")
HEADERS = "ANTHROPIC_CUSTOM_HEADERS"


@dataclass(frozen=True, slots=True)
class Settings:
    """One settings file: its bytes (None if it does not exist), its content as the client reads it, and its
    surroundings."""

    layer: Layer
    before: bytes | None
    surroundings: Surroundings

    @property
    def path(self) -> Path:
        return self.layer.path

    @property
    def text(self) -> str:
        return decode(self.before)


def decode(content: bytes | None) -> str:
    """Decode bytes so that `encoded` restores them exactly."""
    return (content or b"").decode("utf-8-sig", "surrogateescape")


def encode(text: str, before: bytes | None) -> bytes:
    """Encode the text, with the byte order mark that the file had."""
    mark = b"\xef\xbb\xbf" if (before or b"").startswith(b"\xef\xbb\xbf") else b""
    return mark + text.encode("utf-8", "surrogateescape")


def files_of(workspace: Workspace, scope: str, config_dir: str | None) -> tuple[Settings, ...]:
    """Return the files of the scope, the strongest first. Raises UserError with the position if the client cannot read
    one."""
    system = workspace.system
    if scope != "user" and system.lost:
        raise UserError("this shell's working folder no longer exists", "change to another folder")
    if scope == "user" and settings_files.moved_folder(config_dir, system.environment) == "":
        raise UserError(
            f"CLAUDE_CONFIG_DIR is set and empty: Claude Code takes {system.cwd} for your settings folder",
            "unset CLAUDE_CONFIG_DIR",
        )
    surroundings = workspace.surroundings(config_dir)
    named = settings_files.settings_files(config_dir, system.environment, str(system.cwd))
    paths = [Path(path) for name, path in named if name == scope]
    if scope == "user":
        paths = [*dict.fromkeys((_users_file(surroundings, paths[0]), *paths))]
    return tuple(_read(scope, path, surroundings) for path in paths)


def _users_file(surroundings: Surroundings, first: Path) -> Path:
    """Return the user's file that counts: `first`, or in the folder that managed settings, it or the state name."""
    users = [layer for layer in surroundings.layers if layer.name == "user"]
    others = {name: [layer for layer in surroundings.layers if layer.name == name] for name in ("managed", "global")}
    naming = (*others["managed"], *reversed(users), *others["global"])
    source = next((layer for layer in naming if settings_files.MOVED in layer.env), None)
    folder = Path(source.env[settings_files.MOVED]) if source else first.parent
    if source is None or not folder.is_absolute():
        return first
    return users[0].path if len(users) > 1 else folder / "settings.json"


def receipts(workspace: Workspace) -> Receipts:
    return Receipts(workspace.system.state / "applied")


def status_line_receipts(workspace: Workspace) -> Receipts:
    return Receipts(workspace.system.state / "statusline")


def _read(scope: str, path: Path, surroundings: Surroundings) -> Settings:
    if scope != "user" and path.parent.is_symlink():
        raise UserError(
            f"{path.parent} is a symbolic link, and ccsetup follows none there", "put the folder itself there"
        )
    before = bytes_of(path)
    if (before or b"").startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(f"{path} is UTF-16, which ccsetup can read but not write", "save it as UTF-8")
    try:
        content = settings.parse(before or b"")
    except Malformed as error:
        raise pages.refusal("settings-malformed", path=str(path), reason=str(error)) from error
    known_layer = next((layer for layer in surroundings.layers if layer.path == path), None)  # with its agent resolved
    return Settings(
        replace(settings.layer(scope, path, content), agent=known_layer.agent if known_layer else None),
        before,
        surroundings,
    )


def bytes_of(path: Path) -> bytes | None:
    """Return the file's bytes, None if not found. Raises UserError for a link or a special file."""
    try:
        return files.read(path)
    except FileNotFoundError:
        return None


def difference(path: Path, before: bytes | None, after: bytes | None, home: str) -> str:
    """Return a unified diff, "" if equal. Credentials are shown only as far as needed to distinguish them."""
    shown = visible(console.redact(str(path), home))
    old, new = ([*io.StringIO(_masked(content).replace("\r\n", "\n"), "\n")] for content in (before, after))
    lines = difflib.unified_diff(old, new, f"{shown} (current)", f"{shown} (new)", n=2)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _masked(content: bytes | None) -> str:
    text, knowledge = decode(content), surfaces.load_surfaces()
    try:
        lines = settings.parse(content or b"")
    except Malformed:  # edited by hand since
        lines = {}
    for name, value in _strings("", lines):
        if (shown := _shown(name, value, knowledge)) == value:
            continue
        written = json.dumps(shown, ensure_ascii=False)
        member = re.compile(rf'("{re.escape(name)}"\s*:\s*)"(?:[^"\\]|\\.)*"')  # in any escaping of the value
        text = member.sub(lambda match, written=written: match[1] + written, text)  # type: ignore[misc]
        for spelled in (json.dumps(value), json.dumps(value, ensure_ascii=False)):  # in a list
            text = text.replace(spelled, written)
    return console.redact(text, "")


def _shown(name: str, value: str, knowledge: Knowledge) -> str:
    """Return the value as a diff may show it."""
    if knowledge.is_secret(name) or decisive_settings.load().may_be_secret(name, value) or name == HEADERS:
        return str(Secret(value))
    kind = secret_shapes.find_secret(value)
    shown = secret_shapes.printable(name, value)
    return f"({kind})" if kind and shown == value else shown


def _strings(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield every non-blank text in a settings file, with the key that it belongs to."""
    if isinstance(value, str) and value:
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(name, inner)
