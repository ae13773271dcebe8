"""Claude Code's settings files: what they say about the variables of a profile.

Precedence, as documented and as seen on the client: managed > `--settings` > local > project > user > the `env` of
`.claude.json`, key by key; and a line in any of them beats the exported variable of the same name.
"""

import codecs
import json
import os
import re
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from ccsetup.claude_code import agents
from ccsetup.claude_code.agents import Agent
from ccsetup.knowledge import decisive_settings, precedence, settings_files
from ccsetup.knowledge.pages import Finding
from ccsetup.system import decoding
from ccsetup.system.system import System

MANAGED = "managed"
GLOBAL = "global"  # `.claude.json`, the client's own state: of it, `env` alone counts
FOLDER = ("local", "project")  # what may have come with a folder
_LARGEST_STATE = 1 << 27  # bytes; of a larger one nobody can tell what counts
_LARGEST_ENV = 1 << 20
_LARGEST_ODD = 1 << 23  # of a state that has to be read as a whole
_DEEPEST = 100  # levels that count of a file that nests deeper than the parser follows
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_KINDS: Mapping[str, type] = {"object": dict, "string": str, "array": list}


@dataclass(frozen=True, slots=True)
class Layer:
    """One settings file that is there: its `env` block, and its lines."""

    name: str  # managed, local, project, user or global
    path: Path
    env: Mapping[str, str]
    content: Mapping[str, object]  # a blank in a stronger layer hides a weaker one
    agent: Agent | None = None  # the agent that it names, if that asks for a model of its own


class Malformed(Exception):
    """Why the client ignores the whole of a file; `line` and `column` count from 1, None where there is no place."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason if line is None else f"line {line}, column {column}: {reason}")
        self.line = line
        self.column = column


def layers(system: System, config_dir: str | None = None) -> tuple[tuple[Layer, ...], tuple[Finding, ...]]:
    """The layers there are, strongest first, and a finding for each file that the client cannot read.

    `config_dir` is where the profile moves the user's settings, None for where they are now.
    """
    found: list[Layer] = []
    broken: list[Finding] = []
    files = settings_files.settings_files(config_dir, system.environment, str(system.cwd))
    for name, path in files:
        if name == "project" and ("user", path) in files:  # in the home folder the user's file is the project's too
            continue
        try:
            content = state(_bytes(Path(path), _LARGEST_STATE + 1)) if name == GLOBAL else parse(_bytes(Path(path)))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
        except OSError as why:
            broken.append(Finding("settings-malformed", _facts(name, path, why.strerror or str(why))))
            continue
        except Malformed as why:
            where = {} if why.line is None else {"line": str(why.line), "column": str(why.column)}
            broken.append(Finding("settings-malformed", {**_facts(name, path, str(why)), **where}))
            continue
        found.append(with_agent(layer(name, Path(path), content), system, config_dir))
    return tuple(found), tuple(broken)


def with_agent(layer: Layer, system: System, config_dir: str | None) -> Layer:
    """The layer, with the agent that it names looked up."""
    named = layer.content.get("agent")
    if layer.name == GLOBAL or not isinstance(named, str) or not named:
        return layer
    files = dict(settings_files.settings_files(config_dir, system.environment, str(system.cwd)))
    return replace(layer, agent=agents.named(named, system.cwd, Path(files["user"]).parent))


def layer(name: str, path: Path, content: Mapping[str, object]) -> Layer:
    """The layer that a settings file of this content is."""
    env = content.get("env")
    known = decisive_settings.load()
    texts = {str(key): _as_text(value) for key, value in env.items()} if isinstance(env, dict) else {}
    return Layer(name, path, {key: known.trimmed(key, text) for key, text in texts.items()}, content)


def state(text: bytes) -> dict[str, object]:
    """What counts of the client's `.claude.json`: its `env`; nothing where it cannot be read, as the client starts
    a new one then."""
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
        content = _as_the_client_reads(_decoded(text))
        env = content.get("env") if isinstance(content, dict) else None
    return {"env": env} if isinstance(env, dict) else {}


class _State(msgspec.Struct):
    env: msgspec.Raw = msgspec.Raw(b"null")


def _as_the_client_reads(text: str) -> object:
    """JSON that msgspec refuses and the client reads: halves of surrogate pairs, numbers of any size, any depth.

    Returns None for what the client refuses too.
    """
    try:
        content = json.loads(_shallow(text), parse_int=float, parse_constant=_refuse)
        whole = json.dumps(content, ensure_ascii=False, allow_nan=True)
    except (ValueError, RecursionError):
        return None
    # Halves of pairs reach the environment as U+FFFD.
    whole = whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    found: object = json.loads(whole)
    return found


def _shallow(text: str) -> str:
    """`text` with a word in place of whatever is nested deeper than `_DEEPEST`."""
    kept: list[str] = []
    depth, begin = 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == _DEEPEST:
                kept += [text[begin : token.start()], '"…"']
        elif token[0] in ("]", "}"):
            if depth == _DEEPEST:
                begin = token.end()
            depth -= 1
    if depth:
        raise ValueError("it ends too early")
    return "".join((*kept, text[begin:]))


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def parse(text: bytes) -> dict[str, object]:
    """What the client reads from these bytes of a settings file; Malformed when it ignores them whole."""
    order = precedence.load()
    if len(text) > order.largest:
        raise Malformed(f"it is larger than {order.largest >> 20} MiB")
    decoded = _decoded(text)
    if not decoded.strip():
        return {}
    try:
        content = decoding.from_json(decoded, object)
    except msgspec.DecodeError as why:
        content = _as_the_client_reads(decoded)
        if content is None:
            raise _at(decoded, str(why)) from why
    if not isinstance(content, dict):
        raise Malformed("it holds no object", 1, 1)
    for line, kind in order.types.items():
        if line in content and not isinstance(content[line], _KINDS[kind]):
            place = re.search(rf'"{line}"\s*:', decoded)
            before = decoded[: place.start() if place else 0]
            raise Malformed(f"{line} must hold {'an' if kind[0] in 'ao' else 'a'} {kind}", *_place(before))
    return content


def is_helper(value: object, profile: str) -> bool:
    """Whether a settings line runs `ccsetup key` for this profile."""
    return helped_profile(value) == profile


def helped_profile(value: object) -> str | None:
    """The profile for which a settings line runs `ccsetup key`."""
    try:
        words = shlex.split(value) if isinstance(value, str) else []
    except ValueError:
        return None
    ours = len(words) > 2 and words[-2] == "key" and Path(words[-3]).stem == "ccsetup"
    return words[-1] if ours else None


def _facts(layer: str, path: str, reason: str) -> dict[str, str]:
    return {"layer": layer, "path": path, "reason": reason}


def _bytes(path: Path, most: int | None = None) -> bytes:
    """A regular file's bytes; not blocking, since a FIFO would be waited for."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise IsADirectoryError
        return file.read(most or precedence.load().largest + 1)


def _decoded(text: bytes) -> str:
    """Seen on 2.1.330: a mark at the front is honoured, UTF-16's too, and bytes that are no UTF-8 do no harm."""
    if text.startswith(b"\xff\xfe"):
        return text.decode("utf-16", "replace")
    return text.decode("utf-8-sig", "replace")


def _at(text: str, why: str) -> Malformed:
    """Where in `text` the parser stopped, from its words."""
    byte = re.search(r" \(byte (\d+)\)$", why)
    before = text.encode()[: int(byte[1])].decode(errors="ignore") if byte else text
    reason = why[: byte.start()] if byte else "it ends too early" if "truncated" in why else why
    return Malformed(reason.removeprefix("JSON is malformed: "), *_place(before))


def _place(before: str) -> tuple[int, int]:
    """Line and column of what follows `before`."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _as_text(value: object) -> str:
    """`value` as the client puts it into the environment: JavaScript's text of it, lists joined by commas."""
    if value is None:
        return "null"
    parts: list[str] = []
    left = [value]
    while left:
        match left.pop():
            case str() as text:
                parts.append(text)
            case bool() as truth:
                parts.append("true" if truth else "false")
            case None | []:
                parts.append("")
            case list() as items:
                left += reversed(items)
            case dict():
                parts.append("[object Object]")
            case float() as number if number.is_integer() and abs(number) < 1e21:
                parts.append(str(int(number)))
            case number:
                parts.append(str(number))
    return ",".join(parts)
