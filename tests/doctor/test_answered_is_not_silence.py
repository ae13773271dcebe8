"""An unknown answer is an error at its check, with its message; only silence is unknown."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.doctor.report import Report
from tests.support.answering import Answering
from tests.support.examined import a_profile, examined

JSON, HTML = {"content-type": "application/json"}, {"content-type": "text/html"}
ANSWERS: Mapping[str, tuple[int, Mapping[str, str], str]] = {
    "an unknown error": (418, JSON, '{"error":"teapot","error_description":"short and stout"}'),
    "an error in another form": (418, JSON, '{"error":{"message":"stout"}}'),
    "an error page": (400, HTML, "<html>no</html>"),
    "a page for people": (200, HTML, "<html>sign in</html>"),
    "an empty object": (200, JSON, "{}"),
    "a list": (200, JSON, "[]"),
    "text": (200, {"content-type": "text/plain"}, "hello"),
    "nothing": (400, JSON, ""),
    "a text that forbids": (403, {}, "nope"),
}
PERSON = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "1//lab-old"}
VERTEX = {"project": "acme-ml", "location": "global"}


def external(url: str, token: Path) -> dict[str, object]:
    token.write_text("x")
    audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q"
    return {
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{url}/v1/token",
        "credential_source": {"file": str(token)},
    }


def on_google(home: Path, kind: str, url: str) -> Report:
    file = home / "adc.json"
    file.write_text(json.dumps(PERSON if kind == "person" else external(url, home / "token")))
    around = {"HOME": str(home), "GOOGLE_APPLICATION_CREDENTIALS": str(file)}
    around |= {"CLOUDSDK_AUTH_TOKEN_HOST": f"{url}/token", "CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM": url}
    return examined(home, around, {"p": a_profile("vertex", set=VERTEX)})["p"]


# That of STS is the user's, and stays; a profile removes the other two, and AWS_ENDPOINT_URL.
ENDPOINTS = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME")


def on_aws(home: Path, url: str) -> Report:
    around = {"HOME": str(home), "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "secretsecret"}
    endpoints = dict.fromkeys(ENDPOINTS, url)
    return examined(home, {**around, **endpoints}, {"p": a_profile("bedrock", set={"region": "us-east-1"})})["p"]


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("who", ["person", "external", "aws"])
def test_answer_of_the_sign_in_is_an_error_at_its_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str, name: str
) -> None:
    with Answering() as server:
        server.answer = lambda _: ANSWERS[name]
        for variable in ENDPOINTS:
            monkeypatch.setenv(variable, server.url)
        report = on_aws(tmp_path, server.url) if who == "aws" else on_google(tmp_path, who, server.url)
    assert report.verdict == "error"
    assert report.root in ("unrecognised-error", "endpoint-not-api", "gcp-federation-rejected")
    assert report.broken == ()
    assert "1//lab-old" not in str(report)


@pytest.mark.parametrize("who", ["person", "external"])
def test_silence_of_the_sign_in_is_unknown_in_one_line(tmp_path: Path, who: str) -> None:
    report = on_google(tmp_path, who, "http://127.0.0.1:9")
    assert (report.verdict, len(report.broken)) == ("unknown", 1)
