"""Provider errors in each service's wire format."""

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


def render(service: Service, call: Call, failure: Fails) -> Answer:
    """Render the error in the wire format of `service`."""
    match service:
        case "sts" | "iam":
            return _query(failure)
        case "servicequotas" | "cloudwatch" | "pricing" | "organizations":
            body = {"__type": failure.code, "Message": failure.message}
            version = "1.0" if service == "cloudwatch" else "1.1"
            return _with(as_json_1x(body, failure.status, version), failure)
        case "bedrock" | "bedrock-runtime" | "account" | "sso" | "bedrock-mantle":
            return _rest_json(call, failure)
        case "google-token":
            body = {"error": failure.code, "error_description": failure.message, **failure.details}
            return _with(as_json(body, failure.status), failure)
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
            # Vertex AI passes on the errors of Anthropic's model in Anthropic's format.
            return _anthropic(failure) if failure.code.endswith("_error") else _google(service, call, failure)
        case "anthropic" | "aws-external-anthropic" | "foundry" | "unknown":
            # The cloud uses its own format for requests that it refuses before Anthropic sees them.
            by_cloud = {"aws-external-anthropic": _rest_json, "foundry": _azure}.get(service)
            return by_cloud(call, failure) if by_cloud and not failure.code.endswith("_error") else _anthropic(failure)
        case _:
            assert_never(service)


def _with(answer: Answer, error: Fails) -> Answer:
    return Answer(answer.status, answer.content_type, answer.body, answer.headers + error.headers)


def _rest_json(call: Call, error: Fails) -> Answer:
    """Bedrock's front end uses `Message` in refusals before the request reaches the service."""
    word = "Message" if call.bearer else "message"
    kind = (("x-amzn-ErrorType", f"{error.code}:http://internal.amazon.com/coral/com.amazon.bedrock/"),)
    answer = as_json({word: error.message}, error.status, kind if error.code else ())
    return _with(answer, error)


def _query(error: Fails) -> Answer:
    side = "Sender" if error.status < 500 else "Receiver"
    body = (
        f"<ErrorResponse><Error><Type>{side}</Type><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error><RequestId>lab</RequestId></ErrorResponse>"
    )
    return _with(Answer(error.status, "text/xml", body.encode()), error)


def _google(service: Service, call: Call, failure: Fails) -> Answer:
    """`code` is a canonical status (NOT_FOUND) or else the reason of an ErrorInfo.

    `details` are that ErrorInfo's metadata; "status" in it is the canonical status if the HTTP status does not imply
    it.
    """
    canonical = {*_GOOGLE_STATUS.values(), "FAILED_PRECONDITION", "ABORTED", "ALREADY_EXISTS", "OUT_OF_RANGE"}
    told = failure.details.get("status") or _GOOGLE_STATUS.get(failure.status, "UNKNOWN")
    status = failure.code if failure.code in canonical else told
    error: dict[str, object] = {"code": failure.status, "message": failure.message, "status": status}
    if failure.code and failure.code not in canonical:
        domain = "iam.googleapis.com" if failure.code == "IAM_PERMISSION_DENIED" else "googleapis.com"
        metadata = {name: value for name, value in failure.details.items() if name != "status"}
        named = {"service": f"{service}.googleapis.com", **metadata}
        error["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": failure.code,
                "domain": domain,
                "metadata": named,
            }
        ]
    streams = call.path.endswith(":streamRawPredict")
    return _with(as_json([{"error": error}] if streams else {"error": error}, failure.status), failure)


def _azure(_: Call, error: Fails) -> Answer:
    return _with(as_json({"error": {"code": error.code, "message": error.message}}, error.status), error)


def _anthropic(failure: Fails) -> Answer:
    error: dict[str, object] = {"type": failure.code, "message": failure.message}
    if failure.details:
        error["details"] = dict(failure.details)
    request_id = "req_011CVlab00000000000000"
    body = {"type": "error", "error": error, "request_id": request_id}
    return _with(as_json(body, failure.status, (("request-id", request_id),)), failure)
