"""Recorded answers (`ccsetup doctor --record`), served again: each request gets what its path was answered."""

import json
import re
import threading
from collections import defaultdict
from pathlib import Path

from ccsetup.lab.call import Call
from ccsetup.lab.wire import Answer

_LARGEST = 16 << 20
_HEADER = re.compile(r"[a-z][a-z0-9-]{0,60}")
_NOT_SENT = ("content-type", "date", "content-length", "transfer-encoding", "connection")


class Malformed(ValueError):
    """The file is not a recording."""


class Replay:
    """The refusals of a recording; a success is left to the lab. In the order of the recording, the last one stays."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._left: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        for method, path, answer in _read(file):
            self._left[method, _pattern(path)].append(answer)

    def __len__(self) -> int:
        return sum(map(len, self._left.values()))

    def answer(self, call: Call) -> Answer | None:
        """The recorded refusal of this request; None if it was not refused, or not asked."""
        with self._lock:
            for (method, pattern), answers in self._left.items():
                if method == call.method and re.fullmatch(pattern, call.path):
                    return answers.pop(0) if len(answers) > 1 else answers[0]
        return None


def _pattern(path: str) -> str:
    """A recorded path, whose stand-ins for names match any."""
    return re.sub(r"PROJECT|RESOURCE|NAME|ID|123456789012", r"[^/]+", re.escape(path))


def _read(file: Path) -> list[tuple[str, str, Answer]]:
    try:
        if file.stat().st_size > _LARGEST:
            raise Malformed("it is larger than a recording")
        document = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Malformed("it is not JSON") from error
    answers = document.get("answers") if isinstance(document, dict) else None
    if not isinstance(answers, list) or document.get("schema") != 1:
        raise Malformed("it has no answers of schema 1")
    return [_one(entry) for entry in answers if isinstance(entry, dict) and _is_refusal(entry)]


def _is_refusal(entry: dict[str, object]) -> bool:
    status = entry.get("status")
    return isinstance(status, int) and 400 <= status <= 599


def _one(entry: dict[str, object]) -> tuple[str, str, Answer]:
    method, path, status, body = (entry.get(name) for name in ("method", "path", "status", "body"))
    headers = entry.get("headers")
    if not (isinstance(method, str) and isinstance(path, str) and isinstance(status, int) and isinstance(body, str)):
        raise Malformed("an answer lacks method, path, status or body")
    if not isinstance(headers, dict):
        raise Malformed("an answer has no headers")
    sound = {
        name: value
        for name, value in headers.items()
        if isinstance(value, str) and value.isprintable() and value.isascii() and _HEADER.fullmatch(name)
    }
    kept = tuple((name, value) for name, value in sound.items() if name not in _NOT_SENT)
    return method, path, Answer(status, sound.get("content-type", "text/plain"), body.encode(), kept)
