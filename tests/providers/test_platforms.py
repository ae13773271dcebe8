"""The listings of Mantle, both Claude Platforms and gateways, and init without one: against the lab."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from ccsetup.lab.fault import Does, Error, Fault, Reply, Reset, html
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import Answer
from tests.support.program import Done, Program
from tests.support.warm import Warm

ANSWERS = {
    "mantle": {"aws_profile": "my-prod", "region": "us-east-1"},
    "mantle-key": {"bearer_token": "env:LAB_BEARER", "region": "us-east-1"},
    "claude-aws": {"aws_profile": "my-prod", "region": "us-east-1", "workspace": "wrkspc_lab"},
    "claude-aws-key": {"key": "env:LAB_PLATFORM_KEY", "region": "us-east-1", "workspace": "wrkspc_lab"},
    "claude-gcp": {"project": "acme-ml", "workspace": "wrkspc_lab"},
    "gateway": {"base_url": "{lab}", "key": "env:LAB_KEY"},
    "gateway-token": {"base_url": "{lab}", "auth_token": "env:LAB_KEY"},
}
LIVE = {
    **ANSWERS,
    "foundry": {"resource": "acme-foundry", "key": "env:LAB_FOUNDRY_KEY"},
    "foundry-token": {"base_url": "{lab}/anthropic", "auth_token": "env:LAB_ENTRA_TOKEN"},
}
HAIKU = {"mantle": "anthropic.claude-haiku-4-5", "foundry": "our-haiku"}
REGIONAL = ("mantle", "mantle-key", "claude-aws", "claude-aws-key")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


@pytest.fixture
def here(program: Program, lab: Lab) -> Program:
    """ccsetup in a home whose every tool points at the lab, which answers in every provider's own name."""
    own = {
        "LAB_KEY": lab.world.anthropic.login[0].secret,
        "LAB_BEARER": next(one.bearer for one in lab.world.aws.identity if one.bearer),
        "LAB_FOUNDRY_KEY": lab.world.azure.resource[0].key,
        "LAB_ENTRA_TOKEN": lab.world.azure.resource[0].token,
        "LAB_PLATFORM_KEY": next(one.platform_key for one in lab.world.aws.identity if one.platform_key),
    }
    variables = {**lab.environment(program.home), **lab.proxied, "AWS_EC2_METADATA_DISABLED": "true", **own}
    return Warm(program.home, variables)


def init(here: Program, lab: Lab, name: str, **more: str) -> Done:
    surface = name.removesuffix("-key").removesuffix("-token")
    answers = {key: value.replace("{lab}", lab.tls_url) for key, value in {**ANSWERS[name], **more}.items()}
    given = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
    return here.run("init", "new", "--surface", surface, *given, "--yes")


def models(here: Program) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(here.ok("models", "new", "--json").out)
    return document


@pytest.mark.thorough
@pytest.mark.parametrize("name", ANSWERS)
def test_init_verifies_against_the_platform_s_own_listing(here: Program, lab: Lab, name: str) -> None:
    done = init(here, lab, name)
    assert (done.code, "verified" in done.err) == (0, True), done.err
    seen = models(here)
    ids = {model["id"] for model in seen["models"]}
    if name.startswith("mantle"):
        assert "anthropic.claude-opus-5-5" in ids
        assert all(id_.startswith("anthropic.") for id_ in ids)
    else:
        assert "claude-opus-5-5" in ids
    pins = tomllib.loads((here.profiles / "new.toml").read_text()).get("models", {})
    assert (set(pins) >= {"opus", "sonnet", "haiku"}) == (not name.startswith("gateway"))
    assert seen["place"] == ("us-east-1" if name in REGIONAL else "global" if name == "claude-gcp" else seen["place"])


def test_platform_on_google_cloud_is_sent_no_quota_project(here: Program, lab: Lab) -> None:
    """Seen on 2.1.332: the client sends none there, so that one that is gone stops nothing."""
    assert init(here, lab, "claude-gcp", quota_project="gone-project").code == 0
    assert models(here)["models"]


@pytest.mark.parametrize(
    ("name", "more", "check"),
    [
        ("mantle", {"aws_profile": "stale"}, "aws-token-expired"),
        ("claude-aws", {"aws_profile": "stale"}, "aws-token-expired"),
        ("mantle", {"aws_profile": "missing"}, "aws-profile-missing"),
        ("claude-aws-key", {"key": "env:LAB_KEY"}, "api-key-rejected"),
        ("gateway", {"key": "env:LAB_BEARER"}, "api-key-rejected"),
        ("claude-gcp", {"credentials_file": "/nowhere/adc.json"}, "gcp-credentials-file-absent"),
    ],
)
def test_a_refusal_is_known_as_on_the_cloud_s_other_surfaces(
    here: Program, lab: Lab, name: str, more: dict[str, str], check: str
) -> None:
    done = init(here, lab, name, **more)
    assert (done.code, here.profiles.exists() and any(here.profiles.iterdir())) != (0, True)
    assert f"ccsetup explain {check}" in done.err, done.err


@pytest.mark.thorough
def test_a_pin_that_the_platform_does_not_list_is_refused(here: Program, lab: Lab) -> None:
    done = init(here, lab, "mantle", **{"models.opus": "us.anthropic.claude-opus-5-5"})
    assert done.code == 1
    assert "anthropic.claude-opus-5-5" in done.err


@pytest.mark.parametrize("flag", ["1", "true"])
def test_the_hybrid_lists_what_either_endpoint_takes(here: Program, lab: Lab, flag: str) -> None:
    answers = {**ANSWERS["mantle"], "env.CLAUDE_CODE_USE_MANTLE": flag, "models.haiku": "anthropic.claude-haiku-4-5"}
    given = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
    done = here.run("init", "new", "--surface", "bedrock", *given, "--yes")
    assert done.code == 0, done.err
    ids = {model["id"] for model in models(here)["models"]}
    assert {"anthropic.claude-haiku-4-5", "us.anthropic.claude-opus-5-5"} <= ids


@pytest.mark.thorough
@pytest.mark.parametrize("surface", ["foundry", "gateway"])
def test_where_nothing_is_listed_what_was_given_is_saved_and_said(here: Program, lab: Lab, surface: str) -> None:
    answers = {"resource": "acme-foundry", "key": "env:LAB_FOUNDRY_KEY"}
    if surface == "gateway":
        answers = {"base_url": lab.tls_url, "key": "env:LAB_KEY"}
        lab.inject(Fault(Error(404, "not_found_error", "Not Found"), operation="ListModels"))
    given = [
        word for key, value in {**answers, "models.opus": "our-opus"}.items() for word in ("--set", f"{key}={value}")
    ]
    done = here.run("init", "new", "--surface", surface, *given, "--yes")
    lab.clear_faults()
    assert done.code == 0, done.err
    assert "does not list its models" in done.err
    assert "unverified" in done.err
    assert tomllib.loads((here.profiles / "new.toml").read_text())["models"] == {"opus": "our-opus"}


@pytest.mark.parametrize(
    ("pins", "missing"),
    [
        ({"sonnet": "our-haiku", "opus": "our-opus"}, set()),
        ({"sonnet": "our-haiku", "opus": "gone"}, {"gone"}),
        ({"sonnet": "gone", "default": "opus", "opus": "our-opus"}, {"gone"}),
        ({"opus": "our-opus"}, {"claude-sonnet-5-5"}),  # what the client begins with where sonnet is not pinned
        ({"sonnet": "our-haiku", "default": "haiku"}, {"claude-haiku-4-5"}),
    ],
)
def test_each_deployment_that_foundry_is_asked_for_is_looked_up(
    here: Program, pins: dict[str, str], missing: set[str]
) -> None:
    here.init("new", "foundry", **LIVE["foundry"], **{f"models.{tier}": pin for tier, pin in pins.items()})
    report = json.loads(here.run("doctor", "new", "--json").out)["profiles"][0]
    errors = {one["facts"]["model"] for one in report["findings"] if one["check"] == "foundry-deployment-missing"}
    assert (errors, report["verdict"] == "error") == (missing, bool(missing))


def test_a_key_goes_to_its_platform_and_nowhere_else(here: Program, lab: Lab) -> None:
    lab.forget()
    assert init(here, lab, "claude-aws-key").code == 0
    assert {one.host for one in lab.requests} == {"aws-external-anthropic.us-east-1.api.aws"}


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*ANSWERS, "foundry"])
def test_doctor_goes_as_far_as_identity_and_listing(here: Program, lab: Lab, name: str) -> None:
    pins = {"models.opus": "anthropic.claude-opus-5-5" if name.startswith("mantle") else "claude-opus-5-5"}
    if name == "foundry":
        pins = {"models.opus": "our-opus", "models.sonnet": "our-haiku"}
    answers = ANSWERS.get(name, LIVE["foundry"])
    surface = name.removesuffix("-key").removesuffix("-token")
    here.init("new", surface, **{key: value.replace("{lab}", lab.tls_url) for key, value in answers.items()}, **pins)
    document = json.loads(here.run("doctor", "new", "--json").out)
    report = document["profiles"][0]
    errors = [one for one in report["findings"] if one["severity"] == "error"]
    assert (errors, report["broken"], report["root"]) == ([], [], None)
    passed = " ".join(report["passed"])
    skipped = {one["check"] for one in report["skipped"]}
    assert ("listing" in passed) == (name != "foundry")
    assert ("listing" in skipped) == (name == "foundry")
    assert ("identity" in passed) == (name in ("mantle", "claude-aws"))


def live(here: Program, lab: Lab, name: str, pin: str | None, **more: str) -> dict[str, Any]:
    """What doctor --live says of a new profile; `pin` None pins nothing."""
    surface = name.removesuffix("-key").removesuffix("-token")
    answers = {key: value.replace("{lab}", lab.tls_url) for key, value in {**LIVE[name], **more}.items()}
    here.init("new", surface, **answers, **({"models.haiku": pin} if pin else {}))
    lab.forget()
    document: dict[str, Any] = json.loads(here.run("doctor", "new", "--live", "--json").out)["profiles"][0]
    return document


@pytest.mark.thorough
@pytest.mark.parametrize("name", LIVE)
def test_live_sends_one_request_on_every_platform(here: Program, lab: Lab, name: str) -> None:
    pin = HAIKU.get(name.partition("-")[0], "claude-haiku-5-5")
    report = live(here, lab, name, pin)
    assert (report["root"], report["broken"]) == (None, []), report["findings"]
    assert "live" in report["passed"]
    assert [one.model for one in lab.requests_for("CreateMessage")] == [pin]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["gateway", "claude-gcp", "claude-aws", "mantle"])
def test_without_a_pin_the_newest_haiku_of_the_listing_is_tried(here: Program, lab: Lab, name: str) -> None:
    report = live(here, lab, name, None)
    assert "live" in report["passed"], report
    newest = "anthropic.claude-haiku-5-5" if name == "mantle" else "claude-haiku-5-5"
    assert [one.model for one in lab.requests_for("CreateMessage")] == [newest]


@pytest.mark.thorough
def test_without_a_pin_and_without_a_listing_it_is_unknown(here: Program, lab: Lab) -> None:
    report = live(here, lab, "foundry", None)
    assert report["verdict"] == "unknown"
    assert [one["check"] for one in report["broken"]] == ["live"]
    assert not lab.requests_for("CreateMessage")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "pin", "more", "check"),
    [
        ("foundry", "no-such-deployment", {}, "foundry-deployment-missing"),
        ("foundry", "our-opus", {"key": "env:LAB_KEY"}, "foundry-key-rejected"),
        ("foundry", "our-opus", {"resource": "another"}, "foundry-key-rejected"),
        ("claude-aws", "claude-haiku-1", {}, "api-model-not-found"),
        ("claude-gcp", "claude-haiku-1", {}, "api-model-not-found"),
        ("gateway", "claude-haiku-1", {}, "api-model-not-found"),
    ],
)
def test_what_a_platform_refuses_is_known(
    here: Program, lab: Lab, name: str, pin: str, more: dict[str, str], check: str
) -> None:
    report = live(here, lab, name, pin, **more)
    assert (report["root"], report["verdict"]) == (check, "error"), report["findings"]
    assert len(lab.requests_for("CreateMessage")) == 1


ANOTHER = {"midstream": ("api-overloaded",), "hang up": ("endpoint-unreachable", "proxy-refused")}


@pytest.mark.parametrize(
    ("name", "does"),
    [
        pytest.param(name, does, marks=() if name in ("claude-gcp", "gateway") else pytest.mark.thorough)
        for name in ("claude-aws", "claude-gcp", "gateway", "foundry", "mantle")
        for does in ("midstream", "empty", "page", "hang up")
    ],
)
def test_an_answer_that_is_none_is_an_error_and_is_not_asked_for_again(
    here: Program, lab: Lab, name: str, does: str
) -> None:
    faults: dict[str, Does] = {
        "midstream": Error(529, "overloaded_error", "Overloaded", midstream=True),
        "empty": Reply(Answer(200, "text/event-stream", b"")),
        "page": html("Sign in"),
        "hang up": Reset(),
    }
    lab.inject(Fault(faults[does], operation="CreateMessage"))
    report = live(here, lab, name, HAIKU.get(name, "claude-haiku-5-5"))
    lab.clear_faults()
    if (name, does) != ("mantle", "midstream"):  # no page knows how Mantle says so
        assert report["root"] in ANOTHER.get(does, ("endpoint-not-api",)), report["findings"]
    assert report["verdict"] == "error"
    assert len(lab.requests_for("CreateMessage")) == 1
