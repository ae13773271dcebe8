"""`models` and the verifying `init`, as processes against the lab: what is listed, chosen, refused, kept."""

import datetime
import json
import tomllib

import pytest

from ccsetup.lab.fault import Error, Fault, Hang, html
from ccsetup.lab.lab import Lab
from tests.support.program import Done, Program
from tests.support.warm import Warm


def init(here: Program, name: str, surface: str, *flags: str, **answers: str) -> Done:
    given = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
    return here.run("init", name, "--surface", surface, *given, "--yes", *flags)


def bedrock(here: Program, region: str = "us-east-1", *flags: str, **answers: str) -> Done:
    return init(here, "b", "bedrock", *flags, **{"aws_profile": "my-prod", "region": region, **answers})


def saved(here: Program, name: str = "b") -> dict[str, dict[str, str]]:
    return tomllib.loads((here.profiles / f"{name}.toml").read_text())


def listed(here: Program, name: str, *flags: str) -> dict[str, object]:
    done = here.ok("models", name, "--json", *flags)
    document: dict[str, object] = json.loads(done.out)
    return document


def test_init_pins_every_tier_from_the_live_catalogue(here: Program) -> None:
    assert bedrock(here).code == 0
    profile = saved(here)
    assert profile["set"]["prefix"] == "us"
    live = listed(here, "b")
    assert profile["models"] == live["recommended"]
    assert {"opus", "sonnet", "haiku"} <= set(profile["models"])


def test_pin_that_no_listing_can_have_is_not_called_listed_or_missing(here: Program) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/0a1b2c3d4e5f"
    assert bedrock(here, "us-east-1", "--no-verify", **{"models.opus": arn, "models.sonnet": "claude-nope"}).code == 0
    done = here.run("models", "b")
    assert f"opus: the pin {arn} was not checked" in " ".join(done.err.split())
    assert "sonnet: the pin claude-nope is not listed" in " ".join(done.err.split())
    assert "no longer pending" not in done.err


@pytest.mark.parametrize(
    ("region", "prefix"),
    [
        ("eu-west-1", "eu"),
        ("ap-northeast-1", "jp"),
        ("ap-southeast-2", "au"),
        ("ap-south-1", "in"),
        ("sa-east-1", "global"),
    ],
)
def test_the_residency_is_the_places_own_where_there_is_one(here: Program, region: str, prefix: str) -> None:
    assert bedrock(here, region).code == 0
    assert saved(here)["set"]["prefix"] == prefix
    assert all(model.startswith(f"{prefix}.") for model in saved(here)["models"].values())


def test_a_chosen_residency_is_kept_and_what_it_lacks_is_reported(here: Program) -> None:
    done = bedrock(here, "eu-west-1", prefix="eu")
    assert "fable: no model available in eu-west-1 with prefix eu" in done.err
    assert "fable" not in saved(here)["models"]


def test_the_same_goes_for_vertex_and_the_api(here: Program, lab: Lab) -> None:
    assert init(here, "v", "vertex", project="acme-ml", location="global").code == 0
    assert saved(here, "v")["models"] == listed(here, "v")["recommended"]
    url = lab.base_urls["api-key"]
    assert init(here, "a", "api-key", key="env:LAB_KEY", base_url=url).code == 0
    assert "models" not in saved(here, "a")
    ids = {model["id"] for model in listed(here, "a")["models"]}  # type: ignore[attr-defined]
    assert listed(here, "a")["recommended"]["opus"] in ids  # type: ignore[index]


def test_the_json_has_the_contracts_keys(here: Program) -> None:
    bedrock(here)
    document = listed(here, "b")
    assert {"schema", "profile", "surface", "place", "models", "recommended"} <= set(document)
    for model in document["models"]:  # type: ignore[attr-defined]
        assert {
            "id",
            "tier",
            "version",
            "name",
            "lifecycle",
            "legacy_on",
            "ends_on",
            "kind",
            "destinations",
            "pinned",
        } <= set(model)
    pinned = {model["id"] for model in document["models"] if model["pinned"]}  # type: ignore[attr-defined]
    assert pinned == set(saved(here)["models"].values())


def test_no_legacy_ended_or_foreign_model_is_recommended(here: Program) -> None:
    bedrock(here)
    document = listed(here, "b")
    life = {model["id"]: model["lifecycle"] for model in document["models"]}  # type: ignore[attr-defined]
    assert {"legacy", "ended"} <= set(life.values())
    assert all(life[pin] == "active" for pin in document["recommended"].values())  # type: ignore[attr-defined]
    assert all("claude" in id_ for id_ in life)


def test_a_pin_that_is_not_listed_is_refused_with_the_closest(here: Program) -> None:
    wrong = {"models.opus": "us.anthropic.claude-opus-5-6"}
    done = bedrock(here, **wrong)
    assert (done.code, done.out) == (1, "")
    assert "us.anthropic.claude-opus-5-6 is not among the models that us-east-1 lists" in done.err
    assert "us.anthropic.claude-opus-5-5" in done.err
    assert not here.profiles.exists()
    assert bedrock(here, "us-east-1", "--force", **wrong).code == 0
    assert saved(here)["models"]["opus"] == "us.anthropic.claude-opus-5-6"
    assert "pending: model-gone" in here.ok("list").out


def test_a_pending_profile_is_checked_again_by_looking(here: Program, lab: Lab) -> None:
    lab.inject(Fault(Error(403, "ExpiredTokenException", "The security token included in the request is expired")))
    done = bedrock(here, "us-east-1", "--force")
    assert done.code == 0
    assert "next: fix what was found, then ccsetup doctor b" in done.err
    assert "ccsetup env b" not in done.err
    assert "pending: aws-token-expired" in here.ok("list").out
    lab.clear_faults()
    assert "b is no longer pending" in here.ok("models", "b").err
    assert "pending" not in here.ok("list").out


def test_an_application_profile_is_accepted_as_a_pin(here: Program, lab: Lab) -> None:
    arn = next(
        f"arn:aws:bedrock:us-east-1:{account.id}:application-inference-profile/{one.id}"
        for account in lab.world.aws.account
        for one in account.application_profiles
        if one.region == "us-east-1"
    )
    assert bedrock(here, **{"models.sonnet": arn}).code == 0
    assert saved(here)["models"]["sonnet"] == arn


@pytest.mark.parametrize(
    ("identity", "slug"),
    [("no-list", "bedrock-iam-list-denied"), ("stale", "aws-token-expired"), ("missing", "aws-profile-missing")],
)
def test_a_refused_request_names_the_cause_and_saves_nothing(here: Program, identity: str, slug: str) -> None:
    done = bedrock(here, aws_profile=identity)
    assert done.code == (3 if slug == "bedrock-iam-list-denied" else 1)
    assert f"ccsetup explain {slug}" in done.err
    assert identity in done.err
    assert not here.profiles.exists()
    assert bedrock(here, "us-east-1", "--no-verify", aws_profile=identity).code == 0


def test_unreachable_provider_is_exit_code_3_and_nothing_saved(here: Program) -> None:
    away = Warm(here.home, {**here.extra, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    done = bedrock(away)
    assert done.code == 3
    assert "ccsetup explain endpoint-unreachable" in done.err
    assert not here.profiles.exists()


def test_a_page_of_html_is_no_api(here: Program, lab: Lab) -> None:
    lab.inject(Fault(html("Sign in to the network"), service="bedrock"))
    done = bedrock(here)
    assert done.code in (1, 3)
    assert "Traceback" not in done.err
    assert "internal error" not in done.err


def test_unknown_messages_are_shown_unchanged(here: Program, lab: Lab) -> None:
    lab.inject(Fault(Error(418, "TeapotException", "short and stout"), service="bedrock"))
    done = bedrock(here)
    assert "TeapotException: short and stout" in done.err
    assert "ccsetup explain unrecognised-error" in done.err


def test_the_last_answer_is_kept_with_its_time(here: Program, lab: Lab) -> None:
    bedrock(here)
    here.ok("models", "b")
    lab.forget()
    offline = here.ok("models", "b", "--offline")
    assert lab.requests == ()
    assert "this is what us-east-1 listed" in offline.err
    lab.inject(Fault(Error(403, "ExpiredTokenException", "The security token included in the request is expired")))
    stale = here.run("models", "b")
    assert (stale.code, stale.out) == (3, offline.out)


def test_offline_without_a_last_answer_says_so(here: Program) -> None:
    here.bedrock("never")
    assert here.run("models", "never", "--offline").code == 3


@pytest.mark.thorough
def test_all_regions_are_a_matrix_in_which_dead_ones_are_shown(here: Program, lab: Lab) -> None:
    bedrock(here)
    lab.inject(Fault(Hang(60), service="bedrock", place="eu-west-3"))
    began = datetime.datetime.now(datetime.UTC)
    document = listed(here, "b", "--all-regions")
    assert (datetime.datetime.now(datetime.UTC) - began).total_seconds() < 30
    status = {place["place"]: place["status"] for place in document["places"]}  # type: ignore[attr-defined]
    assert status["us-east-1"] == status["eu-central-1"] == "ok"
    assert status["eu-west-3"] == "unreachable"
    assert "denied" in status.values()
    assert len(status) > 30


@pytest.mark.thorough
def test_all_regions_offline_are_the_last_answers(here: Program, lab: Lab) -> None:
    bedrock(here)
    every = listed(here, "b", "--all-regions")["places"]
    lab.forget()
    kept = here.ok("models", "b", "--all-regions", "--offline")
    assert lab.requests == ()
    assert "the oldest of these answers is" in kept.err
    ok = [place["place"] for place in every if place["status"] == "ok"]  # type: ignore[attr-defined]
    assert all(region in kept.out for region in ok)


def test_a_residency_that_the_place_does_not_have_is_refused(here: Program) -> None:
    done = bedrock(here, prefix="jp")
    assert done.code == 1
    assert "us-east-1 has no inference profile with prefix jp" in done.err
    assert "global, us" in done.err
    assert not here.profiles.exists()


def test_an_ended_model_is_refused_with_its_day(here: Program) -> None:
    done = bedrock(here, **{"models.sonnet": "us.anthropic.claude-sonnet-4-20250514-v1:0"})
    assert done.code == 1
    assert "us.anthropic.claude-sonnet-4-20250514-v1:0 ended on 2026-10-14" in done.err


def test_leftovers_of_the_shell_move_no_request(here: Program, lab: Lab) -> None:
    leftovers = {
        "AWS_BEARER_TOKEN_BEDROCK": "bedrock-api-key-leftover",
        "ANTHROPIC_BEDROCK_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_CUSTOM_HEADERS": "x-leftover: 1",
        "AWS_DEFAULT_PROFILE": "sandbox",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_PROFILE": "sandbox",
    }
    polluted = Warm(here.home, {**here.extra, **leftovers})
    assert bedrock(polluted).code == 0
    assert {(request.place, request.identity) for request in lab.requests} == {("us-east-1", "my-prod")}


def test_env_list_show_and_hook_import_no_sdk(here: Program) -> None:
    here.bedrock("p")
    code = (
        "import sys; from ccsetup import cli; cli.main(sys.argv[1:]); "
        "sdks = set('boto3 botocore google.auth anthropic questionary keyring ccsetup.lab'.split()); "
        "print(*sorted(sdks & set(sys.modules)), file=sys.stderr)"
    )
    import subprocess
    import sys

    shell = {name: value for name, value in here.environment.items() if name != "ANTHROPIC_BASE_URL"}  # `env` names it
    for words in (["env", "p"], ["list"], ["show", "p"], ["hook", "bash"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], env=shell, capture_output=True, text=True, check=True
        )
        assert done.stderr.rpartition(")\n")[2].strip() == "", words
