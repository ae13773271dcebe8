"""How each surface's client asks for a message or a count of tokens, and the form in which it is answered."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from ccsetup.lab import wire
from ccsetup.lab.call import Call
from ccsetup.lab.wire import Answer

Document = Any
"""A request's JSON, which has no type."""
_BEDROCK = re.compile(r"/model/(?P<model>[^/]+)/(?P<verb>invoke|invoke-with-response-stream|count-tokens)$")
_VERTEX = re.compile(r"/publishers/anthropic/models/(?P<model>[^/:]+):(?P<verb>rawPredict|streamRawPredict)$")
_DIRECT = re.compile(r"/v1/messages(?P<verb>/count_tokens)?$")


@dataclass(frozen=True)
class Asked:
    """A request for a message or a count: `body` is what the model is asked, `model` what it is billed as."""

    surface: Literal["bedrock", "vertex", "direct"]
    body: Document
    model: str
    counts: bool
    streams: bool

    @property
    def prefix(self) -> str:
        """How the id of a message begins."""
        return {"bedrock": "msg_bdrk_", "vertex": "msg_vrtx_", "direct": "msg_"}[self.surface]

    @property
    def named(self) -> str:
        """The model as an answer names it: without Bedrock's geography, vendor and version, and Vertex AI's `@`."""
        return re.sub(r"^([a-z-]+\.)?anthropic\.|-v\d:\d$", "", self.model).replace("@", "-")

    def count(self, tokens: int) -> Answer:
        return wire.as_json({"inputTokens" if self.surface == "bedrock" else "input_tokens": tokens})

    def answer(self, message: Document, events: Sequence[Mapping[str, object]]) -> Answer:
        if not self.streams:
            return wire.as_json(message)
        return wire.as_event_stream(events) if self.surface == "bedrock" else wire.as_sse(events)

    def torn(self, answer: Answer, events: Sequence[Mapping[str, object]]) -> int:
        """After how many bytes of a stream only the end of the message is missing."""
        if self.surface == "bedrock":
            return len(wire.as_event_stream(events[:-2]).body)
        return answer.body.index(b"event: message_delta")


def parse(call: Call) -> Asked | None:
    """What is asked for; None if it is something else."""
    path = call.path.partition("?")[0]
    if match := _BEDROCK.search(path):
        body = json.loads(call.body)
        counts = match["verb"] == "count-tokens"
        if counts:
            body = json.loads(base64.b64decode(body["input"]["invokeModel"]["body"]))
        streams = match["verb"].endswith("stream")
        return Asked("bedrock", body, unquote(match["model"]), counts, streams)
    if match := _VERTEX.search(path):
        body, counts = json.loads(call.body), match["model"] == "count-tokens"
        model = body["model"] if counts else unquote(match["model"])
        return Asked("vertex", body, model, counts, match["verb"] == "streamRawPredict")
    if match := _DIRECT.search(path):
        body = json.loads(call.body)
        return Asked("direct", body, body["model"], bool(match["verb"]), bool(body.get("stream")))
    return None
