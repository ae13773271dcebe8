"""Wire formats of the providers' responses: JSON, XML, server-sent events, AWS event streams."""

import base64
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

Tree = str | bool | int | float | None | Mapping[str, "Tree"] | Sequence["Tree"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: the body is complete, its length is sent, and the connection stays open."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def as_json(body: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, "application/json", json.dumps(body, ensure_ascii=False).encode(), headers)


def as_json_1x(body: object, status: int = 200, version: str = "1.1") -> Answer:
    """The AWS `json` protocol, 1.0 or 1.1."""
    return Answer(status, f"application/x-amz-json-{version}", json.dumps(body).encode())


def as_html(title: str, status: int) -> Answer:
    """An HTML page, as front ends and company proxies send."""
    text = f"<!DOCTYPE html>\n<html lang=en>\n<title>{escape(title)}</title>\n<p>{escape(title)}</p>\n</html>\n"
    return Answer(status, "text/html; charset=UTF-8", text.encode())


def as_query_xml(action: str, result: Tree, namespace: str, request_id: str) -> Answer:
    """The AWS `query` protocol: lists become `member` elements."""
    body = (
        f'<{action}Response xmlns="{namespace}"><{action}Result>{xml(result)}</{action}Result>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Answer(200, "text/xml", body.encode())


def xml(tree: Tree) -> str:
    """XML elements named by the keys; None values are left out."""
    if isinstance(tree, Mapping):
        return "".join(f"<{name}>{xml(value)}</{name}>" for name, value in tree.items() if value is not None)
    if isinstance(tree, bool):
        return str(tree).lower()
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return "".join(f"<member>{xml(value)}</member>" for value in tree)
    return escape(str(tree))


def message(model: str | None, text: str, identity: str = "msg_lab") -> dict[str, object]:
    """An Anthropic message with `text`; with "" the empty one at the start of a stream."""
    return {
        "id": identity,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": "end_turn" if text else None,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 1},
    }


def message_events(model: str | None, text: str, identity: str = "msg_lab") -> tuple[dict[str, object], ...]:
    """Like `message`, as the events of a stream."""
    return (
        {"type": "message_start", "message": message(model, "", identity)},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 1},
        },
        {"type": "message_stop"},
    )


def as_sse(events: Sequence[Mapping[str, object]], headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Server-sent events, each named by its `type`."""
    text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return Answer(200, "text/event-stream", text.encode(), headers)


def as_event_stream(events: Sequence[Mapping[str, object]], failure: bytes = b"") -> Answer:
    """Bedrock's stream of `chunk` messages; `failure` is an `event_exception` that ends it early."""
    frames = b"".join(
        event_frame(
            {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"},
            json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode(),
        )
        for event in events
    )
    return Answer(200, "application/vnd.amazon.eventstream", frames + failure)


def event_exception(code: str, text: str) -> bytes:
    """An exception in the middle of a Bedrock stream; `code` is sent with a lower-case first letter."""
    name = code[:1].lower() + code[1:]
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return event_frame(headers, json.dumps({"message": text}).encode())


def event_frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message of the AWS event stream: prelude, its CRC, headers, payload, CRC of everything."""
    packed = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack("!II", 16 + len(packed) + len(payload), len(packed))
    head = prelude + struct.pack("!I", zlib.crc32(prelude)) + packed + payload
    return head + struct.pack("!I", zlib.crc32(head))
