"""Transcripts of a made-up fortnight, in the form in which Claude Code 2.1.332 writes them: the same for each end.

Caching follows the rules: what was said is read while it is alive, and written again after an idle gap, a compaction or
another model. No text is in them.
"""

import datetime
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_DAYS = 14
_SEED = 11
_VERSION = "2.1.332"
_PREFIX = 12_347  # tokens of system prompt and tools
_FULL = 150_000  # tokens, from which on a conversation is compacted
_ALIVE = 300  # seconds
_PROJECTS = ("shop", "shop", "payments", "infra")
_TOOLS = ("Bash", "Bash", "Read", "Read", "Read", "Edit", "Grep", "mcp__github__search_code")
_RESULTS = {"Bash": 900, "Read": 2_600, "Edit": 350, "Grep": 700, "mcp__github__search_code": 4_200, "Task": 1_100}


@dataclass(frozen=True, slots=True)
class Team:
    """On whose bill, by the ids that its answers have, and the models that it uses."""

    mark: str  # of message ids: "bdrk_", "vrtx_"
    main: str
    other: str
    small: str
    sessions: tuple[int, int]  # a day, at least and at most


@dataclass(slots=True)
class _Session:
    """One conversation while it is made up."""

    team: Team
    chance: random.Random
    at: datetime.datetime
    project: str
    id: str = ""
    rows: list[dict[str, object]] = field(default_factory=list)
    totals: dict[str, list[int]] = field(default_factory=dict)  # by model: input, written, read, output
    context: int = 0  # tokens that are cached
    cached_by: str = ""
    last: datetime.datetime | None = None

    def call(self, model: str, new: int, tool: str | None, chain: str = "") -> None:
        """One answer: what is alive is read, and the rest is written."""
        idle = self.last is None or (self.at - self.last).total_seconds() > _ALIVE
        read = 0 if idle or self.cached_by != model else self.context
        written = (self.context or _PREFIX) + new - read
        output = int(self.chance.lognormvariate(5.2, 0.9)) + 12
        self._row(model, (0, written, read, output), tool, chain)
        self.context, self.cached_by, self.last = read + written + output, model, self.at

    def agent(self) -> None:
        """A subagent: its own conversation beside this one."""
        name, kept = self._hex(17), (self.context, self.cached_by, self.last)
        self.context, self.last = 0, None
        for number in range(self.chance.randint(3, 7)):
            self.pause(4, 20)
            self.call(self.team.other, self.chance.randint(300, 3_000) if number else 900, "Grep", name)
        self.context, self.cached_by, self.last = kept

    def compact(self) -> None:
        """The client's own summary: billed, with no row."""
        self._bill(self.cached_by, (3_600, 0, self.context, 1_900))
        self.context = 0
        boundary = {"parentUuid": None, "type": "system", "subtype": "compact_boundary"}
        self.rows.append({**boundary, "timestamp": _clock(self.at), "sessionId": self.id})
        self.pause(20, 60)

    def pause(self, least: int, most: int) -> None:
        self.at += datetime.timedelta(seconds=self.chance.randint(least, most))

    def end(self, start: datetime.datetime) -> None:
        """The client's own total, with a title and pages that its small model read."""
        self._bill(self.team.small, (self.chance.randint(150, 4_000), 0, 0, self.chance.randint(8, 60)))
        usage = {
            model: {
                "inputTokens": fresh,
                "cacheCreationInputTokens": written,
                "cacheCreationEphemeral5mInputTokens": written,
                "cacheReadInputTokens": read,
                "outputTokens": output,
            }
            for model, (fresh, written, read, output) in self.totals.items()
        }
        times = {"startTime": _milliseconds(start), "totalDuration": _milliseconds(self.at) - _milliseconds(start)}
        self.rows.append({"type": "cost-state", "sessionId": self.id, **times, "modelUsage": usage})

    def _row(self, model: str, tokens: tuple[int, int, int, int], tool: str | None, chain: str) -> None:
        fresh, written, read, output = tokens
        self._bill(model, tokens)
        use: dict[str, object] = {"type": "tool_use", "id": f"toolu_{self._hex(20)}", "name": tool, "input": {}}
        usage = {
            "input_tokens": fresh,
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
            "output_tokens": output,
            "service_tier": "standard",
        }
        message = {
            "id": f"msg_{self.team.mark}{self._hex(24)}",
            "model": model,
            "role": "assistant",
            "content": [use if tool else {"type": "text", "text": ""}],
            "usage": usage,
        }
        row = {"parentUuid": None, "isSidechain": bool(chain), **({"agentId": chain} if chain else {})}
        where = {"cwd": f"/home/ada/{self.project}", "version": _VERSION, "sessionId": self.id}
        named = {"type": "assistant", "uuid": self._hex(32), "timestamp": _clock(self.at)}
        self.rows.append({**row, "message": message, **named, **where})

    def _bill(self, model: str, tokens: tuple[int, int, int, int]) -> None:
        sums = self.totals.setdefault(model, [0] * 4)
        self.totals[model] = [one + other for one, other in zip(sums, tokens, strict=True)]

    def _hex(self, digits: int) -> str:
        return f"{self.chance.getrandbits(4 * digits):0{digits}x}"


def write_fortnight(folder: Path, end: datetime.date, teams: tuple[Team, ...]) -> None:
    """Write the transcripts of the working days before `end` below a configuration folder of Claude Code."""
    for session in _fortnight(end, teams):
        path = folder / "projects" / f"-home-ada-{session.project}" / f"{session.id}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in session.rows))


def _fortnight(end: datetime.date, teams: tuple[Team, ...]) -> Iterator[_Session]:
    chance = random.Random(_SEED)  # noqa: S311 - the same every time is what it is for
    for back in range(_DAYS, 0, -1):
        day = end - datetime.timedelta(days=back)
        for team in teams:
            for _ in range(chance.randint(*team.sessions) if day.weekday() < 5 else 0):
                start = datetime.time(chance.randint(7, 16), chance.randint(0, 59))
                at = datetime.datetime.combine(day, start, datetime.UTC)
                made_up = uuid.UUID(int=chance.getrandbits(128), version=4)
                yield _work(_Session(team, chance, at, chance.choice(_PROJECTS), str(made_up)))


def _work(session: _Session) -> _Session:
    """Prompts with a few rounds of tools each, a break now and then, and what comes of a long conversation."""
    start, chance, model = session.at, session.chance, session.team.main
    for _ in range(chance.randint(3, 14)):
        new = chance.randint(40, 700)
        for _ in range(chance.randint(1, 9)):
            tool = "Task" if chance.random() < 0.03 else chance.choice(_TOOLS)
            session.call(model, new, tool)
            if tool == "Task":
                session.agent()
            session.pause(3, 40)
            new = int(chance.lognormvariate(0, 0.7) * _RESULTS[tool])
        session.call(model, new, None)
        session.pause(2_400, 4_500) if chance.random() < 0.07 else session.pause(15, 400)
        if session.context > _FULL:
            session.compact()
        elif chance.random() < 0.04:
            model = session.team.other if model == session.team.main else session.team.main
    session.end(start)
    return session


def _clock(at: datetime.datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _milliseconds(at: datetime.datetime) -> int:
    return int(at.timestamp() * 1000)
