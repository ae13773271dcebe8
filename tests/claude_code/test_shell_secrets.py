"""A secret of the shell that a settings file would override: no file gets it, whatever its variable is called."""

import json
from collections.abc import Mapping

import pytest

from tests.claude_code.test_layers_client import plant
from tests.support.program import Program
from tests.support.targets import TARGETS

SECRET = "canary0123456789canary"
PEM = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
KEY = json.dumps({"type": "service_account", "private_key": PEM, "client_email": "a@b.iam.gserviceaccount.com"})
HELD: Mapping[str, str] = {
    "GOOGLE_CREDENTIALS": KEY, "GCLOUD_KEYFILE_JSON": KEY, "GOOGLE_APPLICATION_CREDENTIALS": KEY,
    "google_application_credentials": KEY, "GOOGLE_PRIVATE_KEY": PEM, "CLOUDSDK_SOMETHING": f"https://me:{SECRET}@host",
    "GCE_METADATA_HOST": f"http://host/?token={SECRET}", "GOOGLE_OAUTH_ACCESS_TOKEN": SECRET,
}  # fmt: skip


@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize("words", [("run", "wanted", "--", "claude"), ("apply", "wanted", "--yes", "--scope", "local")])
def test_shells_secret_is_written_to_no_file(program: Program, words: tuple[str, ...], name: str) -> None:
    TARGETS["vertex"].make(program)
    plant(program, "project", {"env": {name: "of-the-project"}})
    bin_ = program.home / "bin"
    bin_.mkdir()
    (bin_ / "claude").write_text("#!/bin/sh\n")
    (bin_ / "claude").chmod(0o755)
    there = {name: HELD[name], "PATH": f"{bin_}:{program.environment['PATH']}"}
    done = program.run(*words, cwd=program.home / "repo", environment=there)
    assert done.code == 0 or (done.code == 2 and f"sets {name}, and this shell's value is a secret" in done.err), (
        done.err
    )
    assert SECRET not in done.out + done.err
    holding = [
        path for path in program.home.rglob("*") if path.is_file() and SECRET in path.read_text(errors="replace")
    ]
    assert holding == []
