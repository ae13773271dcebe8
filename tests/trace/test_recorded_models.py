"""The model that a request's path names, also below a base URL with a path and for ids that are paths."""

import pytest

from ccsetup.trace.recorder.request import parse_request

PROJECT = "/v1/projects/acme-ml/locations/global/publishers/anthropic/models"
LONG = "publishers/anthropic/models/claude-opus-5-5"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/model/us.anthropic.claude-opus-5-5/invoke-with-response-stream", "us.anthropic.claude-opus-5-5"),
        ("/model/model/us.anthropic.claude-opus-5-5/invoke-with-response-stream", "us.anthropic.claude-opus-5-5"),
        ("/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Aprompt%2FA/invoke", "arn:aws:bedrock:us-east-1::prompt/A"),
        (f"{PROJECT}/claude-opus-5-5:streamRawPredict", "claude-opus-5-5"),
        (f"{PROJECT}/{LONG}:rawPredict", LONG),
    ],
)
def test_model_of_a_path(path: str, model: str) -> None:
    request = parse_request("POST", path, {"content-type": "application/json"}, b"{}", scheme="https", host="h")
    assert request.model == model
    assert request.inference
