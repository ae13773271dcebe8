"""Doctor on Bedrock, from the outside: what is healthy gets a clean bill, and each fault its own root."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccsetup.lab.call import Service
from ccsetup.lab.fault import Does, Error, Reset
from ccsetup.lab.fault import Fault as Fault_
from ccsetup.lab.lab import Lab
from tests.support.bedrock_faults import APPLICATION, Fault, pinned, role, set_up, soon
from tests.support.bedrock_set_ups import ACCESS, ARNS, CREDENTIALS, FAULTS, HEALTHY, KEYS, WHO_AND_WHERE
from tests.support.program import Program
from tests.support.scored import Scored
from tests.support.warm import Warm

Profiles = Mapping[str, dict[str, Any]]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(tls=True) as running:
        yield running


@pytest.fixture(scope="module")
def examined(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Profiles:
    """Every set-up's profile as `doctor --json` has it, some at a time."""
    home = tmp_path_factory.mktemp("home")
    program = Warm(home)
    faults = tuple(with_home(fault, home) for fault in FAULTS)
    (home / "broken").write_text("[profile my-prod\n")
    variables = {**set_up(program, lab, faults), **KEYS}
    found: dict[str, dict[str, Any]] = {}
    for some in (HEALTHY, ARNS, CREDENTIALS, WHO_AND_WHERE, ACCESS):
        done = program.run("doctor", "--json", *(fault.name for fault in some), environment=variables)
        assert "Traceback" not in done.err
        found |= {one["profile"]: one for one in json.loads(done.out)["profiles"]}
        for secret in (*KEYS.values(), "lab-secret"):
            assert secret not in done.out + done.err
    return found


def with_home(fault: Fault, home: Path) -> Fault:
    return replace(fault, env={name: value.format(home=home) for name, value in fault.env.items()})


def ours(profile: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The findings about Bedrock; what this machine lacks (a client, say) is tested elsewhere."""
    names = ("aws-", "bedrock-", "pin-", "endpoint-", "unrecognised-", "clock-")
    return [one for one in profile["findings"] if one["check"].startswith(names)]


@pytest.mark.thorough
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_set_up_gets_exactly_its_own_findings(examined: Profiles, fault: Fault, doctor_scores: Scored) -> None:
    profile = examined[fault.name]
    found = ours(profile)
    assert {one["check"]: one["severity"] for one in found} == dict(fault.finds), profile
    roots = [one["check"] for one in found if one["severity"] == "error" and not one["because_of"]]
    wanted = [slug for slug, weight in fault.finds.items() if weight == "error"]
    doctor_scores(next(iter(wanted), None), next(iter(roots), None))
    assert fault.because.items() <= {one["check"]: one["because_of"] for one in found}.items()
    assert not profile["broken"]
    assert {*fault.passes} <= {*profile["passed"]}
    assert {*fault.skips} <= {one["check"] for one in profile["skipped"]}
    facts: dict[str, str] = next((one["facts"] for one in found), {})
    assert fault.facts.items() <= facts.items()
    assert all("<" not in one["title"] for one in found)


def test_nothing_is_asked_twice_in_a_run(lab: Lab, program: Program) -> None:
    """Not by two profiles with the same credentials and region, either."""
    twins = tuple(Fault(name, set={"aws_profile": "my-prod"}) for name in ("one", "two"))
    more = Fault("app", set={"aws_profile": "my-prod"}, pins=pinned(f"{APPLICATION}/2kbsta0lwebx"))
    variables = set_up(program, lab, (*twins, more))
    lab.forget()
    done = program.run("doctor", "--json", environment=variables)
    assert {one["verdict"] for one in json.loads(done.out)["profiles"]} <= {"ok", "warning"}, done.out
    asked = Counter((one.method, one.path, one.operation, one.place) for one in lab.requests if one.method == "GET")
    assert {path: times for path, times in asked.items() if times > 1} == {}
    assert len(lab.requests_for("GetCallerIdentity")) == len(lab.requests_for("ListRegions")) + 1 == 1


def test_offline_sends_nothing_and_still_sees_the_region(lab: Lab, program: Program) -> None:
    variables = set_up(program, lab, (Fault("nowhere", set={"region": "ap-east-1"}),))
    lab.forget()
    done = program.run("doctor", "--offline", "--json", environment=variables)
    assert [one["check"] for one in ours(json.loads(done.out)["profiles"][0])] == ["aws-region-without-bedrock"]
    assert lab.requests == ()


def test_keys_in_the_shell_beside_an_aws_profile_are_mentioned(lab: Lab, program: Program) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIALABADA0000000000", "AWS_SECRET_ACCESS_KEY": "lab-secret-ada"}
    variables = {**set_up(program, lab, (Fault("shadow"),)), **keys}
    found = ours(json.loads(program.run("doctor", "--json", environment=variables).out)["profiles"][0])
    assert [(one["check"], one["severity"]) for one in found] == [("aws-env-keys-shadowed", "info")]
    assert found[0]["facts"]["variables"] == "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


@pytest.mark.thorough
@pytest.mark.parametrize(("minutes", "expected"), [(20, ["aws-credentials-expiring"]), (600, [])])
def test_a_sign_in_that_ends_soon_is_a_warning(lab: Lab, tmp_path: Path, minutes: int, expected: list[str]) -> None:
    program = Program(tmp_path)  # botocore knows where sign-ins are kept from when it is imported
    start = "https://acme.example"
    lines = f"sso_start_url = {start}\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = Dev"
    who = role("AWSReservedSSO_Dev_0123456789abcdef", role_path="/aws-reserved/sso.amazonaws.com/")
    variables = set_up(program, lab, (Fault("sso", identity=who, config=lines),))
    cache = program.home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    token = {"startUrl": start, "region": "us-east-1", "accessToken": "lab", "expiresAt": soon(minutes)}
    (cache / f"{hashlib.sha1(start.encode()).hexdigest()}.json").write_text(json.dumps(token))
    found = ours(json.loads(program.run("doctor", "--json", environment=variables).out)["profiles"][0])
    assert [(one["check"], one["severity"]) for one in found] == [(slug, "warning") for slug in expected]


FRONT: tuple[tuple[Service, int, str, str, str], ...] = (
    (
        "sts",
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match",
        "aws-signature-mismatch",
    ),
    ("sts", 403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2 (3 - 5 min.)", "clock-skew"),
    ("sts", 403, "RegionDisabledException", "STS is not activated in this region", "aws-region-disabled"),
    ("bedrock", 400, "ValidationException", "Operation not allowed", "bedrock-account-blocked"),
    ("bedrock", 418, "TeapotException", "Unknown reason.", "unrecognised-error"),
)


def test_what_the_front_door_says_is_the_root(lab: Lab, program: Program) -> None:
    faults = tuple(Fault(f"front-{number}") for number in range(len(FRONT)))
    variables = set_up(program, lab, faults)
    for fault, (service, status, code, message, _) in zip(faults, FRONT, strict=True):
        lab.inject(Fault_(Error(status, code, message), service=service, identity=fault.name))
    profiles = json.loads(program.run("doctor", "--json", environment=variables).out)["profiles"]
    lab.clear_faults()
    assert [[one["check"] for one in ours(profile)] for profile in profiles] == [[row[-1]] for row in FRONT]


@pytest.mark.parametrize(
    ("service", "does"),
    [
        ("iam", Error(400, "Throttling", "Rate exceeded")),
        ("iam", Error(500, "ServiceFailure", "Try again.")),
        ("sts", Reset()),
        ("bedrock", Error(429, "ThrottlingException", "Rate exceeded")),
        ("bedrock", Reset()),
    ],
)
def test_request_without_an_answer_is_not_a_fault(lab: Lab, program: Program, service: Service, does: Does) -> None:
    variables = set_up(program, lab, (Fault("mute"),))
    lab.inject(Fault_(does, service=service))
    done = program.run("doctor", "--json", environment=variables)
    lab.clear_faults()
    (profile,) = json.loads(done.out)["profiles"]
    assert (ours(profile), bool(profile["broken"])) == ([], True), profile
