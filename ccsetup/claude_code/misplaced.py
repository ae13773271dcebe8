"""Configuration that looks right and that Claude Code does not read: variables in the wrong place, other spellings and
file names, flags that are not on, near misses of AWS profile names.

Seen on Claude Code 2.1.330 (2026-11-27).
"""

from collections.abc import Iterator
from pathlib import Path

from ccsetup.claude_code.settings import FOLDER, GLOBAL, Layer
from ccsetup.knowledge import decisive_settings, precedence, settings_files
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.providers.aws.client_files import AwsFiles
from ccsetup.system.system import System

_ENV = (
    "env",
    "envs",
    "environment",
    "envvars",
    "env_vars",
    "environmentvariables",
    "environment_variables",
    "variables",
)
_FILES = (
    "settings-local.json", "settings_local.json", "local.settings.json", "setting.json", "settings.jsonc",
    "settings.json.txt",
)  # fmt: skip
_OFF = ("", "0", "false", "no", "off")


def find_misplaced(
    layers: tuple[Layer, ...], config_dir: str | None, system: System, knowledge: Knowledge
) -> Iterator[Finding]:
    """Yield what is set in the wrong place, in the settings layers, beside their files, and in the shell."""
    environment = system.environment
    files = settings_files.settings_files(config_dir, environment, str(system.cwd))
    folders = dict.fromkeys(Path(path).parent for name, path in files if name in ("user", "project"))
    for layer in layers:
        if layer.name != GLOBAL:
            yield from _keys(layer, knowledge)
        if layer.name in FOLDER:
            yield from _ignored(layer)
    for folder in folders:
        for name in _FILES:
            if (folder / name).is_file():
                wanted = "settings.local.json" if "local" in name else "settings.json"
                yield _finding(folder / name, "this file", f"its name must be {wanted}")
    if settings_files.moved_folder(config_dir, environment) == "":
        wanted = f"it takes {system.cwd} for your settings and login instead of ~/.claude; unset it"
        yield _finding("the shell", "an empty CLAUDE_CONFIG_DIR", wanted)
    sources = [(str(layer.path), layer.env) for layer in layers]
    chosen = environment.get("AWS_PROFILE") or any(values.get("AWS_PROFILE") for _, values in sources)
    for where, values in (*sources, ("the shell", environment)):
        for name, value in values.items():
            flag = name.startswith(("CLAUDE_CODE_USE_", "CLAUDE_CODE_SKIP_")) and knowledge.is_known(name)
            if flag and value.strip().lower() not in _OFF and not precedence.load().is_on(value):
                yield _finding(where, f"{name} with this value", "set it to 1")
        if values.get("AWS_DEFAULT_PROFILE") and not chosen:
            yield _finding(where, "AWS_DEFAULT_PROFILE", "use AWS_PROFILE")


def near_sections(files: AwsFiles, profile: str) -> Iterator[Finding]:
    """Yield the section headers that nearly name a missing AWS profile."""
    if profile in files.profiles:
        return
    own = "[default]" if profile == "default" else f"[profile {profile}]"
    for file, wanted in ((files.config, own), (files.credentials, f"[{profile}]")):
        for header in file.headers:
            bare = header.text.strip().removeprefix("profile").strip(" \t.\"'")
            if bare.lower() == profile.lower():
                yield _finding(f"{file.path}, line {header.line}", f"[{header.text}]", f"write {wanted}")


def _keys(layer: Layer, knowledge: Knowledge) -> Iterator[Finding]:
    lines = {line.lower(): line for line in precedence.load().lines}
    for line in lines.values():
        if line in layer.env:
            yield _finding(layer.path, f"{line} in env", "move it out of env")
    for key, value in layer.content.items():
        line = lines.get(key.lower().replace("_", ""), key)
        if line != key:
            yield _finding(layer.path, key, f"write {line}")
        elif key != "env" and key.lower() in _ENV and isinstance(value, dict):
            yield _finding(layer.path, key, "write env")
        elif key.isupper() and (knowledge.is_known(key) or knowledge.is_secret(key) or key.startswith("AWS_")):
            yield _finding(layer.path, key, "move it into env")


def _ignored(layer: Layer) -> Iterator[Finding]:
    """Yield the variables that the client ignores in a project's files."""
    env = layer.content.get("env")
    for name in env if isinstance(env, dict) else ():
        if decisive_settings.load().ignored_in_folder(name):
            yield _finding(
                layer.path, f"{name} in a project's file", "set it in ~/.claude/settings.json or in the shell"
            )


def _finding(where: Path | str, name: str, wanted: str) -> Finding:
    return Finding("config-misplaced", {"path": str(where), "name": name, "wanted": wanted})
