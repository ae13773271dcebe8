"""A copy of what the client reads of the user's files, in a private folder, without secrets and without network.

The profile's environment and what the settings files say are copied, for they decide where the client goes; hooks,
servers, plugins and permissions are not, for they would run something.
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
from ccsetup.knowledge import secret_shapes
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile.environment import EnvironmentChange, apply_change
from ccsetup.providers.google import config_files
from ccsetup.providers.google.credentials import credentials_file
from ccsetup.system import files
from ccsetup.system.secret import Secret
from ccsetup.system.system import System
from ccsetup.trace import logins
from ccsetup.trace.recorder.answers import ACCESS_TOKEN
from ccsetup.trace.stand_ins import StandIns

_HOSTS = ("PATH", "LANG", "LC_ALL", "TERM", "SystemRoot", "COMSPEC", "PATHEXT")  # no program starts without
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
    """`environment` is all that the client gets, `folder` where it works; `settings` is for its `--settings`."""

    environment: Mapping[str, str]
    folder: Path
    settings: str
    stand_ins: StandIns


@dataclass(slots=True)
class _Copying:
    root: Path
    system: System  # with the environment that the profile gives
    change: EnvironmentChange
    knowledge: Knowledge
    stand_ins: StandIns
    credentials: dict[str, Path] = field(default_factory=dict)
    layers: int = 0  # settings files whose AWS files were copied

    def carries(self, name: str) -> bool:
        return bool(_THEIRS.match(name)) and not self.knowledge.is_escape(name)

    def value(self, name: str, value: str, source: str) -> str:
        """The variable's value as the client may have it."""
        whose = f"{name} of {source}"
        if secret_shapes.mask({name: value})[name] != value:
            return self.stand_ins.of(value, whose)
        if name == "GOOGLE_APPLICATION_CREDENTIALS" and value:
            return str(self.google(Path(value)))
        if name == "ANTHROPIC_CUSTOM_HEADERS":
            return self.stand_ins.headers(value, whose)
        if name == "AWS_ACCESS_KEY_ID" and value:
            self.stand_ins.known(value, f"{value[:4]}…{value[-4:]}, {whose}")
            return value
        if value and (self.knowledge.is_secret(name) or _SECRET.search(name)):
            return self.stand_ins.of(value, whose)
        return _USERINFO.sub("stand-in", value)

    def google(self, path: Path) -> Path:
        """The copy of a credentials file; what is not there stays so."""
        if str(path) not in self.credentials and path.is_file():
            made = self.root / f"google-{len(self.credentials)}.json"
            files.write(made, logins.google_file(path, self.stand_ins).encode(), durable=False)
            self.credentials[str(path)] = made
        return self.credentials.get(str(path), path)

    def aws_files(self, layer: Layer) -> dict[str, str]:
        """Copies of the AWS files that a settings file leads to, by their names or by another home."""
        named = {name: str(self.system.cwd / layer.env[name]) for name in AWS_FILES if layer.env.get(name)}
        moved = layer.env.get("HOME")
        if not named and not moved:
            return {}
        shell = self.system.environment
        files_ = {**{name: shell[name] for name in AWS_FILES if shell.get(name)}, **named}
        home = Path(moved) if moved else self.system.home
        there = replace(self.system, environment={**shell, **files_}, home=home)
        own, self.layers = dict(self.stand_ins.aws), self.layers + 1  # whose keys the profile's are stays
        text = logins.aws_config(there, self.stand_ins, first=1000 * self.layers)
        self.stand_ins.aws = own
        config, credentials = (self.root / f"aws-{kind}-{self.layers}" for kind in ("config", "credentials"))
        _write(config, text)
        _write(credentials, "")
        return dict(zip(AWS_FILES, (str(config), str(credentials)), strict=True))

    def settings(self, layer: Layer) -> dict[str, object]:
        """What a settings file says of where to go, its commands replaced by ones that print stand-ins."""
        content = layer.content
        source = str(layer.path)
        kept: dict[str, object] = {line: content[line] for line in _LINES if line in content}
        env = {name: self.value(name, value, source) for name, value in layer.env.items() if self.carries(name)}
        kept["env"] = {**env, **self.aws_files(layer)}
        helper = content.get("apiKeyHelper")
        if helper:
            key = self.stand_ins.made("stand-in-for-the-helper-of-" + layer.name, f"apiKeyHelper of {source}")
            if is_helper(helper, self.change.profile):  # what `ccsetup apply` wrote prints the profile's own secret
                secrets = [value for value in self.change.values.values() if isinstance(value, Secret)]
                key = self.stand_ins.of(secrets[0].reveal(), "the profile") if secrets else key
            kept["apiKeyHelper"] = f"echo {key}"
        if content.get("awsCredentialExport"):
            key = self.stand_ins.made("ASIASTANDINEXPORT000", f"awsCredentialExport of {source}")
            made = {"AccessKeyId": key, "SecretAccessKey": "stand-in", "SessionToken": "stand-in"}
            kept["awsCredentialExport"] = f"echo '{json.dumps({'Credentials': made})}'"
        return kept


def is_carried(name: str, knowledge: Knowledge) -> bool:
    """Whether the traced client gets the variable `name` of a settings file, or a copy of what it leads to."""
    return name in AWS_FILES or (bool(_THEIRS.match(name)) and not knowledge.is_escape(name))


def build(
    root: Path, change: EnvironmentChange, layers: tuple[Layer, ...], knowledge: Knowledge, system: System
) -> Replica:
    """Make the copy below `root`, a private folder that the caller removes."""
    environment = apply_change(change.with_strays(system.environment), system.environment)
    there = replace(system, environment=environment)
    stand_ins = StandIns(os.urandom(16))
    stand_ins.known(ACCESS_TOKEN, "a token that Google gave for the sign-in")
    copy = _Copying(root, there, change, knowledge, stand_ins)
    config, work, home = root / "config", root / "work", root / "home"
    for folder in (config, work / ".claude", home, root / "tmp"):
        files.private_folder(folder)
    ours = {name for name, value in change.values.items() if value is not None}
    child = {name: environment[name] for name in _HOSTS if name in environment}
    for name in sorted(environment, key=lambda name: name not in ours):  # the profile's own words for a shared secret
        if copy.carries(name):
            source = f"profile {change.profile}" if name in ours else "the environment"
            child[name] = copy.value(name, environment[name], source)
    _settings(copy, layers, config, work)
    _write(root / "aws-config", logins.aws_config(there, stand_ins))
    _write(root / "aws-credentials", "")
    folder = Path(environment.get("CLAUDE_CONFIG_DIR") or system.home / ".claude")
    held = logins.login(folder, stand_ins, shown=str(folder))
    if held is None and sys.platform == "darwin":
        held = logins.made_login(stand_ins, "the login in the keychain")
    if held is not None:
        _write(config / ".credentials.json", held)
    if not child.get("GOOGLE_APPLICATION_CREDENTIALS"):
        named = credentials_file(environment, system.home)
        child |= {"GOOGLE_APPLICATION_CREDENTIALS": str(copy.google(named))} if named else {}
    child |= _by_the_machine(child, environment, stand_ins)
    child["PATH"] = os.pathsep.join((str(_gcloud(root / "bin", there)), child.get("PATH", os.defpath)))
    child |= _QUIET | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(root / "tmp"),
        "CLAUDE_CONFIG_DIR": str(config),
        "AWS_CONFIG_FILE": str(root / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(root / "aws-credentials"),
    }
    return Replica(child, work, json.dumps({"skipWebFetchPreflight": True, "disableAllHooks": True}), stand_ins)


def _by_the_machine(child: Mapping[str, str], environment: Mapping[str, str], stand_ins: StandIns) -> dict[str, str]:
    """Stand-ins where the client would sign in by asking the machine or another program."""
    made = {}
    if child.get("CLAUDE_CODE_USE_FOUNDRY") and not any(
        child.get(f"ANTHROPIC_FOUNDRY_{credential}") for credential in ("API_KEY", "AUTH_TOKEN")
    ):
        made["ANTHROPIC_FOUNDRY_AUTH_TOKEN"] = stand_ins.made("stand-in-for-azure", "Azure's own sign-in")
    chosen = child.get("AWS_PROFILE") or child.get("AWS_ACCESS_KEY_ID")
    container = any(name.startswith(("AWS_CONTAINER_", "AWS_WEB_IDENTITY_")) for name in environment)
    if not chosen and (container or _on_amazon()):
        made["AWS_ACCESS_KEY_ID"] = stand_ins.made("ASIASTANDINMACHINE00", "the role of this machine")
        made["AWS_SECRET_ACCESS_KEY"] = "stand-in"  # noqa: S105 - nobody's
    return made


def _gcloud(folder: Path, there: System) -> Path:
    """A folder with a `gcloud` that knows the same project. Seen: for want of a project the client runs the user's, and
    that for seconds."""
    active = next((one.project for one in config_files.configurations(there, []) if one.active), None)
    project = there.environment.get("CLOUDSDK_CORE_PROJECT") or active
    core = {"core": {"project": project} if project else {}}
    said = json.dumps({"configuration": {"properties": core}})
    files.private_folder(folder)
    files.write(folder / "gcloud", f"#!/bin/sh\necho {shlex.quote(said)}\n".encode(), mode=0o700, durable=False)
    return folder


def _on_amazon() -> bool:
    try:
        return Path("/sys/class/dmi/id/sys_vendor").read_text().startswith("Amazon")
    except OSError:
        return False


def _settings(copy: _Copying, layers: tuple[Layer, ...], config: Path, work: Path) -> None:
    """The user's, project's and local files; of two local ones the stronger comes first in `layers`."""
    places = {
        "user": config / "settings.json",
        "project": work / ".claude" / "settings.json",
        "local": work / ".claude" / "settings.local.json",
        "global": config / ".claude.json",
    }
    merged: dict[str, dict[str, object]] = {}
    for layer in reversed(layers):
        if layer.name in places:
            before, now = merged.get(layer.name, {}), copy.settings(layer)
            if layer.agent is not None:
                now["agent"] = _agent(layer.agent, f"{layer.name}-{len(merged)}", work)
            merged[layer.name] = {**before, **now, "env": {**_mapping(before.get("env")), **_mapping(now["env"])}}
    for name, content in merged.items():
        _write(places[name], json.dumps(content))


def _agent(agent: Agent, name: str, work: Path) -> str:
    """The name of an agent that does nothing but ask for that model."""
    folder = work / ".claude" / "agents"
    files.private_folder(folder)
    _write(folder / f"{name}.md", f"---\nname: {name}\ndescription: x\nmodel: {json.dumps(agent.model)}\n---\nx\n")
    return name


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _write(path: Path, text: str) -> None:
    files.write(path, text.encode(), durable=False)
