"""No secret of any kind, wherever it stands, is in a report, a scope or a comparison, or is kept by them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ccsetup.lab.lab import Lab
from tests.support.priced_world import OPUS, bedrock, here, lab, running
from tests.support.program import Program
from tests.support.transcripts import answer
from tests.system.test_canary import Canary

__all__ = ["here", "lab", "running"]
Place = Callable[[Program, Lab, Canary], dict[str, str]]
"""Puts the canary there; returns what the environment needs."""


def private(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


def key_in_a_variable(here: Program, _lab: Lab, canary: Canary) -> dict[str, str]:
    here.init("p", "api-key", key="env:WORK_KEY", **{"models.opus": "claude-opus-5-5"})
    return {"WORK_KEY": canary.key}


def token_in_a_file(here: Program, lab: Lab, canary: Canary) -> dict[str, str]:
    here.init("p", "gateway", base_url=lab.base_urls["api-key"], key=f"file:{canary.file}")
    return {}


def header_in_a_variable(here: Program, lab: Lab, canary: Canary) -> dict[str, str]:
    here.init("p", "gateway", base_url=lab.base_urls["api-key"], key="env:LAB_KEY", headers="env:WORK_HEADERS")
    return {"WORK_HEADERS": f"X-Team-Token: {canary.key}"}


def bearer_token(here: Program, _lab: Lab, canary: Canary) -> dict[str, str]:
    here.init("p", "bedrock", region="us-east-1", bearer_token="env:WORK_BEARER", **{"models.opus": OPUS})
    return {"WORK_BEARER": f"ABSK{canary.key}"}


def aws_secret_key(here: Program, _lab: Lab, canary: Canary) -> dict[str, str]:
    path = here.home / ".aws" / "credentials"
    lines = f"\n[leaky]\naws_access_key_id = AKIA{canary.middle[:16].upper()}\naws_secret_access_key = {canary.key}\n"
    private(path, (path.read_text() if path.exists() else "") + lines)
    bedrock(here, OPUS, name="p", aws_profile="leaky")
    return {}


def credential_process(here: Program, _lab: Lab, canary: Canary) -> dict[str, str]:
    path = here.home / ".aws" / "config"
    text = path.read_text() if path.exists() else ""
    private(path, f"{text}\n[profile leaky]\ncredential_process = sh -c 'echo {canary.key} >&2; exit 3'\n")
    bedrock(here, OPUS, name="p", aws_profile="leaky")
    return {}


def key_helper(here: Program, _lab: Lab, canary: Canary) -> dict[str, str]:
    private(here.home / ".claude" / "settings.json", json.dumps({"apiKeyHelper": f"echo {canary.key}"}))
    here.init("p", "subscription", plan="pro")
    return {}


def service_account(here: Program, _lab: Lab, canary: Canary) -> dict[str, str]:
    document = {
        "type": "service_account",
        "private_key": f"-----BEGIN PRIVATE KEY-----\n{canary.key}\n",
        "client_email": "a@b.c",
    }
    path = private(here.home / "account.json", json.dumps(document))
    here.init("p", "vertex", project="acme-ml", location="global", credentials_file=str(path))
    return {}


def proxy_with_a_password(here: Program, lab: Lab, canary: Canary) -> dict[str, str]:
    bedrock(here, OPUS, name="p")
    return {"HTTPS_PROXY": lab.url.replace("://", f"://ada:{canary.key}@")}


def url_with_a_password(here: Program, lab: Lab, canary: Canary) -> dict[str, str]:
    bedrock(here, OPUS, name="p")
    return {"ANTHROPIC_BEDROCK_BASE_URL": lab.url.replace("://", f"://ada:{canary.key}@")}


def prompts_and_tool_results(here: Program, _lab: Lab, canary: Canary) -> dict[str, str]:
    bedrock(here, OPUS, name="p")
    said = {"role": "user", "content": f"my key is {canary.key}"}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": canary.key}]}
    used = [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": f"curl -H {canary.key}"}}]
    rows = [
        {"type": "user", "message": said, "uuid": "u1", "sessionId": "s1", "cwd": "/home/ada/repo"},
        answer("msg_bdrk_01", 10, (10, 0, 0, 0, 5), model=OPUS, content=used),
        {"type": "user", "message": result, "uuid": "u2", "sessionId": "s1", "cwd": "/home/ada/repo"},
        answer("msg_bdrk_02", 20, (10, 0, 0, 0, 5), model=OPUS),
    ]
    path = here.home / ".claude" / "projects" / "-home-ada-repo" / "s1.jsonl"
    private(path, "".join(json.dumps(row) + "\n" for row in rows))
    return {}


PLACES: tuple[Place, ...] = (
    key_in_a_variable,
    token_in_a_file,
    header_in_a_variable,
    bearer_token,
    aws_secret_key,
    credential_process,
    key_helper,
    service_account,
    proxy_with_a_password,
    url_with_a_password,
    prompts_and_tool_results,
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_no_secret_is_shown_or_kept(here: Program, lab: Lab, tmp_path: Path, place: Place) -> None:
    canary = Canary(tmp_path / "outside")
    environment = place(here, lab, canary)
    page = tmp_path / "pages" / "team.html"
    page.parent.mkdir()
    for words in (
        ("report", "--html", str(page)),
        ("report", "--json"),
        ("scope", "p"),
        ("scope", "p", "--json"),
        ("quota", "p", "--json"),
        ("prices", "p", "--json", "--debug"),
        ("cost", "--json"),
        ("choose", "--debug"),
        ("choose", "--json", "--need", "residency=us"),
    ):
        done = here.run(*words, environment=environment)
        assert "Traceback" not in done.err
        assert not canary.sings((done.out + done.err).encode(errors="surrogateescape")), words
    assert page.exists()
    canary.search(page.parent)
    for folder in (".config/ccsetup", ".cache/ccsetup", ".local/state/ccsetup"):
        canary.search(here.home / folder)
