"""The fixed prefix of each account: that of its last session that shows one, and how its MCP servers were used."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ccsetup.usage import rows
from ccsetup.usage.prefix import PromptPrefix, mcp_part, read_prefix
from ccsetup.usage.summary import Account, moment
from ccsetup.usage.transcripts import find_transcripts

_MOST = 20  # sessions; those of older clients show no prefix
NO_PREFIX: Mapping[str, object] = {"tokens": None, "parts": []}
Measure = Callable[[Account, Sequence[str]], Mapping[str, object]]


def no_prefix(_account: Account, _strings: Sequence[str]) -> Mapping[str, object]:
    return NO_PREFIX


@dataclass(slots=True)
class _Use:
    calls: int = 0
    tools: set[str] = field(default_factory=set)


def measure_prefixes(folders: Iterable[Path]) -> Measure:
    """What measures an account's prefix by the transcripts that are left."""
    paths: dict[str, list[str]] = {}
    for transcript in find_transcripts(folders):
        if transcript.session:
            paths.setdefault(transcript.session, []).append(transcript.path)

    def of_account(account: Account, strings: Sequence[str]) -> Mapping[str, object]:
        parts = sorted(account.parts, key=lambda part: part.work.requests[part.requests[-1]].at, reverse=True)
        sessions = [part.work.session.id for part in parts if part.work.session.id in paths][:_MOST]
        for session in sessions:
            for path in paths[session]:
                if prefix := _readable(path):
                    return _document(prefix, _uses(account, strings))
        return NO_PREFIX

    return of_account


def _readable(path: str) -> PromptPrefix | None:
    try:
        return read_prefix(path)
    except OSError:
        return None


def _uses(account: Account, strings: Sequence[str]) -> Mapping[str, _Use]:
    """The calls of each MCP server's tools, in the period."""
    found: dict[str, _Use] = {}
    for part in account.parts:
        for number in part.requests:
            for name in part.work.requests[number].tools[::2]:
                if server := mcp_part(strings[name]):
                    use = found.setdefault(server, _Use())
                    use.calls += 1
                    use.tools.add(strings[name])
    return found


def _document(prefix: PromptPrefix, uses: Mapping[str, _Use]) -> Mapping[str, object]:
    registered: dict[str, int] = {}
    for tool in prefix.registered:
        registered[mcp_part(tool)] = registered.get(mcp_part(tool), 0) + 1
    shown: list[dict[str, object]] = []
    for part, size in prefix.parts().items():
        one: dict[str, object] = {"part": part, "bytes": size, "tokens": prefix.tokens_of(size), "how": "calibrated"}
        if part in registered:
            use = uses.get(part, _Use())
            one |= {"registered": registered[part], "used": len(use.tools), "calls": use.calls}
        shown.append(one)
    first = prefix.first
    at = rows.milliseconds(first.timestamp) if first else None
    return {
        "tokens": prefix.tokens_of(sum(prefix.parts().values())),
        "parts": shown,
        "model": first.params.model if first and first.params else None,
        "at": moment(at) if at else None,
    }
