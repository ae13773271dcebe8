"""A document of `cost --json` whose every text is hostile."""

from typing import Any

from tests.support.transcripts import clock

Document = dict[str, Any]


def tokens(read: int) -> Document:
    return {"input": 10, "write_5m": read // 9, "write_1h": 0, "read": read, "output": read // 50, "thinking": 5}


def cost(amount: str | None, basis: str = "list") -> Document:
    priced = {"amount": amount, "currency": "USD" if amount else None, "basis": basis if amount else "none"}
    return {**priced, "source": None, "read_at": clock(0) if amount else None, "unpriced": [] if amount else ["m"]}


def document(name: str, amount: str | None = "12.50") -> Document:
    """`name` is the profile, model, tool, part and cause."""
    weeks = [
        {"week": week, "requests": 4, "tokens": tokens(read)}
        for week, read in (("2026-W47", 30_000), ("2026-W48", 60_000))
    ]
    model = {"model": name, "requested": name, "pinned": True, "requests": 9, "tokens": tokens(90_000), "weeks": weeks}
    part = {"part": name, "bytes": 4_000, "tokens": 1_000, "how": "calibrated", "registered": 3, "used": 1, "calls": 2}
    profile = {
        "profile": name,
        "surface": "bedrock",
        "surface_certainty": "likely",
        "place": name,
        "requests": 9,
        "sessions": 2,
        "tokens": tokens(90_000),
        "unlogged": tokens(0),
        "web_searches": 0,
        "cost": cost(amount),
        "kinds": {"read": amount, "output": "0.20", "thinking": "0.10"} if amount else {},
        "models": [{**model, "cost": cost(amount)}],
        "estimates": [name],
        "cache": {
            "hit_rate": 0.9,
            "misses": [{"cause": name, "times": 2, "tokens": 7_000, "extra": "0.10"}],
            "replay": {"advice": name},
        },
        "tools": [{"tool": name, "calls": 3, "tokens_added": 500, "tokens_carried": 9_000}],
        "prefix": {"tokens": 1_000, "parts": [part]},
        "doubtful": [{"session": name, "reason": name}],
    }
    days = [
        {"day": day, "requests": 4, "tokens": tokens(read), "cost": cost(amount)}
        for day, read in (("2026-11-20", 30_000), ("2026-11-23", 60_000))
    ]
    return {
        "schema": 1,
        "since": "2026-11-01T00:00:00Z",
        "until": clock(0),
        "profiles": [profile],
        "days": days,
        "unread": {"files": 1, "rows": 2},
        "lower_bound": True,
        "retention_days": 30,
    }
