"""A provider on loopback that bills by the rules of prompt caching, whatever the client asks for.

A prompt is tools, system, messages, in blocks; `cache_control` marks where a prefix may be kept. The tokens
of the longest one that is alive are read, those up to the last mark are written, the rest is input. A read renews.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ccsetup.lab import wire
from ccsetup.lab.authority import Authority
from ccsetup.lab.call import Call
from ccsetup.lab.fault import Hang, Truncate
from ccsetup.lab.server import Delivery, Server
from ccsetup.lab.wire import Answer
from ccsetup.trace.recorder.request import NOISE, PAGE, PAGE_TEXT
from tests.support.billed_forms import Asked, Document, parse

Lifetime = Literal["5m", "1h"]
_SECONDS: Mapping[Lifetime, int] = {"5m": 300, "1h": 3600}
_LEAST = 512  # tokens of a prefix that is kept
_HEADER = "x-anthropic-billing-header"
_TOOL = re.compile(r"please (delegate|fetch|use (mcp__\w+))")
_TORN = 6  # tokens of output that a torn stream is billed


@dataclass
class Billed:
    """What one call was billed: input, write_5m, write_1h, read, output."""

    model: str
    tokens: tuple[int, int, int, int, int]


@dataclass
class Biller:
    """Answers by markers in the last prompt: "please delegate" to a subagent, "please fetch" a page, "please use" a
    tool. `refuse` calls are refused with 529 first; `tear`, `stall` and `hold` are the calls (from 1) whose stream
    breaks off, stops in its midst, or never begins."""

    url: str = ""
    ca_file: Path = field(default_factory=Path)
    refuse: int = 0
    tear: int = 0
    stall: int = 0
    hold: int = 0
    billed: list[Billed] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)  # the models whose tokens were counted, which is free
    tools: dict[str, Document] = field(default_factory=dict)  # by name, as they were sent
    waiting: threading.Event = field(default_factory=threading.Event)
    _kept: dict[tuple[str, str], tuple[float, Lifetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bill(self) -> dict[str, tuple[int, ...]]:
        """{model: sums by kind}."""
        sums: dict[str, list[int]] = {}
        for one in self.billed:
            into = sums.setdefault(one.model, [0] * 5)
            for number, count in enumerate(one.tokens):
                into[number] += count
        return {model: tuple(kinds) for model, kinds in sums.items()}

    @property
    def environment(self) -> Mapping[str, str]:
        return {"HTTPS_PROXY": self.url, "NODE_EXTRA_CA_CERTS": str(self.ca_file), "ANTHROPIC_API_KEY": "sk-ant-k"}

    def answer(self, call: Call) -> tuple[Answer, Delivery]:
        if call.host == PAGE:
            return Answer(200, "text/plain", PAGE_TEXT), None
        if any(re.search(pattern, call.path) for pattern in NOISE):
            return wire.as_json({}, 404), None
        if call.path.endswith("/token"):
            return wire.as_json({"access_token": "ya29.biller", "expires_in": 3599, "token_type": "Bearer"}), None
        asked = parse(call)
        if asked is None:
            return wire.as_json({"data": [], "has_more": False, "first_id": None, "last_id": None}), None
        if asked.counts:  # free
            self.counted.append(asked.model)
            return asked.count(sum(tokens for _, tokens, _ in _blocks(asked.body))), None
        with self._lock:
            return self._message(asked)

    def _message(self, asked: Asked) -> tuple[Answer, Delivery]:
        if self.refuse:
            self.refuse -= 1
            error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
            return wire.as_json(error, 529), None
        content = _reply(asked.body)
        self.tools |= {tool["name"]: tool for tool in asked.body.get("tools", ()) if "name" in tool}
        output = len(json.dumps(content)) // 4 + 1
        input_ = self._input(asked)
        tears = len(self.billed) + 1 == self.tear
        self.billed.append(Billed(asked.model, (*input_, _TORN if tears else output)))
        digest = hashlib.sha256(json.dumps(asked.body).encode()).hexdigest()[:16]
        identity = f"{asked.prefix}{len(self.billed):04}{digest}"
        message = _made(asked.named, identity, content, input_, output)
        events = _events(message)
        answer = asked.answer(message, events)
        if tears and asked.streams:
            return answer, Truncate(asked.torn(answer, events), ms=1_500)
        if len(self.billed) == self.stall and asked.streams:
            self.waiting.set()
            return answer, Truncate(asked.torn(answer, events), ms=30_000)
        if len(self.billed) == self.hold:
            self.waiting.set()
            return answer, Hang(30)
        return answer, None

    def _input(self, asked: Asked) -> tuple[int, int, int, int]:
        """(input, write_5m, write_1h, read) of a prompt."""
        now, model, chain, total = time.monotonic(), asked.model, "", 0
        read, written, marks = 0, {"5m": 0, "1h": 0}, []
        for block, tokens, mark in _blocks(asked.body):
            chain = hashlib.sha256(f"{chain}{block}".encode()).hexdigest()
            total += tokens
            alive = self._kept.get((model, chain))
            if alive is not None and alive[0] > now:
                read = total
                self._kept[model, chain] = (now + _SECONDS[alive[1]], alive[1])
            if mark and total >= _LEAST:
                marks.append((chain, total, mark))
        done = read
        for chain, until, mark in marks:
            if until > done:
                written[mark] += until - done
                done = until
                self._kept[model, chain] = (now + _SECONDS[mark], mark)
        return total - done, written["5m"], written["1h"], read


def _blocks(asked: Document) -> Iterator[tuple[str, int, Lifetime | None]]:
    """(text, tokens, lifetime of a mark) of everything that is cached, in its order."""
    found = [tool for tool in asked.get("tools", ()) if not tool.get("defer_loading")]
    system = asked.get("system", ())
    found += [{"type": "text", "text": system}] if isinstance(system, str) else system
    for message in asked["messages"]:
        content = message["content"]
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        found += [{**part, "role": message["role"]} for part in parts]
    for block in found:
        text = json.dumps({name: value for name, value in block.items() if name != "cache_control"}, sort_keys=True)
        mark = block.get("cache_control")
        if _HEADER not in text:
            yield text, len(text) // 4 + 1, (mark.get("ttl") or "5m") if mark else None


def _last(asked: Document) -> str:
    """The text of the last prompt, without the client's reminders, which may follow it as a message of the system."""
    content = next(one["content"] for one in reversed(asked["messages"]) if one["role"] == "user")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    texts = [part["text"] for part in parts if part["type"] == "text" and "<system-reminder>" not in part["text"]]
    return texts[-1] if texts and not any(part["type"] == "tool_result" for part in parts) else ""


def _reply(asked: Document) -> list[Document]:
    names = [tool.get("name") for tool in asked.get("tools", ())]
    wanted = _TOOL.search(_last(asked)) if names else None
    if wanted is None:
        return [{"type": "text", "text": "pong"}]
    agent = next((name for name in ("Agent", "Task") if name in names), "Agent")
    uses: Mapping[str, tuple[str, dict[str, str]]] = {
        "delegate": (agent, {"description": "pong", "prompt": "say pong", "subagent_type": "general-purpose"}),
        "fetch": ("WebFetch", {"url": f"https://{PAGE}/", "prompt": "say pong"}),
    }
    name, given = uses.get(wanted[1]) or (wanted[2], {"query": "pong"})
    return [{"type": "tool_use", "id": f"toolu_{len(asked['messages']):04}", "name": name, "input": given}]


def _made(model: str, identity: str, content: list[Document], input_: tuple[int, ...], output: int) -> Document:
    fresh, short, hour, read = input_
    return {
        **wire.message(model, "", identity),
        "content": content,
        "stop_reason": "tool_use" if content[0]["type"] == "tool_use" else "end_turn",
        "usage": {
            "input_tokens": fresh,
            "cache_creation_input_tokens": short + hour,
            "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": hour},
            "output_tokens": output,
            "service_tier": "standard",
        },
    }


def _events(message: Document) -> list[Document]:
    usage, [block] = message["usage"], message["content"]
    start = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    if block["type"] == "text":
        empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
    else:
        empty, delta = {**block, "input": {}}, {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    return [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
            "usage": usage,
        },
        {"type": "message_stop"},
    ]


@contextmanager
def billing(folder: Path) -> Iterator[Biller]:
    """A biller on loopback, as the proxy of every host; its certificates are in `folder`."""
    authority = Authority(folder)
    biller = Biller(ca_file=authority.ca_file)
    answering: Callable[[Call], tuple[Answer, Delivery]] = biller.answer
    with Server(answering, authority, secure=False) as server:
        biller.url = f"http://127.0.0.1:{server.port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield biller
        server.shutdown()
        thread.join()
