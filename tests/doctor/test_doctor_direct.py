"""Doctor on the Anthropic API and on subscriptions: one thing broken at a time, and exactly that found."""

import datetime
import json

import pytest

from tests.support.direct_setup import (
    DEAD,
    KEY,
    ORGANIZATION,
    TOKEN,
    Mutation,
    Setup,
    furnished,
    home,
    refused,
    workspace,
)
from tests.support.examined import a_profile, examined, slugs
from tests.support.scored import Scored
from tests.support.warm import Warm

__all__ = ["furnished", "home", "workspace"]  # fixtures


MUTATIONS: dict[str, Mutation] = {
    "a line break": Mutation("api-key-malformed", secret="sk-ant-api03-lab-\nconsole-AAAA"),
    "a blank": Mutation("api-key-malformed", secret="sk-ant-api03-lab console-AAAA"),
    "a letter beyond ASCII": Mutation("api-key-malformed", secret="sk-ant-api03-läb"),
    "quotes": Mutation("api-key-malformed", secret=f"'{KEY}'"),
    "a subscription's token": Mutation("api-key-malformed", secret=TOKEN),
    "an administrator's key": Mutation("api-key-malformed", secret="sk-ant-admin01-AAAA"),
    "a Bedrock key": Mutation("api-key-malformed", secret="ABSKQmVkcm9ja0FQSUtleS1h"),
    "a key that is not known": Mutation("api-key-rejected", secret="sk-ant-api03-unknown"),
    "a base URL with /v1 of its own": Mutation("endpoint-not-api", set={"base_url": "{lab}/v1"}),
    "a base URL without a server": Mutation("endpoint-unreachable", set={"base_url": DEAD}),
    "another organisation": Mutation("api-organization-unexpected", expect={"organization": "another-organisation"}),
    "a pin that is not a model": Mutation("api-model-not-found", models={"opus": "claude-opus-5.5"}),
    "a pin that has ended": Mutation("api-model-not-found", models={"opus": "claude-opus-4-1-20250805"}),
    "another provider's pin": Mutation("api-model-not-found", models={"opus": "us.anthropic.claude-opus-5-5"}),
    "a disabled organisation": Mutation(
        "api-org-disabled", faults=refused(400, "invalid_request_error", "This organization has been disabled.")
    ),
    "a token with a line break": Mutation("oauth-token-malformed", "subscription", secret="sk-ant-oat01-lab-\nsub"),
    "an API key for a token": Mutation("oauth-token-malformed", "subscription", secret=KEY),
    "a token that was revoked": Mutation("subscription-expired", "subscription", secret="sk-ant-oat01-revoked"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_thing_broken_is_exactly_one_root(workspace: Setup, name: str, doctor_scores: Scored) -> None:
    mutation = MUTATIONS[name]
    workspace.lab.inject(*mutation.faults)
    report = workspace.look(workspace.profile(mutation))
    doctor_scores(mutation.root, report.root)
    assert {*slugs(report)} == {mutation.root}, report
    told = str([one.facts for one in report.findings])
    assert not mutation.secret or mutation.secret not in told


@pytest.mark.parametrize("surface", ["api-key", "subscription"])
def test_a_healthy_profile_is_healthy(workspace: Setup, surface: str) -> None:
    report = workspace.look(workspace.profile(Mutation("", surface)))
    assert (report.verdict, slugs(report), report.broken) == ("ok", [], ())
    assert {"key", "listing", "pins"} <= {one.check for one in report.passed}


def test_a_gateway_may_have_keys_of_its_own_shape(workspace: Setup) -> None:
    report = workspace.look(workspace.profile(Mutation("", secret="my-gateway-key")))
    assert slugs(report) == ["api-key-rejected"]  # it was sent


def test_anthropic_itself_has_keys_of_one_shape_alone(workspace: Setup) -> None:
    file = workspace.home / "key"
    file.touch(0o600)
    file.write_text("my-gateway-key")
    report = examined(
        workspace.home,
        {"HOME": str(workspace.home)},
        {"p": a_profile("api-key", set={"key": f"file:{file}"})},
        offline=True,
    )["p"]
    assert slugs(report, "error") == ["api-key-malformed"]


def test_the_organisation_that_is_expected_is_fine_and_an_unnamed_one_cannot_be_told(workspace: Setup) -> None:
    assert workspace.look(workspace.profile(Mutation("", expect={"organization": ORGANIZATION}))).verdict == "ok"
    workspace.lab.inject(*refused(403, "permission_error", "no"))
    asked = workspace.look(workspace.profile(Mutation("", expect={"organization": ORGANIZATION})))
    assert (asked.verdict, slugs(asked)) == ("unknown", ["expect-unchecked"])


def test_a_model_on_its_way_out_is_a_warning_with_its_day_and_its_replacement(workspace: Setup) -> None:
    then = datetime.datetime.combine(datetime.date(2026, 11, 21), datetime.datetime.now(datetime.UTC).timetz())
    world = workspace.lab.world
    workspace.lab.world = world.on(then.date())
    profile = workspace.profile(Mutation("", models={"sonnet": "claude-sonnet-4-5"}))
    report = examined(workspace.home, {"HOME": str(workspace.home)}, {"p": profile}, at=then)["p"]
    workspace.lab.world = world
    (found,) = report.findings
    assert (report.verdict, found.check) == ("warning", "model-legacy")
    assert (found.facts["until"], found.facts["replacement"]) == ("it ends on 2026-11-30", "claude-sonnet-5-5")


def test_of_two_faults_the_earlier_is_the_root_and_the_later_is_not_lost(workspace: Setup) -> None:
    report = workspace.look(
        workspace.profile(
            Mutation("", models={"opus": "claude-opus-9"}, expect={"organization": "another-organisation"})
        )
    )
    assert slugs(report, "error") == ["api-organization-unexpected", "api-model-not-found"]


def test_nothing_is_asked_twice(workspace: Setup) -> None:
    """Not by the guard either; a keyring entry of its own tells a profile apart."""
    one = workspace.profile(Mutation("", expect={"organization": ORGANIZATION}))
    workspace.all({"a": one, "b": one, "c": workspace.profile(Mutation(""))})
    assert len(workspace.lab.requests_for("ListModels")) == 3  # one for each entry


def test_as_a_process(workspace: Setup) -> None:
    program = Warm(workspace.home)
    here = ("--set", f"env.ANTHROPIC_BASE_URL={workspace.lab.url}")
    (workspace.home / "sub").mkdir()
    for name, key in (("good", KEY), ("typo", TOKEN)):
        file = workspace.home / name
        file.touch(0o600)
        file.write_text(key)
        program.init(name, "api-key", base_url=workspace.lab.url, key=f"file:{file}")
    program.init("max", "subscription", *here, plan="max-5x")
    program.init("lost", "subscription", *here, config_dir=str(workspace.home / "sub"))
    done = program.run("doctor", "--json")
    found = {one["profile"]: (one["root"], one["verdict"]) for one in json.loads(done.out)["profiles"]}
    assert done.code == 1
    assert {name: root for name, (root, _) in found.items()} == {
        "good": None,
        "typo": "api-key-malformed",
        "max": None,
        "lost": "subscription-not-signed-in",
    }
    assert KEY not in done.out + done.err
