"""Federation, an Anthropic profile, and what comes before them: `status` says who the client's token is from."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ccsetup.lab.lab import Lab
from ccsetup.lab.world import default
from tests.support.client_runner import run_client
from tests.support.program import Program

RULE = "fdrl_01ABCDEFGHJKLMNPQRSTUVWX"
FEDERATION = {
    "ANTHROPIC_FEDERATION_RULE_ID": RULE,
    "ANTHROPIC_ORGANIZATION_ID": "00000000-0000-4000-8000-000000000001",
    "ANTHROPIC_IDENTITY_TOKEN": "e30.e30.c2ln",
}
WORK = {"ANTHROPIC_PROFILE": "work"}
HEADER = {"ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer sk-ant-oat01-lab-header-0003"}
KEY = "sk-ant-api03-lab-console-AAAA"
LOGIN = {
    "accessToken": "sk-ant-oat01-lab-subscriber-AAAA", "refreshToken": "r", "expiresAt": 4_070_908_800_000,
    "scopes": ["user:inference", "user:profile"], "subscriptionType": "max",
}  # fmt: skip
SECRETS = {
    "federation": "sk-ant-oat01-lab-federated-0001",
    "anthropic-profile": "sk-ant-oat01-lab-profile-0002",
    "claude-login": LOGIN["accessToken"],
    "api-key": KEY,
}
CASES: Mapping[str, tuple[str, Mapping[str, str], tuple[str, ...]]] = {
    "alone": ("federation", FEDERATION, ()),
    "over a login": ("federation", FEDERATION, ("login",)),
    "over the default profile": ("federation", FEDERATION, ("default",)),
    "under a named profile": ("anthropic-profile", {**FEDERATION, **WORK}, ("work",)),
    "under a named profile, with a login": ("anthropic-profile", {**FEDERATION, **WORK}, ("work", "login")),
    "under a name without a profile": ("none", {**FEDERATION, **WORK}, ()),
    "under a name without a profile, with a login": ("claude-login", {**FEDERATION, **WORK}, ("login",)),
    "beside a blank name": ("federation", {**FEDERATION, "ANTHROPIC_PROFILE": " "}, ("work",)),
    "under a key": ("api-key", {**FEDERATION, "ANTHROPIC_API_KEY": KEY}, ()),
    "with a blank rule": ("claude-login", {**FEDERATION, "ANTHROPIC_FEDERATION_RULE_ID": " "}, ("login",)),
    "with a blank organization": ("claude-login", {**FEDERATION, "ANTHROPIC_ORGANIZATION_ID": " "}, ("login",)),
    "a key that is blank": ("federation", {**FEDERATION, "ANTHROPIC_API_KEY": " "}, ()),
    "rule of a project": ("none", {}, ("project ANTHROPIC_FEDERATION_RULE_ID",)),
    "organization of a project": ("none", {}, ("project ANTHROPIC_ORGANIZATION_ID",)),
    "profile of a project": ("none", {}, ("work", "project ANTHROPIC_PROFILE")),
    "beside a header": ("federation", {**FEDERATION, **HEADER}, ()),
    "beside a header, with a login": ("federation", {**FEDERATION, **HEADER}, ("login",)),
    "a profile beside a header": ("anthropic-profile", HEADER, ("default",)),
    "a named profile beside a header, with a login": ("anthropic-profile", {**WORK, **HEADER}, ("work", "login")),
    "a header that replaces a login": ("auth-token", HEADER, ("default", "login")),
    "rule of the user": ("federation", {}, ("user ANTHROPIC_FEDERATION_RULE_ID",)),
}


def furnish(home: Path, environment: Mapping[str, str], there: tuple[str, ...]) -> dict[str, str]:
    """Write the files; return the environment."""
    values = dict(environment)
    for one in there:
        kind, _, name = one.partition(" ")
        if kind == "login":
            _write(home / ".claude" / ".credentials.json", {"claudeAiOauth": LOGIN})
        elif kind in ("work", "default"):
            config = {"version": "1.0", "authentication": {"type": "user_oauth"}}
            token = {"version": "1.0", "type": "oauth_token", "access_token": SECRETS["anthropic-profile"]}
            folder = home / ".config" / "anthropic"
            _write(folder / "configs" / f"{kind}.json", config)
            _write(
                folder / "credentials" / f"{kind}.json", {**token, "expires_at": 4_070_908_800, "refresh_token": "r"}
            )
        else:
            known = FEDERATION if name != "ANTHROPIC_PROFILE" else WORK
            folder = home / ".claude" if kind == "user" else home / "work" / ".claude"
            _write(folder / "settings.json", {"env": {name: known[name]}})
            values |= {other: value for other, value in known.items() if other != name}
    return values


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    path.chmod(0o600)


@pytest.mark.parametrize("case", CASES)
def test_status_names_who_signs(program: Program, case: str) -> None:
    way, environment, there = CASES[case]
    (program.home / "work").mkdir()
    values = furnish(program.home, environment, there)
    document: Any = json.loads(program.run("status", "--json", environment=values, cwd=program.home / "work").out)
    assert document["identity"].partition(":")[0] == way
    shadowed = [one["facts"]["variable"] for one in document["findings"] if one["check"] == "login-shadowed"]
    assert shadowed == (["ANTHROPIC_FEDERATION_RULE_ID"] if way == "federation" and "login" in there else [])


@pytest.fixture(scope="module")
def federated() -> Iterator[Lab]:
    world = default()
    console = next(one for one in world.anthropic.login if one.name == "console")
    logins = (
        msgspec.structs.replace(console, name="federated", secret=SECRETS["federation"], federation=RULE),
        msgspec.structs.replace(console, name="profile", secret=SECRETS["anthropic-profile"]),
        msgspec.structs.replace(console, name="header", secret=HEADER["ANTHROPIC_CUSTOM_HEADERS"].split()[-1]),
    )
    anthropic = msgspec.structs.replace(world.anthropic, login=(*world.anthropic.login, *logins))
    with Lab(msgspec.structs.replace(world, anthropic=anthropic)) as lab:
        yield lab


@pytest.mark.client
@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES)
def test_client_signs_so(federated: Lab, tmp_path: Path, case: str) -> None:
    way, environment, there = CASES[case]
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    values = {**furnish(home, environment, there), "ANTHROPIC_BASE_URL": federated.base_urls["api-key"]}
    before = len(federated.requests)
    ran = run_client("claude -p hello", home=home, cwd=home / "work", environment=values)
    assert (ran.exit_code == 0) == (way != "none"), (ran.stdout, ran.stderr)
    names = {
        "federation": "federated",
        "anthropic-profile": "profile",
        "claude-login": "subscriber",
        "auth-token": "header",
        "api-key": "console",
    }
    signers = [one.identity for one in federated.requests[before:] if one.path.startswith("/v1/messages")]
    assert set(signers) <= {names.get(way)}
    assert bool(signers) == (way != "none")
