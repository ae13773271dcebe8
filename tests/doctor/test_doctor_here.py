"""Doctor without profiles: what Claude Code would use in this shell and folder, as the real client does."""

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ccsetup.lab.lab import Lab
from ccsetup.lab.world import default
from tests.support.client_runner import CLIENTS, find_client, require_client, run_client
from tests.support.program import Done, Program
from tests.support.selection import examples
from tests.support.warm import Warm

BODY = "CLAUDE_CODE_EXTRA_BODY"
GOOD, BAD = "sk-ant-api03-lab-console-AAAA", "sk-ant-api03-lab-nope-AAAA"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(default().on(datetime.datetime.now(datetime.UTC).date())) as lab:
        yield lab


@pytest.fixture
def shell(program: Program, lab: Lab) -> Program:
    environment = dict(lab.environment(program.home))
    del environment["ANTHROPIC_BASE_URL"]
    return Warm(program.home, environment)


def model(id_: object) -> str:
    """Fields that the client adds to each request body."""
    return json.dumps({"model": id_})


def worlds(lab: Lab) -> Mapping[str, tuple[dict[str, str], str | None]]:
    """Variables of a shell, and doctor's root cause in it."""
    bedrock = {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": "us-east-1",
        "ANTHROPIC_BEDROCK_BASE_URL": lab.base_urls["bedrock"],
    }
    key = {"ANTHROPIC_BASE_URL": lab.base_urls["api-key"]}
    vertex = {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "CLOUD_ML_REGION": "global",
        "ANTHROPIC_VERTEX_BASE_URL": lab.base_urls["vertex"],
    }
    return {
        "key": ({**key, "ANTHROPIC_API_KEY": GOOD}, None),
        "bad-key": ({**key, "ANTHROPIC_API_KEY": BAD}, "api-key-rejected"),
        "bedrock": ({**bedrock, "AWS_PROFILE": "my-prod"}, None),
        "body-listed": (
            {**bedrock, "AWS_PROFILE": "my-prod", BODY: model("us.anthropic.claude-haiku-4-5-20251001-v1:0")},
            None,
        ),
        "body-of-anthropic": (
            {**bedrock, "AWS_PROFILE": "my-prod", BODY: model("claude-haiku-4-5-20251001")},
            "bedrock-model-id-invalid",
        ),
        "body-unlisted": ({**key, "ANTHROPIC_API_KEY": GOOD, BODY: model("opus")}, "api-model-not-found"),
        "body-number": ({**key, "ANTHROPIC_API_KEY": GOOD, BODY: model(5)}, "api-model-not-found"),
        "stale": ({**bedrock, "AWS_PROFILE": "stale"}, "aws-token-expired"),
        "vertex": ({**vertex, "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml"}, None),
        "vertex-denied": ({**vertex, "ANTHROPIC_VERTEX_PROJECT_ID": "acme-lab"}, "gcp-project-invalid"),
    }


WORLDS = (
    *("key", "bad-key", "bedrock", "stale", "vertex", "vertex-denied"),
    *("body-listed", "body-of-anthropic", "body-unlisted", "body-number"),
)


def report(done: Done) -> dict[str, Any]:
    (found,) = json.loads(done.out)["profiles"]
    assert found["profile"] is None
    return dict(found)


@pytest.mark.parametrize("name", examples(WORLDS, "stale"))
def test_verdict_is_what_the_real_client_meets(shell: Program, lab: Lab, name: str, tmp_path: Path) -> None:
    variables, root = worlds(lab)[name]
    found = report(shell.run("doctor", "--json", environment=variables))
    assert found["root"] == root, found["findings"]
    assert found["verdict"] in (("ok", "warning") if root is None else ("error",))
    if "CLOUD_ML_REGION" in variables:
        return  # the client gets a user's token from Google's own host alone
    environment = {**shell.extra, **variables}
    ran = run_client("claude -p hello", home=shell.home, cwd=tmp_path, environment=environment)
    assert (ran.exit_code == 0) == (root is None), (ran.stdout, ran.stderr)
    if root is not None:
        explained = shell.run("explain", "-", "--surface", found["surface"], "--json", stdin=ran.stdout + ran.stderr)
        assert root in [match["check"] for match in json.loads(explained.out)["matches"]], ran.stdout


def test_text_says_what_is_used_who_pays_and_what_to_do_next(shell: Program, lab: Lab) -> None:
    variables, _ = worlds(lab)["bedrock"]
    done = shell.run("doctor", environment=variables)
    assert done.code == 0, done.out
    for words in ("Amazon Bedrock", "billed to", "AWS profile my-prod", "us-east-1", "us.anthropic.claude-opus"):
        assert words in done.out
    assert "$ ccsetup init NAME --from-env" in done.out
    assert "profile this shell" not in done.out
    assert "permission" in [word.strip(", ") for word in done.out.split()]


def test_step_after_an_error_is_to_fix_it_and_check_again(shell: Program, lab: Lab) -> None:
    done = shell.run("doctor", environment=worlds(lab)["bad-key"][0])
    assert done.code == 1
    assert "rejected the API key of this shell" in done.out
    assert "$ ccsetup doctor --here" in done.out
    assert "ccsetup key" not in done.out  # there is no profile that could hold one


def test_nothing_set_up_leads_to_init(program: Program) -> None:
    done = program.run("doctor")
    assert done.code == 1
    assert "not found" in done.out
    assert "$ ccsetup init\n" in done.out
    assert report(program.run("doctor", "--json"))["root"] is not None


def test_here_leaves_the_profiles_out(shell: Program, lab: Lab) -> None:
    shell.bedrock()
    found = report(shell.run("doctor", "--here", "--json", environment=worlds(lab)["bad-key"][0]))
    assert found["root"] == "api-key-rejected"
    assert [one["profile"] for one in json.loads(shell.run("doctor", "--json").out)["profiles"]] == ["bedrock-prod"]
    assert "$ ccsetup doctor\n" in shell.run("doctor", "--here").out
    assert shell.run("doctor", "--here", "bedrock-prod").code == 2


def test_settings_file_decides(shell: Program, lab: Lab) -> None:
    variables, _ = worlds(lab)["bedrock"]
    (shell.home / ".claude").mkdir(exist_ok=True)
    (shell.home / ".claude" / "settings.json").write_text(json.dumps({"env": variables}))
    done = shell.run("doctor")
    assert done.code == 0, done.out
    assert "AWS profile my-prod" in done.out
    assert "--from-settings" in done.out


def test_no_credential_follows_a_project_file(shell: Program, lab: Lab, tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    moved = {"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9/evil"}}
    (tmp_path / ".claude" / "settings.json").write_text(json.dumps(moved))
    variables, _ = worlds(lab)["key"]
    found = report(shell.run("doctor", "--json", cwd=tmp_path, environment=variables))
    assert found["verdict"] == "unknown", found
    assert any("ANTHROPIC_BASE_URL" in broken["reason"] for broken in found["broken"])


def test_setting_that_claude_code_asks_others_for_is_unknown(shell: Program, lab: Lab) -> None:
    variables = {**worlds(lab)["vertex"][0], "ANTHROPIC_VERTEX_PROJECT_ID": ""}
    (shell.home / ".config" / "gcloud" / "application_default_credentials.json").unlink()
    done = shell.run("doctor", "--json", environment=variables)
    found = report(done)
    assert (done.code, found["verdict"]) == (3, "unknown")
    assert "ANTHROPIC_VERTEX_PROJECT_ID" in found["broken"][0]["reason"]


def test_provider_without_an_address_is_unknown(shell: Program) -> None:
    done = shell.run("doctor", "--json", environment={"CLAUDE_CODE_USE_FOUNDRY": "1"})
    (broken,) = report(done)["broken"]
    assert done.code == 3
    assert "ANTHROPIC_FOUNDRY_RESOURCE" in broken["reason"]


def test_token_without_a_base_url_is_tried_at_anthropic(shell: Program) -> None:
    found = report(shell.run("doctor", "--json", environment={"ANTHROPIC_AUTH_TOKEN": GOOD}))
    assert found["root"] == "proxy-refused"
    assert "api.anthropic.com" in [finding["facts"].get("host") for finding in found["findings"]]


def test_command_of_a_settings_file_prints_the_key(shell: Program, lab: Lab) -> None:
    (shell.home / ".claude").mkdir(exist_ok=True)
    (shell.home / ".claude" / "settings.json").write_text(json.dumps({"apiKeyHelper": f"echo {GOOD}"}))
    moved = {"ANTHROPIC_BASE_URL": lab.base_urls["api-key"]}
    found = report(shell.run("doctor", "--json", environment=moved))
    assert found["verdict"] == "warning"  # the login is overridden
    assert {"key-helper", "listing", "pins"} <= {*found["passed"]}


@pytest.mark.thorough
def test_login_is_tried_by_the_client_itself(shell: Program, lab: Lab) -> None:
    path = f"{require_client().parent}:{shell.environment['PATH']}"
    moved = {"ANTHROPIC_BASE_URL": lab.base_urls["api-key"], "PATH": path}
    done = shell.run("doctor", "--live", "--json", environment=moved)
    assert report(done)["verdict"] == "ok", done.out
    assert "runs Claude Code once for this shell" in done.err


def test_node_that_runs_the_client_is_named(shell: Program) -> None:
    client = find_client(CLIENTS["one-year"])
    if client is None or client.name != "claude":
        pytest.skip("the client of a year ago is not installed")
    path = f"{client.parent}:{shell.environment['PATH']}"
    done = shell.run("doctor", "--offline", environment={"PATH": path})
    assert "on Node.js v" in done.out or "no Node.js" in done.out


@pytest.mark.parametrize("format_", ["junit", "markdown"])
def test_other_formats_have_this_shell_too(shell: Program, lab: Lab, format_: str) -> None:
    done = shell.run("doctor", "--format", format_, environment=worlds(lab)["key"][0])
    assert "this shell" in done.out


def test_two_addresses_of_foundry_are_no_set_up_that_works(shell: Program) -> None:
    """Claude Code refuses them together, whatever answers at either."""
    both = {"ANTHROPIC_FOUNDRY_RESOURCE": "res", "ANTHROPIC_FOUNDRY_BASE_URL": "https://gw.example.com/anthropic"}
    environment = {"CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_API_KEY": "k", **both}
    found = report(shell.run("doctor", "--json", environment=environment))
    assert (found["verdict"], found["root"]) == ("error", "foundry-two-addresses")
    assert all(name in found["findings"][0]["title"] for name in both)
    said = json.loads(shell.run("status", "--json", environment=environment).out)
    assert [one["check"] for one in said["findings"]] == ["foundry-two-addresses"]


def test_set_up_that_lacks_a_setting_is_unknown_and_says_what_to_set(shell: Program) -> None:
    done = shell.run("doctor", "--here", environment={"CLAUDE_CODE_USE_FOUNDRY": "1"})
    assert (done.code, "this shell: unknown" in done.out, "unreadable" in done.out) == (3, True, False)
    assert "ANTHROPIC_FOUNDRY_RESOURCE" in done.out
    assert "set it, or make a profile" in done.out
