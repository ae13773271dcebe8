"""What drove the tokens: cache misses by cause, what another cache lifetime had done, what tools' results added.

Judged call by call along a chain: the main conversation, or one subagent. A miss is more than 1,000 tokens that the
call before had cached and this one did not read; a read renews the lifetime.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ccsetup.usage.ledger import Billed
from ccsetup.usage.money import Tariff
from ccsetup.usage.summary import Account
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add, context
from ccsetup.usage.work import Work

LIFETIMES = {"5m": 300_000, "1h": 3_600_000}  # milliseconds
_MISS = 1_000  # tokens; a prefix is cached in blocks, and may be read a little shorter
_REPORTED = {  # what the provider calls it: what it is called here
    "system_prompt_changed": "tools-or-prompt-changed",
    "tools_changed": "tools-or-prompt-changed",
    "model_changed": "model-changed",
    "effort_changed": "effort-changed",
    "ttl_expired_5m": "idle",
    "ttl_expired_1h": "idle",
}


@dataclass(slots=True)
class Miss:
    times: int = 0
    tokens: dict[tuple[Tariff, bool], int] = field(default_factory=dict)  # by tariff, and whether an hour was written


@dataclass(slots=True)
class ToolUse:
    calls: int = 0
    added: int = 0
    carried: int = 0


@dataclass(slots=True)
class Reasons:
    """`replay` are the tokens by tariff, had every write lived that long; `used` are those of the same requests."""

    misses: dict[str, Miss] = field(default_factory=dict)
    replay: dict[str, dict[Tariff, Tokens]] = field(default_factory=lambda: {name: {} for name in LIFETIMES})
    used: dict[Tariff, Tokens] = field(default_factory=dict)
    tools: dict[str, ToolUse] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A call and the one before it in its chain, None for the first; `later` calls follow before a compaction."""

    call: Billed
    before: Billed | None
    compacted: bool
    hour: bool  # whether what the one before had cached lives an hour
    later: int


def explain(account: Account, strings: Sequence[str]) -> Reasons:
    found = Reasons()
    for part in account.parts:
        counted = {part.work.requests[number].id for number in part.requests}
        for step in _steps(part.work):
            if step.call.id in counted:
                call = step.call
                lost, cause = _miss(step, strings)
                tariff = account.tariff(strings[call.model], strings[call.extra], call.tokens, call.tokens)
                if cause:
                    miss = found.misses.setdefault(cause, Miss())
                    miss.times += 1
                    key = (tariff, call.tokens[2] > call.tokens[1])
                    miss.tokens[key] = miss.tokens.get(key, 0) + lost
                for name, lifetime in LIFETIMES.items():
                    sums = found.replay[name]
                    sums[tariff] = add(sums.get(tariff, NO_TOKENS), _replayed(step, lost, cause, name, lifetime))
                found.used[tariff] = add(found.used.get(tariff, NO_TOKENS), call.tokens)
                _add_tools(step, found.tools, strings)
    return found


def _steps(work: Work) -> Iterator[Step]:
    """Every call with the one before it in its chain, last ones first."""
    chains: dict[int, list[Billed]] = {}
    for request in work.requests:
        chains.setdefault(request.chain, []).append(request)
    for chain, calls in chains.items():
        boundaries = sorted(work.session.compactions) if not chain else []
        later, hour = 0, _hours(calls)
        for number in range(len(calls) - 1, -1, -1):
            before = calls[number - 1] if number else None
            compacted = before is not None and any(before.at < at <= calls[number].at for at in boundaries)
            yield Step(calls[number], before, compacted, number > 0 and hour[number - 1], later)
            later = 0 if compacted else later + 1


def _hours(calls: Sequence[Billed]) -> list[bool]:
    """Of each call, whether what is cached after it lives an hour: as the last write did."""
    found, hour = [], False
    for call in calls:
        if call.tokens[1] or call.tokens[2]:
            hour = call.tokens[2] > call.tokens[1]
        found.append(hour)
    return found


def _cached(call: Billed) -> int:
    return call.tokens[1] + call.tokens[2] + call.tokens[3]


def _miss(step: Step, strings: Sequence[str]) -> tuple[int, str]:
    """The tokens that were cached and not read, and why; no cause for a hit."""
    call, before = step.call, step.before
    if before is None:
        fresh = context(call.tokens) - call.tokens[3]
        return (fresh, "subagent-start" if call.chain else "session-start") if fresh > _MISS else (0, "")
    lost = _cached(before) - call.tokens[3]
    if lost <= _MISS:
        return 0, ""
    if reported := strings[call.cause]:
        return lost, _REPORTED.get(reported, reported.replace("_", "-"))
    return lost, _judged(step, call, before)


def _judged(step: Step, call: Billed, before: Billed) -> str:
    if step.compacted:
        return "compaction"
    if call.model != before.model:
        return "model-changed"
    if call.at - before.at > LIFETIMES["1h" if step.hour else "5m"]:
        return "idle"
    if call.shape and before.shape and call.shape != before.shape:
        return "tools-or-prompt-changed"
    return "effort-changed" if call.effort and before.effort and call.effort != before.effort else "unknown"


def _replayed(step: Step, lost: int, cause: str, name: str, lifetime: int) -> Tokens:
    """The call's tokens, had every write lived so long."""
    fresh, write_5m, write_1h, read, output, thinking, searches = step.call.tokens
    written = write_5m + write_1h
    gap = step.call.at - step.before.at if step.before else 0
    if not cause and step.before and gap > lifetime:
        written, read = written + read, 0
    elif cause == "idle" and gap <= lifetime:
        back = min(lost, written)
        written, read = written - back, read + back
    writes = (written, 0) if name == "5m" else (0, written)
    return (fresh, *writes, read, output, thinking, searches)


def _add_tools(step: Step, tools: dict[str, ToolUse], strings: Sequence[str]) -> None:
    """Count the call's own uses of tools, and what the results of the one before added to the context."""
    for name in step.call.tools[::2]:
        tools.setdefault(strings[name], ToolUse()).calls += 1
    before = step.before
    if before is None or not before.tools or step.compacted or before.model != step.call.model:
        return
    added = context(step.call.tokens) - context(before.tokens) - before.tokens[4]
    names = before.tools[::2]
    for number, name in enumerate(names):
        share = max(0, added) // len(names) + (number < max(0, added) % len(names))
        use = tools.setdefault(strings[name], ToolUse())
        use.added += share
        use.carried += share * step.later
