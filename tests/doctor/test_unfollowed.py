"""What a project's file says of the network: doctor does not follow it, and does not say OK without it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ccsetup.lab.lab import Lab
from tests.support.program import Program
from tests.support.selection import examples

GOOD, BAD = "sk-ant-api03-lab-console-AAAA", "sk-ant-api03-lab-nope-AAAA"
DEAD = "http://127.0.0.1:7"
PROJECT, LOCAL, USER = "work/.claude/settings.json", "work/.claude/settings.local.json", ".claude/settings.json"
CASES: Mapping[str, tuple[Mapping[str, Mapping[str, str]], str, str]] = {
    "nothing": ({}, GOOD, "warning"),
    "project": ({PROJECT: {"HTTPS_PROXY": DEAD}}, GOOD, "unknown"),
    "local": ({LOCAL: {"NODE_EXTRA_CA_CERTS": "/gone.pem"}}, GOOD, "unknown"),
    "same as the user's": ({PROJECT: {"HTTPS_PROXY": DEAD}, USER: {"HTTPS_PROXY": DEAD}}, GOOD, "warning"),
    "not of the network": ({PROJECT: {"EDITOR": "vi"}}, GOOD, "warning"),
    "refused key": ({PROJECT: {"HTTPS_PROXY": DEAD}}, BAD, "error"),
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as running:
        yield running


@pytest.mark.parametrize("name", examples(CASES, "project"))
def test_saved_profile_is_not_ok_beside_a_route_that_was_not_tried(program: Program, lab: Lab, name: str) -> None:
    files, key, verdict = CASES[name]
    (program.home / "key").write_text(key)
    (program.home / "key").chmod(0o600)
    program.init("k", "api-key", key=f"file:{program.home / 'key'}", base_url=lab.base_urls["api-key"])
    for path, variables in files.items():
        file = program.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"env": variables}))
    work: Path = program.home / "work"
    work.mkdir(exist_ok=True)
    done = program.run("doctor", "k", "--json", cwd=work)
    (found,) = json.loads(done.out)["profiles"]
    assert found["verdict"].replace("ok", "warning") == verdict, found
    assert any("does not follow" in one["reason"] for one in found["broken"]) == (verdict == "unknown" or key == BAD)
