"""Transcripts by the gigabyte, in the client's own form: the rows of a real session, again and again with other ids,
and tool results between them as long as real ones are."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from tests.support.transcripts import FOLDER, line

_SPECIMEN = FOLDER / "surface-bedrock"
_START = 1_795_651_200_000  # 2026-11-26, in milliseconds
_DAY = 86_400_000
_REQUESTS = 180  # of a session
_WORDS = ("def", "return", "import", "self", "None", "value", "path", "error", "the", "of", "a", "in", "for")


def write_transcripts(folder: Path, size: int, *, days: int = 28) -> int:
    """Write sessions of about 5 MB below `folder` until they come to `size` bytes, spread over `days`; how many."""
    chance = random.Random(4711)
    texts = [" ".join(chance.choices(_WORDS, k=1_200)) + '\n\t"quoted"\n' for _ in range(40)]
    written = number = 0
    while written < size:
        session = f"{number:08x}-0000-4000-8000-000000000000"
        path = folder / "projects" / f"-home-ada-src-repo-{number % 9}" / f"{session}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for row in _session(session, number, _START - (number % days) * _DAY, chance, texts):
                written += file.write(line(row))
        number += 1
    return number


def _session(
    session: str, number: int, start: int, chance: random.Random, texts: list[str]
) -> Iterator[dict[str, object]]:
    (path,) = _SPECIMEN.rglob("*.jsonl")
    rows = [json.loads(text) for text in path.read_text().splitlines()]
    answers = [row for row in rows if row["type"] == "assistant"]
    request = next(row for row in rows if row["type"] == "api-request")
    result = [row for row in rows if row["type"] == "user"][-1]
    first = rows.index(request)
    yield from ({**row, "sessionId": session} for row in rows[:first])
    read = 12_000
    for turn in range(_REQUESTS):
        at = start + turn * 40_000
        id_, ref = f"msg_bdrk_{number:06d}{turn:06d}", f"{number:08d}-{turn:04d}"
        yield {**request, "id": ref, "sessionId": session}
        blob = {"role": "user", "content": chance.choice(texts)}
        yield {"type": "api-request-blob", "sessionId": session, "hash": f"{ref}-b", "message": blob}
        added = chance.randrange(200, 3_000)
        usage = {
            **answers[0]["message"]["usage"],
            "input_tokens": 3,
            "cache_creation_input_tokens": added,
            "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": added},
            "cache_read_input_tokens": read,
            "output_tokens": chance.randrange(40, 900),
        }
        text = {"type": "text", "text": chance.choice(texts)[:900]}
        for block in (text, {**answers[1]["message"]["content"][0], "id": f"toolu_{ref}"}):
            message = {**answers[0]["message"], "id": id_, "usage": usage, "content": [block]}
            common = {"uuid": f"{ref}-{block['type']}", "timestamp": _clock(at), "sessionId": session}
            yield {**answers[0], "message": message, "requestRef": ref, **common}
        shown = chance.choice(texts)
        content = [{"type": "tool_result", "tool_use_id": f"toolu_{ref}", "content": shown}]
        body = {"message": {"role": "user", "content": content}, "toolUseResult": {"stdout": shown, "stderr": ""}}
        yield {**result, **body, "sessionId": session, "timestamp": _clock(at + 9_000)}
        read += added


def _clock(at: int) -> str:
    import datetime

    moment = datetime.datetime.fromtimestamp(at / 1000, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
