"""Members of a family of ours (`VERTEX_REGION_CLAUDE_*`) that a profile's `[env]` names, and `--off`."""

import json
from pathlib import Path

import pytest

from tests.support.hooked import Hooked, Pristine
from tests.support.real_shells import shell
from tests.support.selection import examples

pytestmark = pytest.mark.shells


@pytest.fixture(params=["bash", "zsh", "fish"])
def hooked(request: pytest.FixtureRequest, tmp_path: Path) -> Hooked:
    shell(request.param)
    return Pristine.make(request.param, tmp_path).restored()


MEMBER = "VERTEX_REGION_CLAUDE_9_9_OPUS"


@pytest.mark.thorough
@pytest.mark.parametrize("way", examples(("use", "evaluate"), "use"))
def test_a_member_of_an_owned_family_that_a_profile_set_does_not_come_back(hooked: Hooked, way: str) -> None:
    hooked.program.init("mine", "vertex", "--set", f"env.{MEMBER}=us-east5", project="my-project", location="global")
    take = getattr(hooked, way)
    assert take("mine", environment={MEMBER: "left"})[MEMBER] == "us-east5"
    for names in (("mine", "--off"), ("mine", "bedrock-prod"), ("mine", "bedrock-prod", "--off")):
        after = take(*names, environment={MEMBER: "left"})
        assert not {MEMBER, f"CCSETUP_SAVED_{MEMBER}"} & after.keys(), names


def test_off_in_json_unsets_a_member_of_an_owned_family(hooked: Hooked) -> None:
    # What version 0.1.0 saved does not come back either.
    saved = {"CCSETUP_PROFILE": "mine", MEMBER: "us", "CCSETUP_BORROWED": MEMBER, f"CCSETUP_SAVED_{MEMBER}": "left"}
    done = hooked.program.run("env", "--off", "--shell", "json", environment=saved)
    assert json.loads(done.out)["env"][MEMBER] is None
    assert (
        json.loads(hooked.program.run("env", "--off", "--shell", "json", environment={MEMBER: "us"}).out)["env"] == {}
    )
