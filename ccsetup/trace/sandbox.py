"""A copy of the user's files that the client reads, in a private folder, without secrets and network access.

The profile's environment and provider settings are copied, since they decide where requests go; hooks, servers,
plugins and permissions are not, since they would run programs.
"""

import json
import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ccsetup.claude_code.agents import Agent
from ccsetup.claude_code.settings import Layer, is_helper
from ccsetup.knowledge import secret_shapes, settings_files
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile.environment import EnvironmentChange, apply_change
from ccsetup.providers.google import config_files
from ccsetup.providers.google.adc_source import credentials_file
from ccsetup.system import files, presence
from ccsetup.system.secret import Secret
from ccsetup.system.system import System
from ccsetup.trace import logins
from ccsetup.trace.recorder.answers import ACCESS_TOKEN
from ccsetup.trace.stand_ins import StandIns

_HOSTS = ("PATH", "LANG", "LC_ALL", "TERM", "SystemRoot", "COMSPEC", "PATHEXT")  # needed by any program
_THEIRS = re.compile(r"_?(ANTHROPIC|CLAUDE|AWS|GOOGLE|GCLOUD|CLOUD|VERTEX|ENABLE|DISABLE|MAX|API)_")
_SECRET = re.compile(r"SECRET|PASSWORD|API_KEY$|TOKEN$|_KEY$")
_LINES = ("model", "availableModels", "deniedModels", "enforceAvailableModels", "fallbackModel", "modelOverrides")
AWS_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
_USERINFO = re.compile(r"(?<=://)[^/@]+(?=@)")
_QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_MAX_RETRIES": "0",
    "DISABLE_AUTOUPDATER": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "METADATA_SERVER_DETECTION": "none",
}


@dataclass(frozen=True, slots=True)
class Replica:
    """A sandbox for the client: `environment` is its whole environment, `folder` its working folder, and `settings`
    the value of its `--settings`."""

    environment: Mapping[str, str]
    folder: Path
    settings: str
    stand_ins: StandIns


@dataclass(slots=True)
class _Copying:
    root: Path
    system: System  # with the profile's environment
    change: EnvironmentChange
    knowledge: Knowledge
    stand_ins: StandIns
    credentials: dict[str, Path] = field(default_factory=dict)
    layers: int = 0  # number of settings files whose AWS files were copied

    def carries(self, name: str) -> bool:
        return bool(_THEIRS.match(name)) and not self.knowledge.is_escape(name)

    def value(self, name: str, value: str, source: str) -> str:
        """Return the variable's value for the sandbox: stand-ins for secrets, copies for credentials files."""
        whose = f"{name} of {source}"
        if secret_shapes.mask({name: value})[name] != value:
            return self.stand_ins.replace_secret(value, whose)
        if name == "GOOGLE_APPLICATION_CREDENTIALS" and value:
            return str(self.google(Path(value)))
        if name == "ANTHROPIC_CUSTOM_HEADERS":
            return self.stand_ins.headers(value, whose)
        if name == "AWS_ACCESS_KEY_ID" and value:
            self.stand_ins.add_known(value, f"{value[:4]}…{value[-4:]}, {whose}")
            return value
        if value and (self.knowledge.is_secret(name) or _SECRET.search(name)):
            return self.stand_ins.replace_secret(value, whose)
        return _USERINFO.sub("stand-in", value)

    def google(self, path: Path) -> Path:
        """Return the path of a credentials file's copy; a missing file keeps its path."""
        if str(path) not in self.credentials and presence.is_file(path):
            made = self.root / f"google-{len(self.credentials)}.json"
            files.write(made, logins.google_file(path, self.stand_ins).encode(), durable=False)
            self.credentials[str(path)] = made
        return self.credentials.get(str(path), path)

    def aws_files(self, layer: Layer) -> dict[str, str]:
        """Return copies of the AWS files that a settings file selects, by variable or by another home."""
        named = {name: str(self.system.cwd / layer.env[name]) for name in AWS_FILES if layer.env.get(name)}
        other_home = layer.env.get("HOME")
        if not named and not other_home:
            return {}
        shell = self.system.environment
        files_ = {**{name: shell[name] for name in AWS_FILES if shell.get(name)}, **named}
        home = Path(other_home) if other_home else self.system.home
        moved_system = replace(self.system, environment={**shell, **files_}, home=home)
        profile_keys, self.layers = dict(self.stand_ins.aws), self.layers + 1  # the profile's own keys stay assigned
        text = logins.aws_config(moved_system, self.stand_ins, first=1000 * self.layers)
        self.stand_ins.aws = profile_keys
        config, credentials = (self.root / f"aws-{kind}-{self.layers}" for kind in ("config", "credentials"))
        _write(config, text)
        _write(credentials, "")
        return dict(zip(AWS_FILES, (str(config), str(credentials)), strict=True))

    def settings(self, layer: Layer) -> dict[str, object]:
        """Return a settings file's provider settings, with commands replaced by ones that print stand-ins."""
        content = layer.content
        source = str(layer.path)
        copied: dict[str, object] = {line: content[line] for line in _LINES if line in content}
        env = {name: self.value(name, value, source) for name, value in layer.env.items() if self.carries(name)}
        copied["env"] = {**env, **self.aws_files(layer)}
        helper = content.get("apiKeyHelper")
        if helper:
            key = self.stand_ins.add_placeholder(
                "stand-in-for-the-helper-of-" + layer.name, f"apiKeyHelper of {source}"
            )
            if is_helper(helper, self.change.profile):  # written by `ccsetup apply`: prints the profile's own secret
                secrets = [value for value in self.change.values.values() if isinstance(value, Secret)]
                key = self.stand_ins.replace_secret(secrets[0].reveal(), "the profile") if secrets else key
            copied["apiKeyHelper"] = f"echo {key}"
        if content.get("awsCredentialExport"):
            key = self.stand_ins.add_placeholder("ASIASTANDINEXPORT000", f"awsCredentialExport of {source}")
            credentials = {"AccessKeyId": key, "SecretAccessKey": "stand-in", "SessionToken": "stand-in"}
            copied["awsCredentialExport"] = f"echo '{json.dumps({'Credentials': credentials})}'"
        return copied


def is_carried(name: str, knowledge: Knowledge) -> bool:
    """Whether the traced client gets the variable `name` of a settings file, or a copy of the file that it names."""
    return name in AWS_FILES or (bool(_THEIRS.match(name)) and not knowledge.is_escape(name))


def build(
    root: Path, change: EnvironmentChange, layers: tuple[Layer, ...], knowledge: Knowledge, system: System
) -> Replica:
    """Build the sandbox below `root`, a private folder that the caller removes."""
    environment = apply_change(change.with_strays(system.environment), system.environment)
    profile_system = replace(system, environment=environment)
    stand_ins = StandIns(os.urandom(16))
    stand_ins.add_known(ACCESS_TOKEN, "a token that Google gave for the sign-in")
    copy = _Copying(root, profile_system, change, knowledge, stand_ins)
    config, work, home = root / "config", root / "work", root / "home"
    for folder in (config, work / ".claude", home, root / "tmp"):
        files.private_folder(folder)
    profile_names = {name for name, value in change.values.items() if value is not None}
    child = {name: environment[name] for name in _HOSTS if name in environment}
    # Profile first, so that a shared secret gets the profile's label.
    for name in sorted(environment, key=lambda name: name not in profile_names):
        if copy.carries(name):
            source = f"profile {change.profile}" if name in profile_names else "the environment"
            child[name] = copy.value(name, environment[name], source)
    _settings(copy, layers, config, work)
    _write(root / "aws-config", logins.aws_config(profile_system, stand_ins))
    _write(root / "aws-credentials", "")
    moved = environment.get("CLAUDE_CONFIG_DIR")
    folder = Path(settings_files.user_folder(moved, str(system.home), str(system.cwd)))
    stored_login = logins.login(folder, stand_ins, shown=str(folder))
    if stored_login is None and sys.platform == "darwin":
        stored_login = logins.made_login(stand_ins, "the login in the keychain")
    if stored_login is not None:
        _write(config / ".credentials.json", stored_login)
    if not child.get("GOOGLE_APPLICATION_CREDENTIALS"):
        named = credentials_file(environment, system.home)
        child |= {"GOOGLE_APPLICATION_CREDENTIALS": str(copy.google(named))} if named else {}
    child |= _machine_credentials(child, environment, stand_ins)
    child["PATH"] = os.pathsep.join((str(_gcloud(root / "bin", profile_system)), child.get("PATH", os.defpath)))
    child |= _QUIET | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(root / "tmp"),
        "CLAUDE_CONFIG_DIR": str(config),
        "AWS_CONFIG_FILE": str(root / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(root / "aws-credentials"),
    }
    return Replica(child, work, json.dumps({"skipWebFetchPreflight": True, "disableAllHooks": True}), stand_ins)


def _machine_credentials(
    child: Mapping[str, str], environment: Mapping[str, str], stand_ins: StandIns
) -> dict[str, str]:
    """Return stand-ins for credentials that the client would get from the machine or another program."""
    variables = {}
    if child.get("CLAUDE_CODE_USE_FOUNDRY") and not any(
        child.get(f"ANTHROPIC_FOUNDRY_{credential}") for credential in ("API_KEY", "AUTH_TOKEN")
    ):
        variables["ANTHROPIC_FOUNDRY_AUTH_TOKEN"] = stand_ins.add_placeholder(
            "stand-in-for-azure", "Azure's own sign-in"
        )
    has_keys = child.get("AWS_PROFILE") or child.get("AWS_ACCESS_KEY_ID")
    container = any(name.startswith(("AWS_CONTAINER_", "AWS_WEB_IDENTITY_")) for name in environment)
    if not has_keys and (container or _on_amazon()):
        variables["AWS_ACCESS_KEY_ID"] = stand_ins.add_placeholder("ASIASTANDINMACHINE00", "the role of this machine")
        variables["AWS_SECRET_ACCESS_KEY"] = "stand-in"  # noqa: S105 - a dummy
    return variables


def _gcloud(folder: Path, system: System) -> Path:
    """Write a `gcloud` with the same project, and return its folder. Seen: without a project the client runs the
    user's `gcloud`, which takes seconds."""
    active = next((item.project for item in config_files.configurations(system, []) if item.active), None)
    project = system.environment.get("CLOUDSDK_CORE_PROJECT") or active
    core = {"core": {"project": project} if project else {}}
    output = json.dumps({"configuration": {"properties": core}})
    files.private_folder(folder)
    files.write(folder / "gcloud", f"#!/bin/sh\necho {shlex.quote(output)}\n".encode(), mode=0o700, durable=False)
    return folder


def _on_amazon() -> bool:
    try:
        return Path("/sys/class/dmi/id/sys_vendor").read_text().startswith("Amazon")
    except OSError:
        return False


def _settings(copy: _Copying, layers: tuple[Layer, ...], config: Path, work: Path) -> None:
    """Write the user's, project's and local files; of two local ones the stronger comes first in `layers`."""
    paths = {
        "user": config / "settings.json",
        "project": work / ".claude" / "settings.json",
        "local": work / ".claude" / "settings.local.json",
        "global": config / ".claude.json",
    }
    merged: dict[str, dict[str, object]] = {}
    for layer in reversed(layers):
        if layer.name in paths:
            previous, current = merged.get(layer.name, {}), copy.settings(layer)
            if layer.agent is not None:
                current["agent"] = _agent(layer.agent, f"{layer.name}-{len(merged)}", work)
            merged[layer.name] = {
                **previous,
                **current,
                "env": {**_mapping(previous.get("env")), **_mapping(current["env"])},
            }
    for name, content in merged.items():
        _write(paths[name], json.dumps(content))


def _agent(agent: Agent, name: str, work: Path) -> str:
    """Write an agent that only sets that model, and return its name."""
    folder = work / ".claude" / "agents"
    files.private_folder(folder)
    _write(folder / f"{name}.md", f"---\nname: {name}\ndescription: x\nmodel: {json.dumps(agent.model)}\n---\nx\n")
    return name


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _write(path: Path, text: str) -> None:
    files.write(path, text.encode(), durable=False)
