"""Gateways refuse in their own forms: the status names the page, and the gateway is the actor."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.doctor.report import Report
from ccsetup.lab.fault import Fault, Reply
from ccsetup.lab.lab import Lab
from ccsetup.lab.wire import Answer
from tests.support.examined import a_profile, examined, slugs

JSON = "application/json"
REFUSALS: Mapping[str, tuple[int, object, str, str]] = {  # gateway: (status, body, page, part of the message)
    "LiteLLM": (
        401,
        {
            "error": {
                "message": "Authentication Error, Invalid proxy server token passed",
                "type": "token_not_found_in_db",
                "param": "key",
                "code": "401",
            }
        },
        "gateway-key-rejected",
        "Invalid proxy server token",
    ),
    "LiteLLM in Anthropic's form": (
        401,
        {"type": "error", "error": {"type": "authentication_error", "message": "Invalid proxy server token passed"}},
        "gateway-key-rejected",
        "Invalid proxy",
    ),
    "LiteLLM budget": (
        400,
        {
            "error": {
                "message": "Budget has been exceeded! Current cost: 12.4, Max budget: 10.0",
                "type": "budget_exceeded",
                "code": "400",
            }
        },
        "gateway-budget",
        "Max budget",
    ),
    "OpenRouter": (
        401,
        {"error": {"message": "No auth credentials found", "code": 401}},
        "gateway-key-rejected",
        "No auth",
    ),
    "OpenRouter credits": (
        402,
        {"error": {"message": "Insufficient credits", "code": 402}},
        "gateway-budget",
        "credits",
    ),
    "Databricks": (
        403,
        {"error_code": "403", "message": "Invalid access token"},
        "gateway-forbidden",
        "Invalid access",
    ),
    "Portkey": (401, {"status": "failure", "message": "Invalid API Key"}, "gateway-key-rejected", "Invalid API Key"),
    "Kong": (
        401,
        {"message": "Invalid authentication credentials"},
        "gateway-key-rejected",
        "authentication credentials",
    ),
    "Kong limit": (429, {"message": "API rate limit exceeded"}, "gateway-rate-limited", "rate limit"),
    "Cloudflare": (
        401,
        {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]},
        "gateway-key-rejected",
        "Authentication error",
    ),
    "Cloudflare list": (
        401,
        {"success": False, "error": [{"code": 2009, "message": "Unauthorized"}]},
        "gateway-key-rejected",
        "Unauthorized",
    ),
    "Azure APIM": (
        401,
        {"statusCode": 401, "message": "Access denied due to missing subscription key."},
        "gateway-key-rejected",
        "missing subscription key",
    ),
    "new-api": (
        401,
        {"error": {"message": "无效的令牌", "type": "new_api_error"}},
        "gateway-key-rejected",
        "无效的令牌",
    ),
    "one-api in a 200": (200, {"success": False, "message": "user quota is not enough"}, "gateway-budget", "quota"),
    "one-api's msg": (403, {"code": 403, "msg": "ip not allowed"}, "gateway-forbidden", "ip not allowed"),
    "FastAPI": (401, {"detail": "Not authenticated"}, "gateway-key-rejected", "Not authenticated"),
    "FastAPI forbids": (403, {"detail": {"error": "team may not list"}}, "gateway-forbidden", "team may not"),
    "Istio": (403, "RBAC: access denied", "gateway-forbidden", "RBAC"),
    "Ollama": (401, {"error": "unauthorized"}, "gateway-key-rejected", "unauthorized"),
    "a string": (401, {"error": "token expired"}, "gateway-key-rejected", "token expired"),
    "a web firewall": (403, "<!DOCTYPE html><title>Attention Required!</title>", "gateway-forbidden", "Attention"),
    "an error in a 200": (200, {"error": {"message": "bad key", "code": 401}}, "gateway-key-rejected", "bad key"),
    "an error of Anthropic's in a 200": (
        200,
        {"type": "error", "error": {"type": "authentication_error", "message": "who are you"}},
        "gateway-key-rejected",
        "who are you",
    ),
    "a code in a 200": (200, {"code": 401, "msg": "login first"}, "gateway-key-rejected", "login first"),
    "a failure": (500, {"detail": "Internal Server Error"}, "gateway-unavailable", "Internal"),
    "no upstream": (503, "no healthy upstream", "gateway-unavailable", "upstream"),
    "a front end's page": (502, "<html><title>502 Bad Gateway</title></html>", "", "502"),
    "a teapot": (418, {"msg": "short and stout"}, "unrecognised-error", "short and stout"),
}


def reply(status: int, body: object) -> Reply:
    if isinstance(body, str):
        kind = "text/html" if body.startswith("<") else "text/plain"
        return Reply(Answer(status, kind, body.encode()))
    return Reply(Answer(status, JSON, json.dumps(body).encode()))


def look(home: Path, lab: Lab, surface: str, key: str = "", **models: str) -> Report:
    file = home / "key"
    file.touch(0o600)
    file.write_text(key or lab.world.anthropic.login[0].secret)
    profile = a_profile(surface, set={"base_url": lab.url, "key": f"file:{file}"}, models=models)
    return examined(home, {"HOME": str(home), "PATH": "/usr/bin:/bin"}, {"p": profile})["p"]


@pytest.mark.parametrize("surface", ["gateway", "api-key"])
@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_has_the_page_of_its_status(lab: Lab, tmp_path: Path, name: str, surface: str) -> None:
    status, body, page, words = REFUSALS[name]
    for operation in ("ListModels", *(["CreateMessage"] if status in (200, 401, 403) else [])):
        lab.inject(Fault(reply(status, body), operation=operation))
    report = look(tmp_path, lab, surface)
    found = report.findings
    assert report.verdict != "ok"
    assert not report.broken or page == ""
    (finding,) = found
    assert finding.check == page or not page
    assert words in finding.facts["words"]
    assert not page.startswith("gateway") or finding.facts["actor"].startswith("The gateway at 127.0.0.1")


def test_pins_are_compared_with_every_listed_id_and_pattern(lab: Lab, tmp_path: Path) -> None:
    ids = ["gpt-5.6-sol", "claude-sonnet-*", "our-haiku"]
    body = {"object": "list", "data": [{"id": id_, "object": "model"} for id_ in ids]}
    lab.inject(Fault(reply(200, body), operation="ListModels"))
    models = {"opus": "gpt-5.6-sol", "sonnet": "claude-sonnet-5-5", "haiku": "our-haiku"}
    report = look(tmp_path, lab, "gateway", **models)
    assert slugs(report) == []
    missing = look(tmp_path, lab, "gateway", **{**models, "opus": "gpt-4"})
    assert slugs(missing) == ["api-model-not-found"]
    assert missing.findings[0].facts["model"] == "gpt-4"
    assert missing.findings[0].facts["actor"].startswith("The gateway at ")
