"""The smallest answer each service would give that lets the client say "pong" and stop."""

from collections.abc import Sequence
from urllib.parse import unquote

from ccsetup.lab import wire
from ccsetup.lab.wire import Answer, Tree

from .request import Request

ACCESS_TOKEN = "ya29.recorder"
"""The Google access token every exchange is answered with."""
_ACCOUNT = "000000000000"
_EXPIRES = "2099-01-01T00:00:00Z"


def answer(request: Request, profiles: Sequence[str] | None) -> Answer:
    """Answer as the service would. `profiles` are the inference profiles to list; None denies the list."""
    path = request.path.partition("?")[0]
    if request.noise:
        # "None are set" for organisation settings and limits; a 200 without them is asked for five times.
        return wire.as_json({}, 404)
    match request.provider:
        case "bedrock" if "/inference-profiles" in path:
            return _inference_profiles(path, profiles)
        case "sts":
            return _sts(request)
        case "sso":
            return _sso()
        case "google-token":
            return _google_token(path)
        case _:
            return _model_service(request, path)


def _model_service(request: Request, path: str) -> Answer:
    """Count, stream or complete, as the path says; an empty object for what has no better answer."""
    if "count-tokens" in path or path.endswith("/count_tokens"):
        return wire.as_json({"input_tokens": 10, "inputTokens": 10})
    if path.endswith("/invoke-with-response-stream"):
        return wire.as_event_stream(wire.message_events(request.model, "pong"))
    if request.inference:
        streams = path.endswith(":streamRawPredict") or b'"stream":true' in request.body
        if streams:
            return wire.as_sse(wire.message_events(request.model, "pong"))
        return wire.as_json(wire.message(request.model, "pong"))
    if path.endswith("/v1/models"):
        return wire.as_json({"data": [], "has_more": False, "first_id": None, "last_id": None})
    return wire.as_json({})


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
    """An identity for GetCallerIdentity, and `ASIARECORDERSTS` for anything that assumes a role."""
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
    """Role credentials for a signed-in IAM Identity Center profile: `ASIARECORDERSSO`."""
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
