"""One cause, one line: a token endpoint that fails, in whatever way, is one result, and never a claim about IAM."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.doctor.probes.case import Broken, Passed, Skipped
from ccsetup.doctor.report import one_line_each
from ccsetup.lab.fault import Does, Error, Fault, Reply
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import Answer
from tests.support.examined import a_profile, examined, slugs

UNKNOWN: Mapping[str, Does] = {
    "a new code": Error(400, "new_code", "Words that no page knows."),
    "a code that is refused": Error(403, "policy_enforced", "Words that no page knows."),
    "a text": Reply(Answer(400, "text/plain", b"short and stout")),
    "another status": Reply(Answer(418, "application/json", b'{"error":"teapot"}')),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_refusal_of_the_token_endpoint_is_one_finding(lab: Lab, tmp_path: Path, name: str) -> None:
    around = {**lab.environment(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    lab.inject(Fault(UNKNOWN[name], service="google-token"))
    profile = a_profile("vertex", set={"project": "acme-ml", "location": "global"})
    report = examined(tmp_path, around, {"p": profile})["p"]
    assert (slugs(report, "error"), report.broken) == (["unrecognised-error"], ()), report


def test_checks_that_broke_for_one_reason_are_one_line() -> None:
    results = (
        Broken("token", "down"),
        Passed("x"),
        Broken("api", "down"),
        Broken("quota", "late"),
        Broken("y", "late"),
    )
    assert tuple(one_line_each(results, "late")) == (
        Broken("token", "down"),
        Passed("x"),
        Skipped("api", "needs token, which could not run"),
        Broken("quota", "late"),
        Broken("y", "late"),
    )
