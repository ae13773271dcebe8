"""Configuration that looks right and that Claude Code does not read: variables in the wrong place, other spellings of
them, flags that are not on. `unread_files.py` finds the files that it does not read, `near_aws.py` near misses of AWS.

Seen on Claude Code 2.1.332 (2026-11-28).
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ccsetup.claude_code import unread_files
from ccsetup.claude_code.settings import FOLDER, GLOBAL, Layer
from ccsetup.claude_code.unread_files import misplaced
from ccsetup.knowledge import decisive_settings, nearly_right, precedence, settings_files
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.system.system import System

_OFF = ("", "0", "false", "no", "off")
_SHELL = "the shell"
_UNEXPANDED = re.compile(r"\$\{?[A-Za-z_]\w*\}?|%[A-Za-z_]\w*%|\$\(.*\)", re.DOTALL)
_IN_PATH = re.compile(r"(~|\$\{?[A-Za-z_]\w*\}?|%[A-Za-z_]\w*%)[/\\]")
_PATHS = ("FILE", "_DIR", "CREDENTIALS", "_CERT")
_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "NODE_EXTRA_CA_CERTS")
_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]")
_QUOTED = re.compile(r"""(["'`]).*\1""", re.DOTALL)


def find_misplaced(
    layers: tuple[Layer, ...],
    config_dir: str | None,
    system: System,
    knowledge: Knowledge,
    given: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield what is set in the wrong place, in the settings layers, beside their files, and in the shell. `given` are
    the variables about which a profile decides."""
    environment = system.environment
    sources = [(str(layer.path), layer.env) for layer in layers]
    names = DecidingNames(
        knowledge, frozenset((*given, *environment, *(name for layer in layers for name in layer.env)))
    )
    for layer in layers:
        yield from _keys(layer, names)
        yield from _env(layer, names)
    yield from unread_files.find_unread_files(config_dir, system, names.is_decisive, names.used)
    if settings_files.moved_folder(config_dir, environment) == "":
        wanted = f"it takes {system.cwd} for your settings and login instead of ~/.claude; unset it"
        yield misplaced(_SHELL, "an empty CLAUDE_CONFIG_DIR", wanted)
    chosen = environment.get("AWS_PROFILE") or any(values.get("AWS_PROFILE") for _, values in sources)
    for where, values in (*sources, (_SHELL, environment)):
        yield from _values(where, values, knowledge)
        if values.get("AWS_DEFAULT_PROFILE") and not chosen:
            yield misplaced(where, "AWS_DEFAULT_PROFILE", "use AWS_PROFILE")
    others = nearly_right.near_misses().meant  # what other programs may read in the shell
    for name in environment:
        is_own = name.startswith("CLAUDE_") or (name.upper().startswith("ANTHROPIC_") and name not in others)
        if is_own and (meant := names.meant_by(name)):
            yield misplaced(_SHELL, name, f"the variable is {meant}")


@dataclass(frozen=True)
class DecidingNames:
    """Which names are variables that decide; `used` are those that are set where Claude Code reads them."""

    knowledge: Knowledge
    used: frozenset[str]

    @cached_property
    def _all(self) -> tuple[str, ...]:
        groups = decisive_settings.load().variables
        names = (*self.knowledge.owned, *self.knowledge.variables, *(name for group in groups for name in group.names))
        return tuple(dict.fromkeys(name for name in names if "*" not in name))

    def _is_exact(self, name: str) -> bool:
        return self.knowledge.is_known(name) or name in self._all

    def is_decisive(self, name: str) -> bool:
        """Whether Claude Code reads the variable, and it decides more than its looks."""
        known = self.knowledge.is_known(name) or self.knowledge.is_secret(name)
        return known or (name.isupper() and decisive_settings.load().decides_anywhere(name))

    def meant_by(self, name: str) -> str | None:
        """Return the variable that `name` is meant to be, unless that one is set too."""
        meant = nearly_right.near_misses().meant_by(name, self._all, self._is_exact)
        return meant if meant not in self.used else None


def _keys(layer: Layer, names: DecidingNames) -> Iterator[Finding]:
    """Yield the keys of a settings file that are variables, or another spelling of a key."""
    if layer.name == GLOBAL:
        return
    table = nearly_right.near_misses()
    lines = {line.lower(): line for line in precedence.load().lines}
    for line in lines.values():
        if line in layer.env:
            yield misplaced(layer.path, f"{line} in env", "move it out of env")
    for key, value in layer.content.items():
        line = lines.get(key.lower().replace("_", ""), key)
        if line != key:
            yield misplaced(layer.path, key, f"write {line}")
        elif key != "env" and key.lower() in table.env and isinstance(value, dict):
            yield misplaced(layer.path, key, "write env")
        elif key.isupper() and (names.is_decisive(key) or key.startswith("AWS_")):
            yield misplaced(layer.path, key, "move it into env")
        elif key != "env" and key not in table.others and isinstance(value, dict):
            inner = next((one for one in value if one.lower() in table.env and isinstance(value[one], dict)), None)
            if inner and any(names.is_decisive(name) for name in value[inner]):
                yield misplaced(layer.path, f"{inner} inside {key}", "move it out, to the top of the file")


def _env(layer: Layer, names: DecidingNames) -> Iterator[Finding]:
    """Yield what `env` holds that is not a variable, or that the client ignores in a project's file."""
    env = layer.content.get("env")
    for name, value in env.items() if isinstance(env, dict) else ():
        if isinstance(value, dict) and any(names.is_decisive(inner) for inner in value):
            yield misplaced(layer.path, f"{name} inside env", "move its variables up, into env itself")
        elif layer.name in FOLDER and decisive_settings.load().ignored_in_folder(name):
            wanted = "set it in ~/.claude/settings.json or in the shell"
            yield misplaced(layer.path, f"{name} in a project's file", wanted)
        elif meant := names.meant_by(name):
            yield misplaced(layer.path, name, f"write {meant}")
        elif names.is_decisive(name) and isinstance(value, str) and (form := _form(name, value)):
            yield misplaced(layer.path, f"{name} as meant", f"it takes {form} as part of the value")


def _form(name: str, value: str) -> str:
    """Return what a shell would replace in the value and the client does not; "" if nothing."""
    text = value.strip()
    if _UNEXPANDED.fullmatch(text):
        return "the name of a variable"
    if _IN_PATH.match(text) and any(word in name for word in _PATHS):
        return "~ or the name of a variable"
    return "the quotation marks" if len(text) > 1 and _QUOTED.fullmatch(text) else ""


def _values(where: str, values: Mapping[str, str], knowledge: Knowledge) -> Iterator[Finding]:
    for name, value in values.items():
        flag = name.startswith(("CLAUDE_CODE_USE_", "CLAUDE_CODE_SKIP_")) and knowledge.is_known(name)
        if flag and value.strip().lower() not in _OFF and not precedence.load().is_on(value):
            yield misplaced(where, f"{name} with this value", "set it to 1")
        elif name in _FILES and _WINDOWS_PATH.match(value.strip()) and os.name != "nt":
            yield misplaced(
                where, f"the Windows path in {name}", "name a file of this system, such as one below /mnt/c"
            )
