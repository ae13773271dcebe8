"""The smallest answer each service would give that lets the client say "pong" and stop."""

import base64
import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from .request import Request

ACCESS_TOKEN = "ya29.recorder"
"""The Google access token every exchange is answered with."""
_ACCOUNT = "000000000000"
_EXPIRES = "2099-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes


def answer(request: Request, profiles: Sequence[str] | None) -> Answer:
    """Answer as the service would. `profiles` are the inference profiles to list; None denies the list."""
    path = request.path.partition("?")[0]
    if request.noise:
        # "None are set" for organisation settings and limits; a 200 without them is asked for five times.
        return _json({}, 404)
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
        return _json({"input_tokens": 10, "inputTokens": 10})
    if path.endswith("/invoke-with-response-stream"):
        stream = b"".join(_chunk(event) for event in _events(request.model))
        return Answer(200, "application/vnd.amazon.eventstream", stream)
    if request.inference:
        streams = path.endswith(":streamRawPredict") or b'"stream":true' in request.body
        return _sse(request.model) if streams else _json(_message(request.model, "pong"))
    if path.endswith("/v1/models"):
        return _json({"data": [], "has_more": False, "first_id": None, "last_id": None})
    return _json({})


def _json(body: object, status: int = 200) -> Answer:
    return Answer(status, "application/json", json.dumps(body).encode())


def _message(model: str | None, text: str) -> dict[str, object]:
    return {
        "id": "msg_recorder",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": "end_turn" if text else None,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 1},
    }


def _events(model: str | None) -> tuple[dict[str, object], ...]:
    return (
        {"type": "message_start", "message": _message(model, "")},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "pong"},
        },
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 1},
        },
        {"type": "message_stop"},
    )


def _sse(model: str | None) -> Answer:
    text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _events(model))
    return Answer(200, "text/event-stream", text.encode())


def _chunk(event: dict[str, object]) -> bytes:
    """One `chunk` message of the AWS event stream: prelude, its CRC, headers, payload, CRC of it all."""
    headers = b"".join(
        struct.pack("!B", len(name)) + name + struct.pack("!BH", 7, len(value)) + value
        for name, value in (
            (b":event-type", b"chunk"),
            (b":content-type", b"application/json"),
            (b":message-type", b"event"),
        )
    )
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack("!I", zlib.crc32(message))


def _inference_profiles(path: str, profiles: Sequence[str] | None) -> Answer:
    if profiles is None:
        return _json({"__type": "AccessDeniedException", "message": "denied by the recorder"}, 403)
    named = unquote(path.partition("/inference-profiles")[2].strip("/"))
    if named:
        return _json(_profile(named.rpartition("/")[2]))
    return _json({"inferenceProfileSummaries": [_profile(profile) for profile in profiles]})


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
    result = f"<Account>{_ACCOUNT}</Account><UserId>AIDARECORDER</UserId><Arn>{arn}</Arn>"
    if action != "GetCallerIdentity":
        result = (
            "<Credentials><AccessKeyId>ASIARECORDERSTS</AccessKeyId>"
            "<SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>"
            f"<Expiration>{_EXPIRES}</Expiration></Credentials>"
            f"<AssumedRoleUser><AssumedRoleId>AROARECORDER:session</AssumedRoleId><Arn>{arn}</Arn>"
            "</AssumedRoleUser>"
        )
    xml = (
        f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<{action}Result>{result}</{action}Result>"
        "<ResponseMetadata><RequestId>recorder</RequestId></ResponseMetadata>"
        f"</{action}Response>"
    )
    return Answer(200, "text/xml", xml.encode())


def _sso() -> Answer:
    """Role credentials for a signed-in IAM Identity Center profile: `ASIARECORDERSSO`."""
    return _json(
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
        return _json({"accessToken": ACCESS_TOKEN, "expireTime": _EXPIRES})
    return _json({"access_token": ACCESS_TOKEN, "expires_in": 3599, "token_type": "Bearer"})
