"""A user's recording becomes specimens: each refusal in it is on the page that recognises it."""

import json
from pathlib import Path

import pytest

from ccsetup.lab.fault import Fault
from ccsetup.lab.lab import Lab
from ccsetup.providers.recognise import UNKNOWN
from tests.support.recordings import missing_specimens
from tests.support.warm import Warm

RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"


def test_refusals_of_recordings_are_on_their_pages() -> None:
    missing = {line: slug for file in RECORDINGS.glob("*.json") for line, slug in missing_specimens(file).items()}
    assert not missing, "add under 'You see':\n" + "\n".join(
        f"checks/{slug}.md\n{line}" for line, slug in missing.items()
    )


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("The security token included in the request is expired", None),  # is there
        ("The security token included in the request is expired, said otherwise", "aws-token-expired"),
    ],
)
def test_recorded_refusal_is_the_line_to_add(tmp_path: Path, lab: Lab, words: str, slug: str | None) -> None:
    program = Warm(tmp_path, lab.environment(tmp_path))
    program.init("b", "bedrock", region="us-east-1", aws_profile="my-prod")
    lab.inject(Fault.from_specimen("sts", 403, "ExpiredToken", words))
    file = tmp_path / "answers.json"
    program.run("doctor", "b", "--record", str(file), "--yes")
    file.write_text(file.read_text().replace("gateway.example.com", "sts.us-east-1.amazonaws.com"))  # not loopback
    found = {line: page for line, page in missing_specimens(file).items() if "ExpiredToken" in line}
    assert found == ({f"> 403 ExpiredToken: {words}": slug} if slug else {})


def test_refusal_that_no_page_knows_is_named(tmp_path: Path) -> None:
    answer = {"host": "gateway.example.com", "status": 418, "headers": {}, "body": '{"error": {"message": "teapot"}}'}
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"schema": 1, "answers": [answer]}))
    assert set(missing_specimens(file).values()) == {UNKNOWN}
