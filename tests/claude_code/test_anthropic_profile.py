"""Which profile of Anthropic's own tools signs, in each place and beside a login: as seen with Claude Code 2.1.332."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.claude_code.anthropic_profile import signing_profile
from tests.support.program import Program

OAUTH = {"authentication": {"type": "user_oauth"}, "base_url": " https://gw.example.com "}
FEDERATION = {"authentication": {"type": "oidc_federation", "federation_rule_id": "fdrl_1"}}
TOKEN = {"access_token": "sk-ant-oat01-someone", "refresh_token": "r"}


def signed_in(folder: Path, name: str, config: object = OAUTH, token: object = TOKEN) -> None:
    for kind, content in (("configs", config), ("credentials", token)):
        file = folder / kind / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        if content is not None:
            file.write_text(json.dumps(content))


def signer(home: Path, environment: Mapping[str, str], *, has_login: bool = False) -> str | None:
    profile = signing_profile(environment, home, has_login=has_login)
    return profile.name if profile else None


def test_default_profile_signs_where_no_login_does(tmp_path: Path) -> None:
    signed_in(tmp_path / ".config" / "anthropic", "default")
    assert signer(tmp_path, {}) == "default"
    assert signer(tmp_path, {}, has_login=True) is None
    found = signing_profile({}, tmp_path, has_login=False)
    assert found is not None
    assert found.base_url == "https://gw.example.com"


def test_named_profile_and_federation_come_before_a_login(tmp_path: Path) -> None:
    signed_in(tmp_path / ".config" / "anthropic", "work")
    assert signer(tmp_path, {}) is None
    assert signer(tmp_path, {"ANTHROPIC_PROFILE": " work "}, has_login=True) == "work"
    signed_in(tmp_path / ".config" / "anthropic", "default", FEDERATION, None)
    assert signer(tmp_path, {}, has_login=True) == "default"


def test_active_profile_is_taken(tmp_path: Path) -> None:
    signed_in(tmp_path / ".config" / "anthropic", "work")
    (tmp_path / ".config" / "anthropic" / "active_config").write_text("work\n")
    assert signer(tmp_path, {}) == "work"


@pytest.mark.parametrize(
    ("folder", "variable", "value"),
    [("own", "ANTHROPIC_CONFIG_DIR", "own"), ("xdg/anthropic", "XDG_CONFIG_HOME", "xdg")],
)
def test_profiles_elsewhere_are_found(tmp_path: Path, folder: str, variable: str, value: str) -> None:
    signed_in(tmp_path / folder, "default")
    assert signer(tmp_path, {variable: str(tmp_path / value)}) == "default"
    assert signer(tmp_path, {}) is None


@pytest.mark.parametrize(
    ("config", "token"), [(OAUTH, None), ({}, TOKEN), ([], TOKEN), ({"authentication": {"type": "x"}}, TOKEN)]
)
def test_profile_without_a_credential_is_passed_over(tmp_path: Path, config: object, token: object) -> None:
    signed_in(tmp_path / ".config" / "anthropic", "work", config, token)
    assert signer(tmp_path, {"ANTHROPIC_PROFILE": "work"}) is None


def test_status_doctor_and_adoption_name_it(program: Program) -> None:
    signed_in(program.home / ".config" / "anthropic", "default")
    status = json.loads(program.run("status", "--json").out)
    assert (status["identity"], status["surface"], status["host"]) == (
        "anthropic-profile: default",
        "api-key",
        "gw.example.com",
    )
    assert json.loads(program.run("doctor", "--here", "--offline", "--json").out)["profiles"][0]["verdict"] == "unknown"
    program.init("mine", "subscription", plan="max-20x")
    found = json.loads(program.run("doctor", "mine", "--offline", "--json").out)["profiles"][0]
    assert found["root"] == "anthropic-profile-signs"
    refused = program.run("init", "adopted", "--from-env", "--yes")
    assert refused.code == 2
    assert not (program.home / ".config" / "ccsetup" / "profiles" / "adopted.toml").exists()
