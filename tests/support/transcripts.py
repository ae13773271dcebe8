"""Transcripts of the real client with what was billed (facts/cost.md), and rows made by hand in its form."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ccsetup.usage.collect import Collected, collect
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.work import measure

FOLDER = Path(__file__).parent.parent / "data" / "transcripts"
SPECIMENS = sorted(path.name for path in FOLDER.iterdir())
Bill = Mapping[str, tuple[int, ...]]


def billed(name: str) -> Bill:
    """{model: (input, write_5m, write_1h, read, output)}."""
    total = json.loads((FOLDER / name / "bill.json").read_text())["total"]
    return {model: tuple(kinds[kind] for kind in kinds) for model, kinds in total.items()}


def read(ledger: Ledger, *folders: Path) -> Collected:
    return collect(ledger, folders, lambda _done, _total: None)


def measured(ledger: Ledger) -> Bill:
    """What the ledger's rows, and what has none, come to."""
    sums: dict[str, list[int]] = {}
    for work in measure(ledger):
        used = [(one.model, one.tokens) for one in work.requests] + [(one.model, one.tokens) for one in work.unlogged]
        for model, tokens in used:
            into = sums.setdefault(ledger.strings[model], [0] * 5)
            for kind, count in enumerate(tokens[:5]):
                into[kind] += count
    return {model: tuple(kinds) for model, kinds in sums.items()}


def answer(
    id_: str, at: float, tokens: Sequence[int], *, session: str = "s1", model: str = "claude-opus-5-5", **more: object
) -> dict[str, object]:
    """An `assistant` row; `at` in seconds of the day, `tokens` are input, write_5m, write_1h, read, output."""
    fresh, write_5m, write_1h, read_, output = tokens
    usage = {
        "input_tokens": fresh,
        "cache_creation_input_tokens": write_5m + write_1h,
        "cache_read_input_tokens": read_,
        "output_tokens": output,
        "cache_creation": {"ephemeral_5m_input_tokens": write_5m, "ephemeral_1h_input_tokens": write_1h},
    }
    content = more.pop("content", [{"type": "text", "text": "pong"}])
    message = {"id": id_, "model": model, "role": "assistant", "content": content, "usage": usage}
    row = {"parentUuid": None, "isSidechain": False, "message": message, "type": "assistant", "uuid": f"{id_}-{at}"}
    return {**row, "timestamp": clock(at), "cwd": "/home/ada/repo", "version": "2.1.332", "sessionId": session, **more}


def total(
    models: Mapping[str, Sequence[int]], *, session: str = "s1", start: float = 0, end: float = 0
) -> dict[str, object]:
    """A `cost-state` row, as `answer`."""
    usage = {
        model: {
            "inputTokens": kinds[0],
            "cacheCreationInputTokens": kinds[1] + kinds[2],
            "cacheCreationEphemeral5mInputTokens": kinds[1],
            "cacheCreationEphemeral1hInputTokens": kinds[2],
            "cacheReadInputTokens": kinds[3],
            "outputTokens": kinds[4],
            "costUSD": 1.5,
        }
        for model, kinds in models.items()
    }
    times = {"startTime": _DAY + round(start * 1000), "totalDuration": round((end - start) * 1000)}
    return {"type": "cost-state", "sessionId": session, **times, "modelUsage": usage}


_DAY = 1_795_651_200_000  # 2026-11-26, in milliseconds


def clock(seconds: float) -> str:
    import datetime

    moment = datetime.datetime.fromtimestamp(_DAY / 1000 + seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(row: Mapping[str, object]) -> bytes:
    """As the client writes it."""
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode(errors="backslashreplace") + b"\n"


def write(folder: Path, name: str, *rows: Mapping[str, object]) -> Path:
    """A transcript `name` (its path below the project's folder, without suffix)."""
    path = folder / "projects" / "-home-ada-repo" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(line, rows)))
    return path
