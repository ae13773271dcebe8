"""Claude Code's settings files: how they are found, read and layered.

Precedence, as documented and as seen on the client: managed > `--settings` > local > project > user > the `env` of
`.claude.json`, key by key; a line in any of them overrides the exported variable of the same name.
"""

import codecs
import errno
import os
import re
import shlex
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from ccsetup.claude_code import agents, client_json, line_types
from ccsetup.claude_code.agents import Agent
from ccsetup.knowledge import decisive_settings, precedence, settings_files
from ccsetup.knowledge.pages import Finding
from ccsetup.system import decoding
from ccsetup.system.system import System

MANAGED = "managed"
GLOBAL = "global"  # `.claude.json`, the client's own state: only its `env` counts
STATE_MALFORMED = "state-malformed"
FOLDER = ("local", "project")  # a project's own layers
_LARGEST_STATE = 1 << 27  # bytes; what counts in a larger file is unknown
_LARGEST_ENV = 1 << 20
_LARGEST_ODD = 1 << 23  # of a state that has to be read as a whole


@dataclass(frozen=True, slots=True)
class Layer:
    """One existing settings file: its `env` block and its lines."""

    name: str  # managed, local, project, user or global
    path: Path
    env: Mapping[str, str]
    content: Mapping[str, object]  # a blank in a stronger layer hides a weaker one
    agent: Agent | None = None  # the agent that it names, if that sets a model
    is_relative: bool = False  # whether a relative or empty CLAUDE_CONFIG_DIR leads to it

    @property
    def from_folder(self) -> bool:
        """Whether it may come with a project."""
        return self.is_relative or self.name in FOLDER

    @property
    def is_users_own(self) -> bool:
        """Whether it is the user's settings file, from no project."""
        return self.name == "user" and not self.is_relative


class Malformed(Exception):
    """The reason why the client ignores a whole file; `line` and `column` count from 1, None if unknown."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason if line is None else f"line {line}, column {column}: {reason}")
        self.line = line
        self.column = column


def layers(system: System, config_dir: str | None = None) -> tuple[tuple[Layer, ...], tuple[Finding, ...]]:
    """Return the existing layers, strongest first, and a finding for each file that the client cannot read.

    `config_dir` is where the profile moves the user's settings; None for the current folder.
    """
    files = settings_files.settings_files(config_dir, system.environment, str(system.cwd))
    moved = settings_files.moved_folder(config_dir, system.environment)
    state = [_placed(read_layer(name, path), moved or None) for name, path in files if name == GLOBAL]
    managed = [read_layer(name, path) for name, path in files if name == MANAGED]
    users = _user_layers(_named_folder(state, moved), managed, system)
    paths = [str(one.path) for one in users if isinstance(one, Layer)]
    # In the home folder the user's file is also the project's.
    above = [*managed, *(read_layer(name, path) for name, path in files if name in FOLDER and path not in paths)]
    found = [one for one in (*above, *users[:1], *state, *users[1:]) if one is not None]
    existing = [one for one in found if isinstance(one, Layer)]
    broken = [one for one in found if isinstance(one, Finding)]
    ignored = [
        line for one in existing if one.name == MANAGED for line in line_types.ignored(one.content, MANAGED, one.path)
    ]
    return tuple(with_agent(_enforced(one), system, config_dir) for one in existing), (*broken, *ignored)


_Read = Layer | Finding | None


def _user_layers(moved: str | None, managed: Iterable[_Read], system: System) -> list[_Read]:
    """Return the user's layer in the folder `moved`. Seen on 2.1.332: where its `env`, or a managed one, names another
    folder, the file there counts instead, and of the first one its `env` alone, below the state file's."""

    def read(folder: str | None) -> _Read:
        path = settings_files.user_folder(folder, str(system.home), str(system.cwd))
        return _placed(read_layer("user", str(Path(path) / "settings.json")), folder)

    first = read(moved)
    second = read(_named_folder([*managed, first], moved))
    if not isinstance(first, Layer):
        return [first] if second == first else [second, first]
    is_same = isinstance(second, Layer) and second.path.resolve() == first.path.resolve()
    return [first] if is_same else [second, replace(first, content={})]


def _named_folder(read: Iterable[_Read], moved: str | None) -> str | None:
    """Return the configuration folder that one of the layers names, else `moved`."""
    named = (one.env.get(settings_files.MOVED) for one in read if isinstance(one, Layer))
    return next((folder for folder in named if folder is not None), moved)


def _placed(read: _Read, moved: str | None) -> _Read:
    is_relative = isinstance(read, Layer) and moved is not None and not Path(moved).is_absolute()
    return replace(read, is_relative=True) if isinstance(read, Layer) and is_relative else read


def _enforced(layer: Layer) -> Layer:
    """Return the layer with what counts of a managed file."""
    return replace(layer, content=line_types.enforced(layer.content)) if layer.name == MANAGED else layer


def read_layer(name: str, path: str) -> Layer | Finding | None:
    """Return the layer of one file; a finding if the client cannot read it, None if it does not exist."""
    try:
        content = (
            state(_bytes(Path(path), _LARGEST_STATE + 1))
            if name == GLOBAL
            else parse(_bytes(Path(path)), is_managed=name == MANAGED)
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        odd_state = name == GLOBAL and error.errno in (errno.EINVAL, errno.EISDIR)
        return None if odd_state else Finding("settings-malformed", _facts(name, path, error.strerror or str(error)))
    except Malformed as error:
        position = {} if error.line is None else {"line": str(error.line), "column": str(error.column)}
        page = STATE_MALFORMED if name == GLOBAL else "settings-malformed"
        return Finding(page, {**_facts(name, path, str(error)), **position})
    return layer(name, Path(path), content)


def with_agent(layer: Layer, system: System, config_dir: str | None) -> Layer:
    """Return the layer with the agent that it names."""
    named = layer.content.get("agent")
    if layer.name == GLOBAL or not isinstance(named, str) or not named:
        return layer
    files = dict(settings_files.settings_files(config_dir, system.environment, str(system.cwd)))
    return replace(layer, agent=agents.find_agent(named, system.cwd, Path(files["user"]).parent))


def layer(name: str, path: Path, content: Mapping[str, object]) -> Layer:
    """Return the layer for a settings file with this content."""
    env = content.get("env")
    decisive = decisive_settings.load()
    counted = (str, int, float) if name == GLOBAL else object  # seen on 2.1.332: there null, lists and objects do not
    values = env if isinstance(env, dict) else {}
    # A variable without a name does nothing.
    texts = {str(key): _as_text(value) for key, value in values.items() if key and isinstance(value, counted)}
    ignored = {key for key in texts if name in FOLDER and decisive.never_from_folder(key)}
    read = {key for key in texts if key not in ignored and key not in decisive.shell_only}
    return Layer(name, path, {key: decisive.trimmed(key, texts[key]) for key in texts if key in read}, content)


def state(text: bytes) -> dict[str, object]:
    """Return the `env` of the client's `.claude.json`; raises Malformed if the client does not start with it. Seen on
    2.1.332: an empty file is started again, and JSON of another kind counts as empty."""
    if len(text) > _LARGEST_STATE:
        raise Malformed(f"it is larger than {_LARGEST_STATE >> 20} MiB")
    try:
        raw = decoding.from_json(memoryview(text)[3:] if text.startswith(codecs.BOM_UTF8) else text, _State).env
        if len(raw) > _LARGEST_ENV:
            raise Malformed(f"its env is larger than {_LARGEST_ENV >> 20} MiB")
        env = decoding.from_json(bytes(raw), object)
    except msgspec.DecodeError:
        if len(text) > _LARGEST_ODD:
            raise Malformed(f"it is larger than {_LARGEST_ODD >> 20} MiB and not valid JSON") from None
        decoded = text.decode("utf-8-sig", "replace")
        content = client_json.decode(decoded)
        if content is None and decoded.strip() not in ("", "null"):
            raise _malformed_at(decoded, _message(decoded)) from None
        env = content.get("env") if isinstance(content, dict) else None
    return {"env": env} if isinstance(env, dict) else {}


def _message(text: str) -> str:
    """Return why the text is not JSON."""
    try:
        decoding.from_json(text, object)
    except msgspec.DecodeError as error:
        return str(error)
    return "it is not JSON"


class _State(msgspec.Struct):
    env: msgspec.Raw = msgspec.Raw(b"null")


def parse(text: bytes, *, is_managed: bool = False) -> dict[str, object]:
    """Return the settings that the client reads from a file with this content; of a managed one the lines of another
    type too.

    Raises Malformed if the client ignores the whole file.
    """
    order = precedence.load()
    if len(text) > order.largest:
        raise Malformed(f"it is larger than {order.largest >> 20} MiB")
    decoded = _decoded(text)
    if not decoded.strip():
        return {}
    try:
        content = decoding.from_json(decoded, object)
    except msgspec.DecodeError as error:
        content = client_json.decode(decoded)
        if content is None:
            raise _malformed_at(decoded, str(error)) from error
    if not isinstance(content, dict):
        raise Malformed("it holds no object", 1, 1)
    if not is_managed and (found := next(line_types.misfits(content), None)):
        line, kind = found
        match = re.search(rf'"{line}"\s*:', decoded)
        before = decoded[: match.start() if match else 0]
        raise Malformed(f"{line} must hold {kind}", *_place(before))
    return content


def is_helper(value: object, profile: str) -> bool:
    """Whether a settings line runs `ccsetup key` for this profile."""
    return helped_profile(value) == profile


def helped_profile(value: object) -> str | None:
    """Return the profile for which a settings line runs `ccsetup key`; None if it does not."""
    try:
        words = shlex.split(value) if isinstance(value, str) else []
    except ValueError:
        return None
    is_key_command = len(words) > 2 and words[-2] == "key" and Path(words[-3]).stem == "ccsetup"
    return words[-1] if is_key_command else None


def _facts(layer: str, path: str, reason: str) -> dict[str, str]:
    return {"layer": layer, "path": path, "reason": reason}


def _bytes(path: Path, most: int | None = None) -> bytes:
    """Return a regular file's bytes, at most `most`. Opens without blocking, so that a FIFO does not hang."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")  # 2.1.332 says so, too
        return file.read(most or precedence.load().largest + 1)


def _decoded(text: bytes) -> str:
    """Decode a file as the client does. Seen on 2.1.330: byte order marks are honoured (UTF-16 too), and invalid UTF-8
    is replaced."""
    if text.startswith(b"\xff\xfe"):
        return text.decode("utf-16", "replace")
    return text.decode("utf-8-sig", "replace")


def _malformed_at(text: str, message: str) -> Malformed:
    """Return the error with the position in `text` where the parser stopped, taken from its message."""
    byte = re.search(r" \(byte (\d+)\)$", message)
    before = text.encode()[: int(byte[1])].decode(errors="ignore") if byte else text
    reason = message[: byte.start()] if byte else "it ends too early" if "truncated" in message else message
    return Malformed(reason.removeprefix("JSON is malformed: "), *_place(before))


def _place(before: str) -> tuple[int, int]:
    """Return line and column of the character after `before`."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _as_text(value: object) -> str:
    """Return `value` as the client exports it: JavaScript's string form, with lists joined by commas."""
    if value is None:
        return "null"
    parts: list[str] = []
    pending = [value]
    while pending:
        match pending.pop():
            case str() as text:
                parts.append(text)
            case bool() as truth:
                parts.append("true" if truth else "false")
            case None | []:
                parts.append("")
            case list() as items:
                pending += reversed(items)
            case dict():
                parts.append("[object Object]")
            case float() as number if number.is_integer() and abs(number) < 1e21:
                parts.append(str(int(number)))
            case number:
                parts.append(str(number))
    return ",".join(parts)
