"""The real client without `run`: what its rows alone say of whose bill it is, with one profile, two and none."""

import json
import os
import shlex
import subprocess
from collections.abc import Mapping

import pytest

from tests.support.billing import Biller
from tests.support.client_runner import QUIET, require_client
from tests.support.priced_world import OPUS, here, lab, running
from tests.support.program import Program
from tests.support.selection import examples
from tests.usage.test_real_bills import OPTIONS, biller
from tests.usage.test_surface_bills import LOGIN, SURFACES

__all__ = ["biller", "here", "lab", "running"]  # fixtures

pytestmark = pytest.mark.client
SET: Mapping[str, Mapping[str, str]] = {
    **SURFACES,
    "api-key": {"key": "env:LAB_KEY"},
    "bedrock": {"aws_profile": "my-prod", "region": "us-east-1", "models.opus": OPUS},
    "vertex": {"project": "acme-ml", "location": "us"},
}
CERTAINTY = {
    "subscription": "certain",
    "bedrock": "certain",
    "vertex": "certain",
    "api-key": "likely",
    "mantle": "likely",
    "claude-aws": "likely",
    "claude-gcp": "likely",
    "foundry": "unknown",
    "gateway": "unknown",
}


def whose(here: Program) -> list[tuple[object, ...]]:
    found = json.loads(here.ok("cost", "--since", "2d", "--json").out)["profiles"]
    return [(one["profile"], one["surface"], one["surface_certainty"]) for one in found]


@pytest.mark.parametrize("surface", examples(CERTAINTY, "mantle"))
def test_rows_alone_tell_the_surface_or_that_it_is_unknown(here: Program, biller: Biller, surface: str) -> None:
    here.init("p", surface, **SET[surface])
    if surface == "subscription":
        (here.home / ".claude").mkdir(exist_ok=True)
        (here.home / ".claude" / ".credentials.json").write_text(json.dumps({"claudeAiOauth": LOGIN}))
    (here.home / "repo").mkdir()
    change = json.loads(here.ok("env", "p", "--shell", "json").out)["env"]
    given = {name: value for name, value in change.items() if value is not None}
    kept = {name: value for name, value in here.extra.items() if name in ("HOME", "CLOUDSDK_CONFIG")}
    there = {"HTTPS_PROXY": biller.url, "NODE_EXTRA_CA_CERTS": str(biller.ca_file), "PATH": os.defpath}
    words = [str(require_client()), "-p", *shlex.split(OPTIONS), "--", "please delegate"]
    environment = {**given, **QUIET, **kept, **there}
    done = subprocess.run(
        words, env=environment, cwd=here.home / "repo", capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done
    certainty = CERTAINTY[surface]
    shown = None if certainty == "unknown" else surface
    assert whose(here) == [("p", surface, certainty)]
    here.init("q", surface, **SET[surface])
    assert whose(here) == [(None, shown, certainty)]
    here.ok("remove", "p", "--yes")
    here.ok("remove", "q", "--yes")
    assert whose(here) == [(None, shown, certainty)]
