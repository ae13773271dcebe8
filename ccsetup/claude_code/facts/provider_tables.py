"""What a client holds about providers: the variables that it calls provider-managed, their order, retirement days."""

import datetime
import re
from collections.abc import Mapping

from ccsetup.claude_code.facts import literals

MANAGED = b'new Set(["CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"'
ORDER = re.compile(rb"(?:[\w$]+\()?(?:process\.env|[\w$]+)\.(CLAUDE_CODE_USE_\w+)\)?\?\"(\w+)\":")
RETIREMENTS = b"retirementDates:{"
KEYS = b'"claude-code-release-signing-key",spkiBase64:"'
_KEY = re.compile(re.escape(KEYS) + rb'([A-Za-z0-9+/=]+)"')
_USED = re.compile(rb"\.has\([\w$]+\)((?:\|\|[\w$]+\.some\([^|}]*\))+)")
_REGION_PAIR = re.compile(rb'\["(claude-[\w-]+)","(VERTEX_REGION_CLAUDE_[A-Z0-9_]+)"\]')
_REGION_TEST = re.compile(
    rb'startsWith\("(claude-[\w-]+)"\)\)return (?:process\.env|[\w$]+)\.(VERTEX_REGION_CLAUDE_[A-Z0-9_]+)'
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DATE = re.compile(r"([A-Z][a-z]+) (\d{1,2}), (\d{4})")
_CAPITAL = re.compile("[A-Z]")


def managed(text: bytes, at: int) -> tuple[str, ...] | None:
    """The provider-managed variables, sorted; a family ends in `*`. None if unreadable. `at`: where MANAGED stands."""
    found = re.compile(rb"([\w$]+)=new Set\(\[([^\]]*)\]\)").match(text, _start(text, at))
    if found is None:
        return None
    single = literals.list_of_words(text, found[2])
    used = next(literals.occurrences(text, found[1], _USED), None)
    if single is None or used is None:
        return None
    families = [literals.words(text, name) for name in re.findall(rb"\|\|([\w$]+)\.some", used[1])]
    listed = [family for family in families if family is not None]
    if len(listed) < len(families):
        return None
    return tuple(sorted({*single, *(f"{prefix}*" for prefixes in listed for prefix in prefixes)}))


def order(text: bytes, at: int) -> tuple[tuple[str, str], ...]:
    """Which variable chooses which provider, the first that is set wins. `at`: where the chain begins."""
    found = []
    while match := ORDER.match(text, at):
        found.append((match[1].decode(), provider_name(match[2].decode())))
        at = match.end()
    return tuple(found)


def retirements(text: bytes) -> Mapping[str, Mapping[str, datetime.date]] | None:
    """{the client's name of a model: {provider: day}}; None if unreadable."""
    at = text.find(RETIREMENTS)
    table = literals.object_around(text, at, "retirementDates") if at >= 0 else None
    if table is None:
        return None
    found = {}
    for model, row in sorted(table.items()):
        dates = row.get("retirementDates") if isinstance(row, dict) else None
        if not isinstance(dates, dict):
            return None
        days = {provider_name(name): _day(day) for name, day in sorted(dates.items()) if day is not None}
        if any(day is None for day in days.values()):
            return None
        found[model] = {provider: day for provider, day in days.items() if day}
    return found


def regions(text: bytes) -> Mapping[str, str]:
    """{what a model's name begins with: the variable that gives its Vertex region}, as the client's code has it."""
    pairs = _REGION_PAIR.findall(text) or _REGION_TEST.findall(text)
    return {model.decode(): variable.decode() for model, variable in sorted(pairs)}


def keys(text: bytes) -> tuple[str, ...]:
    """The public keys (SPKI, base64) that sign the published catalogue of models."""
    return tuple(sorted({key.decode() for key in _KEY.findall(text)}))


def provider_name(word: str) -> str:
    """The catalogue's name of a provider: `anthropicAws` is `anthropic_aws`."""
    return _CAPITAL.sub(lambda letter: f"_{letter[0].lower()}", word)


def _start(text: bytes, at: int) -> int:
    """Where the name begins to which the set is assigned."""
    start = at - 1
    while start > 0 and (text[start - 1 : start].isalnum() or text[start - 1] in b"_$"):
        start -= 1
    return start


def _day(value: object) -> datetime.date | None:
    """`June 15, 2026`, regardless of this machine's locale."""
    found = _DATE.fullmatch(str(value))
    try:
        return datetime.date(int(found[3]), _MONTHS.index(found[1]) + 1, int(found[2])) if found else None
    except ValueError:
        return None
