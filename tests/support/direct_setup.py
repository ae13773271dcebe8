"""Homes with profiles of the Anthropic API and of subscriptions, examined against the lab."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ccsetup.doctor.report import Report
from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from ccsetup.profile.profile import Profile
from tests.support.examined import a_profile, examined

PINS = {"opus": "claude-opus-5-5", "sonnet": "claude-sonnet-5-5", "haiku": "claude-haiku-5-5"}
KEY, TOKEN = "sk-ant-api03-lab-console-AAAA", "sk-ant-oat01-lab-subscriber-AAAA"
ORGANIZATION = "3f1c6f0e-0000-4000-8000-00000000c0de"
LOGIN = ".claude/.credentials.json"
SETTINGS = ".claude/settings.json"
DEAD = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Mutation:
    """What is different from a healthy profile of the surface, and the one root that must be found."""

    root: str
    surface: str = "api-key"
    secret: str = ""
    set: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def refused(status: int, code: str, message: str, **details: str) -> tuple[Fault, ...]:
    return (Fault(Error(status, code, message, details), "anthropic", "ListModels"),)


@pytest.fixture(scope="module")
def furnished(running: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("template") / "home"
    home.mkdir()
    running.environment(home)
    return home


@pytest.fixture
def home(furnished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(furnished, tmp_path / "home")


@dataclass(frozen=True)
class Setup:
    """A home, and how profiles are examined in it."""

    lab: Lab
    home: Path

    def profile(self, mutation: Mutation) -> Profile:
        named = {"api-key": ("key", KEY), "subscription": ("oauth_token", TOKEN)}[mutation.surface]
        file = self.home / f"secret-{len(list(self.home.glob('secret-*')))}"
        file.touch(0o600)
        file.write_text(mutation.secret or named[1])
        answers = {named[0]: f"file:{file}"}
        env = {}
        if mutation.surface == "api-key":
            answers["base_url"] = self.lab.url
        else:
            env["ANTHROPIC_BASE_URL"] = self.lab.url
        answers |= {name: text.replace("{lab}", self.lab.url) for name, text in mutation.set.items()}
        models = {**PINS, **mutation.models}
        return a_profile(mutation.surface, set=answers, models=models, env=env, expect=mutation.expect)

    def look(self, profile: Profile, **environment: str) -> Report:
        return self.all({"p": profile}, **environment)["p"]

    def all(self, profiles: Mapping[str, Profile], **environment: str) -> dict[str, Report]:
        return examined(self.home, {"HOME": str(self.home), "PATH": os.defpath, **environment}, profiles)

    def helper(self, command: str, file: str = SETTINGS) -> Report:
        """An api-key profile that leaves the key to this helper of a settings file."""
        path = self.home / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"apiKeyHelper": command}))
        return self.look(a_profile("api-key", set={"base_url": self.lab.url}, models=PINS))

    def login(self, **changes: object) -> Report:
        """A subscription without a token of its own, whose login has changed like this."""
        path = self.home / LOGIN
        held = json.loads(path.read_text())["claudeAiOauth"]
        path.write_text(json.dumps({"claudeAiOauth": {**held, **changes}}))
        return self.look(a_profile("subscription", set={"plan": "max-20x"}, env={"ANTHROPIC_BASE_URL": self.lab.url}))


@pytest.fixture
def workspace(lab: Lab, home: Path) -> Setup:
    return Setup(lab, home)
