"""Doctor on keys that a helper prints, and on the login of a subscription."""

import contextlib
import json
import sys
import time
from pathlib import Path

import pytest

from tests.support.direct_setup import KEY, LOGIN, SETTINGS, Setup, furnished, home, workspace
from tests.support.examined import a_profile, slugs
from tests.support.warm import Warm

__all__ = ["furnished", "home", "workspace"]  # fixtures


# ------------------------------------------------------------------------------------------------------ the key helper


@pytest.mark.parametrize("has_login", [True, False])
def test_a_profile_without_a_key_and_without_a_helper_has_none(workspace: Setup, has_login: bool) -> None:
    """A login would sign, and its plan would be charged."""
    if not has_login:
        (workspace.home / LOGIN).unlink()
    report = workspace.look(a_profile("api-key", set={"base_url": workspace.lab.url}))
    assert slugs(report, "error") == ["api-key-missing"]


def test_a_gateway_without_a_token_is_unknown_where_a_login_signs(workspace: Setup) -> None:
    report = workspace.look(a_profile("gateway", set={"base_url": workspace.lab.url}))
    assert (report.verdict, slugs(report, "error")) == ("unknown", [])
    assert [one.check for one in report.broken] == ["accepted"]
    assert all("the login, which signs" in one.reason for one in report.broken)


def test_what_the_helper_prints_is_asked_with(workspace: Setup) -> None:
    report = workspace.helper(f"printf '%s\\n' {KEY}")
    assert (report.verdict, slugs(report)) == ("ok", [])
    assert {"key-helper", "listing", "pins"} <= {one.check for one in report.passed}
    assert KEY not in str(report)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("exit 7", "exit code 7"),
        ("/nowhere/helper", "exit code 127"),
        ("true", "it prints nothing"),
        ("echo two words", "it prints more than one word"),
        ("printf 'k\\303\\244y'", "it prints characters that are not printable ASCII"),
        (f"{sys.executable} -c \"print('x' * 16385)\"", "it prints more than 16384 characters"),
        ("yes sk-ant-api03-lab", "it prints more than 16384 characters"),
    ],
)
def test_helper_that_returns_no_key_is_the_root(workspace: Setup, command: str, reason: str) -> None:
    report = workspace.helper(command)
    (found,) = [one for one in report.findings if one.weight == "error"]
    assert (found.check, found.facts["reason"]) == ("key-helper-failing", reason)
    assert report.root == "key-helper-failing"


def test_a_helper_that_hangs_is_ended_with_all_it_started(workspace: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccsetup.doctor.probes.key_helper.SECONDS", 1)
    report = workspace.helper("sleep 4711 & sleep 4711")
    assert [one.facts["reason"] for one in report.findings if one.weight == "error"] == ["no answer within 1 seconds"]
    until = time.monotonic() + 5
    while (left := _running(b"sleep\x004711\x00")) and time.monotonic() < until:
        time.sleep(0.05)
    assert not left


def _running(words: bytes) -> list[Path]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # ended meanwhile
            found += [path] if path.read_bytes() == words else []
    return found


@pytest.mark.parametrize("file", ["settings.json", "settings.local.json"])
def test_a_helper_of_a_project_is_never_run(workspace: Setup, file: str) -> None:
    project = workspace.home / "project"
    (project / ".claude").mkdir(parents=True)
    (project / ".claude" / file).write_text(json.dumps({"apiKeyHelper": f"touch {project}/ran; echo {KEY}"}))
    program = Warm(workspace.home)
    program.init("work", "api-key", base_url=workspace.lab.url)
    done = program.run("doctor", "work", "--json", cwd=project)
    (report,) = json.loads(done.out)["profiles"]
    assert not (project / "ran").exists()
    assert any("does not run" in one["reason"] for one in report["skipped"])


def test_a_helpers_key_goes_where_the_profile_sends_requests(workspace: Setup) -> None:
    (workspace.home / SETTINGS).write_text(json.dumps({"apiKeyHelper": f"echo {KEY}"}))
    report = workspace.look(
        a_profile("api-key", set={"base_url": "http://gateway.invalid", "allow_http": "true"}),
        HTTP_PROXY=workspace.lab.url,
    )
    assert "key-helper" in {one.check for one in report.passed}
    assert {one.host for one in workspace.lab.requests_for("ListModels")} == {"gateway.invalid"}  # as Claude Code does


# ------------------------------------------------------------------------------------------------------------ the login


def test_login_that_was_not_tried_is_unknown(workspace: Setup) -> None:
    report = workspace.login()
    assert (report.verdict, slugs(report), [one.check for one in report.broken]) == ("unknown", [], ["accepted"])
    assert "login" in {one.check for one in report.passed}
    assert not workspace.lab.requests_for("ListModels")  # a login's own token is not ours to use


def test_a_login_of_another_plan_is_reported_and_is_not_a_fault(workspace: Setup) -> None:
    report = workspace.login(subscriptionType="pro")
    assert [one.detail for one in report.passed if one.check == "login"] == ["pro; the profile says max-20x"]


@pytest.mark.parametrize(
    ("changes", "root"),
    [
        ({"accessToken": ""}, "subscription-not-signed-in"),
        ({"expiresAt": 1_600_000_000_000, "refreshToken": ""}, "subscription-expired"),
        ({"expiresAt": 1_600_000_000_000}, None),  # Claude Code renews it
    ],
)
def test_a_login_that_is_not_there_or_over_is_the_root(
    workspace: Setup, changes: dict[str, object], root: str | None
) -> None:
    report = workspace.login(**changes)
    assert (report.root, slugs(report)) == (root, [root] if root else [])


def test_the_folder_of_the_profile_is_the_one_looked_at(workspace: Setup) -> None:
    other = a_profile(
        "subscription",
        set={"config_dir": str(workspace.home / "elsewhere")},
        env={"ANTHROPIC_BASE_URL": workspace.lab.url},
    )
    assert workspace.look(other).root == "subscription-not-signed-in"
