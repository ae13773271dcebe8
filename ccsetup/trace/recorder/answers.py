"""The smallest answers of each service with which the client prints "pong" and stops."""

import json
from collections.abc import Sequence
from urllib.parse import unquote

from ccsetup.lab import wire
from ccsetup.lab.wire import Answer, Tree
from ccsetup.trace.recorder.request import PAGE, PAGE_TEXT, Request

ACCESS_TOKEN = "ya29.recorder"  # noqa: S105 - a fixed dummy
"""The Google access token that answers every exchange."""
_ACCOUNT = "000000000000"
_EXPIRES = "2099-01-01T00:00:00Z"


def answer(request: Request, profiles: Sequence[str] | None, *, fetch: bool = False) -> Answer:
    """Return the service's answer. `profiles` are the inference profiles to list; None denies the list.

    With `fetch`, a call that offers tools gets a WebFetch request for a page, which the client reads with its
    background model.
    """
    path = request.path.partition("?")[0]
    match request.provider:
        case _ if request.noise:
            # 404: no organisation settings and limits. The client retries a 200 without them five times.
            return Answer(200, "text/plain", PAGE_TEXT) if request.host == PAGE else wire.as_json({}, 404)
        case _ if "/inference-profiles" in path:
            return _inference_profiles(path, profiles)
        case "sts":
            return _sts(request)
        case "sso":
            return _sso()
        case "google-token":
            return _google_token(path)
        case _:
            return _model_service(request, path, fetch=fetch and request.role == "main")


def _model_service(request: Request, path: str, *, fetch: bool) -> Answer:
    """Count, stream or complete, depending on the path; an empty object for other paths."""
    if "count-tokens" in path or path.endswith("/count_tokens"):
        return wire.as_json({"input_tokens": 10, "inputTokens": 10})
    events = _fetching(request.model) if fetch else wire.message_events(request.model, "pong")
    if path.endswith("/invoke-with-response-stream"):
        return wire.as_event_stream(events)
    if request.inference:
        streams = path.endswith(":streamRawPredict") or b'"stream":true' in request.body
        if streams:
            return wire.as_sse(events)
        return wire.as_json(wire.message(request.model, "pong"))
    if path.endswith("/v1/models"):
        return wire.as_json({"data": [], "has_more": False, "first_id": None, "last_id": None})
    return wire.as_json({})


def _fetching(model: str | None) -> tuple[dict[str, object], ...]:
    """Return a message that makes the client fetch a page, as events of a stream."""
    start, *_, stop = wire.message_events(model, "")
    use = {"type": "tool_use", "id": "toolu_recorder", "name": "WebFetch", "input": {}}
    given = json.dumps({"url": f"https://{PAGE}/", "prompt": "say pong"})
    return (
        start,
        {"type": "content_block_start", "index": 0, "content_block": use},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": given}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"output_tokens": 1},
        },
        stop,
    )


def _inference_profiles(path: str, profiles: Sequence[str] | None) -> Answer:
    if profiles is None:
        return wire.as_json({"__type": "AccessDeniedException", "message": "denied by the recorder"}, 403)
    named = unquote(path.partition("/inference-profiles")[2].strip("/"))
    if named:
        return wire.as_json(_profile(named.rpartition("/")[2]))
    return wire.as_json({"inferenceProfileSummaries": [_profile(profile) for profile in profiles]})


def _profile(profile: str) -> dict[str, object]:
    model = profile.partition(".")[2]
    return {
        "inferenceProfileId": profile,
        "inferenceProfileName": profile,
        "inferenceProfileArn": f"arn:aws:bedrock:us-east-1:{_ACCOUNT}:inference-profile/{profile}",
        "models": [{"modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{model}"}],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    }


def _sts(request: Request) -> Answer:
    """Return an identity for GetCallerIdentity, and the key `ASIARECORDERSTS` for the AssumeRole calls."""
    action = next(
        (name for name in ("AssumeRoleWithWebIdentity", "AssumeRole") if f"Action={name}".encode() in request.body),
        "GetCallerIdentity",
    )
    arn = f"arn:aws:sts::{_ACCOUNT}:assumed-role/recorder/session"
    result: Tree = {"Account": _ACCOUNT, "UserId": "AIDARECORDER", "Arn": arn}
    if action != "GetCallerIdentity":
        result = {
            "Credentials": {
                "AccessKeyId": "ASIARECORDERSTS",
                "SecretAccessKey": "secret",
                "SessionToken": "session",
                "Expiration": _EXPIRES,
            },
            "AssumedRoleUser": {"AssumedRoleId": "AROARECORDER:session", "Arn": arn},
        }
    return wire.as_query_xml(action, result, "https://sts.amazonaws.com/doc/2011-06-15/", "recorder")


def _sso() -> Answer:
    """Return role credentials for a signed-in IAM Identity Center profile: `ASIARECORDERSSO`."""
    return wire.as_json(
        {
            "roleCredentials": {
                "accessKeyId": "ASIARECORDERSSO",
                "secretAccessKey": "secret",
                "sessionToken": "session",
                "expiration": 4070908800000,
            }
        }
    )


def _google_token(path: str) -> Answer:
    if path.endswith(":generateAccessToken"):
        return wire.as_json({"accessToken": ACCESS_TOKEN, "expireTime": _EXPIRES})
    return wire.as_json({"access_token": ACCESS_TOKEN, "expires_in": 3599, "token_type": "Bearer"})
