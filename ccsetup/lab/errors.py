"""A provider's no, as its service puts it on the wire."""

from typing import assert_never
from xml.sax.saxutils import escape

from ccsetup.lab.call import Call, Fails, Service
from ccsetup.lab.wire import Answer, as_json, as_json_1x

_GOOGLE_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def rendered(service: Service, call: Call, why: Fails) -> Answer:
    """The error in the wire form of `service`."""
    match service:
        case "sts" | "iam":
            return _query(why)
        case "servicequotas" | "cloudwatch" | "pricing":
            body = {"__type": why.code, "Message": why.message}
            version = "1.0" if service == "cloudwatch" else "1.1"
            return _with(as_json_1x(body, why.status, version), why)
        case "bedrock" | "bedrock-runtime" | "account" | "sso" | "bedrock-mantle":
            return _rest_json(call, why)
        case "google-token":
            body = {"error": why.code, "error_description": why.message, **why.details}
            return _with(as_json(body, why.status), why)
        case (
            "aiplatform"
            | "cloudresourcemanager"
            | "serviceusage"
            | "cloudquotas"
            | "cloudbilling"
            | "orgpolicy"
            | "iamcredentials"
            | "claude"
        ):
            # Vertex AI hands on what Anthropic's model says of itself, in Anthropic's shape.
            return _anthropic(why) if why.code.endswith("_error") else _google(service, call, why)
        case "anthropic" | "aws-external-anthropic" | "foundry" | "unknown":
            # A cloud refuses in its own words what Anthropic never sees.
            by_cloud = {"aws-external-anthropic": _rest_json, "foundry": _azure}.get(service)
            return by_cloud(call, why) if by_cloud and not why.code.endswith("_error") else _anthropic(why)
        case _:
            assert_never(service)


def _with(answer: Answer, why: Fails) -> Answer:
    return Answer(answer.status, answer.content_type, answer.body, answer.headers + why.headers)


def _rest_json(call: Call, why: Fails) -> Answer:
    """Bedrock's front door spells `Message` for what it refuses before the service sees it."""
    word = "Message" if call.bearer else "message"
    kind = (("x-amzn-ErrorType", f"{why.code}:http://internal.amazon.com/coral/com.amazon.bedrock/"),)
    answer = as_json({word: why.message}, why.status, kind if why.code else ())
    return _with(answer, why)


def _query(why: Fails) -> Answer:
    side = "Sender" if why.status < 500 else "Receiver"
    body = (
        f"<ErrorResponse><Error><Type>{side}</Type><Code>{escape(why.code)}</Code>"
        f"<Message>{escape(why.message)}</Message></Error><RequestId>lab</RequestId></ErrorResponse>"
    )
    return _with(Answer(why.status, "text/xml", body.encode()), why)


def _google(service: Service, call: Call, why: Fails) -> Answer:
    """`code` is a canonical status (NOT_FOUND) or, failing that, the reason of an ErrorInfo.

    `details` are that ErrorInfo's metadata; "status" there is the canonical status, where HTTP's does not tell it.
    """
    canonical = {*_GOOGLE_STATUS.values(), "FAILED_PRECONDITION", "ABORTED", "ALREADY_EXISTS", "OUT_OF_RANGE"}
    told = why.details.get("status") or _GOOGLE_STATUS.get(why.status, "UNKNOWN")
    status = why.code if why.code in canonical else told
    error: dict[str, object] = {"code": why.status, "message": why.message, "status": status}
    if why.code and why.code not in canonical:
        domain = "iam.googleapis.com" if why.code == "IAM_PERMISSION_DENIED" else "googleapis.com"
        metadata = {name: value for name, value in why.details.items() if name != "status"}
        named = {"service": f"{service}.googleapis.com", **metadata}
        error["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": why.code,
                "domain": domain,
                "metadata": named,
            }
        ]
    streams = call.path.endswith(":streamRawPredict")
    return _with(as_json([{"error": error}] if streams else {"error": error}, why.status), why)


def _azure(_: Call, why: Fails) -> Answer:
    return _with(as_json({"error": {"code": why.code, "message": why.message}}, why.status), why)


def _anthropic(why: Fails) -> Answer:
    error: dict[str, object] = {"type": why.code, "message": why.message}
    if why.details:
        error["details"] = dict(why.details)
    request_id = "req_011CVlab00000000000000"
    body = {"type": "error", "error": error, "request_id": request_id}
    return _with(as_json(body, why.status, (("request-id", request_id),)), why)
