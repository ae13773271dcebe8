"""What drove the tokens: cache misses by cause, what another cache lifetime had done, what tools' results added.

Judged call by call along a chain: the main conversation, or one subagent. A miss is more than 1,000 tokens that the
call before had cached and this one did not read; a read renews the lifetime.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ccsetup.usage.ledger import Billed
from ccsetup.usage.money import Tariff
from ccsetup.usage.summary import Account
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add, context, total
from ccsetup.usage.work import Work

LIFETIMES = {"5m": 300_000, "1h": 3_600_000}  # milliseconds
_SHORTEST = min(LIFETIMES.values())
_MISS = 1_000  # tokens; a prefix is cached in blocks, and may be read a little shorter
STARTS = ("session-start", "subagent-start")  # causes that are no miss: nothing was cached yet
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


class Step(NamedTuple):
    """A call and the one before it in its chain, None for the first; `later` calls follow before a compaction."""

    call: Billed
    before: Billed | None
    compacted: bool
    hour: bool  # whether what the one before had cached lives an hour
    later: int


def explain(account: Account, strings: Sequence[str]) -> Reasons:
    found = Reasons()
    moved: list[tuple[str, Billed, int]] = []  # what a lifetime would have moved from written to read
    tools = _Tools()
    for part in account.parts:
        whole = len(part.requests) == len(part.work.requests)
        counted = () if whole else {part.work.requests[number].id for number in part.requests}
        for step in _steps(part.work):
            call, before, compacted, _, later = step
            if not whole and call.id not in counted:
                continue
            if not _follows(call, before):
                lost, cause = _miss(judged := Step(*step), strings)
                if cause:
                    miss = found.misses.setdefault(cause, Miss())
                    miss.times += 1
                    key = (_tariff(account, call, strings), call.tokens[2] > call.tokens[1])
                    miss.tokens[key] = miss.tokens.get(key, 0) + lost
                moved += [(name, call, count) for name, count in _moved(judged, lost, cause)]
            tools.calls += call.tools[::2]
            if before is not None and before.tools and not compacted and before.model == call.model:
                tools.add_results(call, before, later)
    found.tools = tools.by_name(strings)
    found.used = _used(account, strings)
    for name, sums in found.replay.items():
        sums |= {tariff: _written(name, tokens) for tariff, tokens in found.used.items()}
    for name, call, count in moved:
        sums, tariff = found.replay[name], _tariff(account, call, strings)
        sums[tariff] = add(sums[tariff], _written(name, (0, -count, 0, count, 0, 0, 0)))
    return found


def _used(account: Account, strings: Sequence[str]) -> dict[Tariff, Tokens]:
    """The tokens of the requests by tariff: the sums of the cells, or, of an account without any, of its parts."""
    found: dict[Tariff, Tokens] = {}
    for key, cell in account.cells.items():
        if cell.requests:
            found[key.tariff] = add(found.get(key.tariff, NO_TOKENS), cell.tokens)
    alike: dict[tuple[int, int], list[Tokens]] = {}
    for part in () if account.cells else account.parts:
        for call in (part.work.requests[number] for number in part.requests):
            alike.setdefault((call.model, call.extra), []).append(call.tokens)
    for (model, extra), requests in alike.items():
        for tariff, tokens in account.tariffs(strings[model], strings[extra], requests).items():
            found[tariff] = add(found.get(tariff, NO_TOKENS), total(tokens))
    return found


def _tariff(account: Account, call: Billed, strings: Sequence[str]) -> Tariff:
    return account.tariff(strings[call.model], strings[call.extra], call.tokens, call.tokens)


def _follows(call: Billed, before: Billed | None) -> bool:
    """Whether a call was soon enough after the one before, and read what that had cached: nothing was missed."""
    if before is None or call.at - before.at > _SHORTEST:
        return False
    _, write_5m, write_1h, read, _, _, _ = before.tokens
    return write_5m + write_1h + read - call.tokens[3] <= _MISS


def _steps(work: Work) -> Iterator[tuple[Billed, Billed | None, bool, bool, int]]:
    """Every call with the one before it in its chain, last ones first: the fields of a Step."""
    chains: dict[int, list[Billed]] = {}
    for request in work.requests:
        chains.setdefault(request.chain, []).append(request)
    for chain, calls in chains.items():
        boundaries = sorted(work.session.compactions) if not chain else []
        later, hour = 0, _hours(calls)
        for number in range(len(calls) - 1, -1, -1):
            call, before = calls[number], calls[number - 1] if number else None
            compacted = bool(boundaries) and before is not None and any(before.at < at <= call.at for at in boundaries)
            yield call, before, compacted, number > 0 and hour[number - 1], later
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
        return (fresh, STARTS[bool(call.chain)]) if fresh > _MISS else (0, "")
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


def _moved(step: Step, lost: int, cause: str) -> list[tuple[str, int]]:
    """By lifetime, how many tokens the call had read instead of writing them, had every write lived so long; less than
    none for those that it had written instead of reading them."""
    call, before = step.call, step.before
    if before is None or (cause and cause != "idle"):
        return []
    gap, (_, write_5m, write_1h, read, *_) = call.at - before.at, call.tokens
    if cause:
        return [(name, min(lost, write_5m + write_1h)) for name, lifetime in LIFETIMES.items() if gap <= lifetime]
    return [(name, -read) for name, lifetime in LIFETIMES.items() if gap > lifetime] if gap > _SHORTEST else []


def _written(lifetime: str, tokens: Tokens) -> Tokens:
    """The tokens with all that was written for that lifetime."""
    fresh, write_5m, write_1h, read, output, thinking, searches = tokens
    written = write_5m + write_1h
    writes = (written, 0) if lifetime == "5m" else (0, written)
    return (fresh, *writes, read, output, thinking, searches)


class _Tools:
    """Calls of tools, and what their results add to the context of the call after, which later ones carry."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self._results: dict[int, list[int]] = {}  # tokens added, tokens carried

    def add_results(self, call: Billed, before: Billed, later: int) -> None:
        """Share out what a call has more in its context than the one before it and its answer."""
        fresh, short, long, read, _, _, _ = call.tokens
        fresh_before, short_before, long_before, read_before, output, _, _ = before.tokens
        added = fresh + short + long + read - fresh_before - short_before - long_before - read_before - output
        if added <= 0:
            return
        names = before.tools[::2]
        each, rest = divmod(added, len(names)) if len(names) > 1 else (added, 0)
        for name in names:
            if (sums := self._results.get(name)) is None:
                sums = self._results[name] = [0, 0]
            share = each + (rest > 0)
            sums[0] += share
            sums[1] += share * later
            rest -= 1

    def by_name(self, strings: Sequence[str]) -> dict[str, ToolUse]:
        calls = Counter(self.calls)
        return {
            strings[name]: ToolUse(calls[name], *self._results.get(name, (0, 0)))
            for name in dict.fromkeys((*calls, *self._results))
        }
