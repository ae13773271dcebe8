"""Doctor on the Anthropic API and on subscriptions: one thing broken at a time, and exactly that found."""

import datetime
import json

import pytest

from tests.support.direct_desk import (
    DEAD,
    KEY,
    ORGANIZATION,
    TOKEN,
    Desk,
    Mutation,
    desk,
    furnished,
    home,
    lab,
    refused,
    running,
)
from tests.support.examined import a_profile, examined, slugs
from tests.support.scored import Scored
from tests.support.warm import Warm

__all__ = ["desk", "furnished", "home", "lab", "running"]  # fixtures


MUTATIONS: dict[str, Mutation] = {
    "a line break": Mutation("api-key-malformed", secret="sk-ant-api03-lab-\nconsole-AAAA"),
    "a blank": Mutation("api-key-malformed", secret="sk-ant-api03-lab console-AAAA"),
    "a letter beyond ASCII": Mutation("api-key-malformed", secret="sk-ant-api03-läb"),
    "quotes": Mutation("api-key-malformed", secret=f"'{KEY}'"),
    "a subscription's token": Mutation("api-key-malformed", secret=TOKEN),
    "an administrator's key": Mutation("api-key-malformed", secret="sk-ant-admin01-AAAA"),
    "a Bedrock key": Mutation("api-key-malformed", secret="ABSKQmVkcm9ja0FQSUtleS1h"),
    "a key that is not known": Mutation("api-key-rejected", secret="sk-ant-api03-nobody"),
    "a base URL with /v1 of its own": Mutation("endpoint-not-api", set={"base_url": "{lab}/v1"}),
    "a base URL that nobody answers": Mutation("endpoint-unreachable", set={"base_url": DEAD}),
    "another organisation": Mutation("api-organization-unexpected", expect={"organization": "somebody-else"}),
    "a pin that is no model": Mutation("api-model-not-found", models={"opus": "claude-opus-5.5"}),
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
def test_one_thing_broken_is_exactly_one_root(desk: Desk, name: str, doctor_scores: Scored) -> None:
    mutation = MUTATIONS[name]
    desk.lab.inject(*mutation.faults)
    report = desk.look(desk.profile(mutation))
    doctor_scores(mutation.root, report.root)
    assert {*slugs(report)} == {mutation.root}, report
    told = str([one.facts for one in report.findings])
    assert not mutation.secret or mutation.secret not in told


@pytest.mark.parametrize("surface", ["api-key", "subscription"])
def test_a_healthy_profile_is_healthy(desk: Desk, surface: str) -> None:
    report = desk.look(desk.profile(Mutation("", surface)))
    assert (report.verdict, slugs(report), report.broken) == ("ok", [], ())
    assert {"key", "listing", "pins"} <= {one.check for one in report.passed}


def test_a_gateway_may_have_keys_of_its_own_shape(desk: Desk) -> None:
    report = desk.look(desk.profile(Mutation("", secret="my-gateway-key")))
    assert slugs(report) == ["api-key-rejected"]  # it was sent


def test_anthropic_itself_has_keys_of_one_shape_alone(desk: Desk) -> None:
    file = desk.home / "key"
    file.touch(0o600)
    file.write_text("my-gateway-key")
    report = examined(
        desk.home, {"HOME": str(desk.home)}, {"p": a_profile("api-key", set={"key": f"file:{file}"})}, offline=True
    )["p"]
    assert slugs(report, "error") == ["api-key-malformed"]


def test_the_organisation_that_is_expected_is_fine_and_an_unnamed_one_cannot_be_told(desk: Desk) -> None:
    assert desk.look(desk.profile(Mutation("", expect={"organization": ORGANIZATION}))).verdict == "ok"
    desk.lab.inject(*refused(403, "permission_error", "no"))
    asked = desk.look(desk.profile(Mutation("", expect={"organization": ORGANIZATION})))
    assert "organization" in {one.check for one in asked.skipped}


def test_a_model_on_its_way_out_is_a_warning_with_its_day_and_its_replacement(desk: Desk) -> None:
    then = datetime.datetime.combine(datetime.date(2026, 11, 21), datetime.datetime.now(datetime.UTC).timetz())
    world = desk.lab.world
    desk.lab.world = world.on(then.date())
    profile = desk.profile(Mutation("", models={"sonnet": "claude-sonnet-4-5"}))
    report = examined(desk.home, {"HOME": str(desk.home)}, {"p": profile}, at=then)["p"]
    desk.lab.world = world
    (found,) = report.findings
    assert (report.verdict, found.check) == ("warning", "model-legacy")
    assert (found.facts["until"], found.facts["replacement"]) == ("it ends on 2026-11-30", "claude-sonnet-5-5")


def test_of_two_faults_the_earlier_is_the_root_and_the_later_is_not_lost(desk: Desk) -> None:
    report = desk.look(
        desk.profile(Mutation("", models={"opus": "claude-opus-9"}, expect={"organization": "somebody-else"}))
    )
    assert slugs(report, "error") == ["api-organization-unexpected", "api-model-not-found"]


def test_nothing_is_asked_twice(desk: Desk) -> None:
    """Not by the guard either; a keyring entry of its own tells a profile apart."""
    one = desk.profile(Mutation("", expect={"organization": ORGANIZATION}))
    desk.all({"a": one, "b": one, "c": desk.profile(Mutation(""))})
    assert len(desk.lab.asked("ListModels")) == 3  # one for each entry


def test_as_a_process(desk: Desk) -> None:
    program = Warm(desk.home)
    here = ("--set", f"env.ANTHROPIC_BASE_URL={desk.lab.url}")
    (desk.home / "sub").mkdir()
    for name, key in (("good", KEY), ("typo", TOKEN)):
        file = desk.home / name
        file.touch(0o600)
        file.write_text(key)
        program.init(name, "api-key", base_url=desk.lab.url, key=f"file:{file}")
    program.init("max", "subscription", *here, plan="max-5x")
    program.init("lost", "subscription", *here, config_dir=str(desk.home / "sub"))
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
