"""A provider's words → the page that explains them. What is not known is said as it is, never dressed up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding, Match, Page
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.providers.aws import denial

UNKNOWN = "unrecognised-error"
# What was not allowed says more than who forbade it, and that more than how; any of it says more than words do.
_PARTS = {"action": 32, "policy": 16}
_PART = 8


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider, or a library on the way to it, said: HTTP status (None for none), error code, message.

    `parts` are what the provider itself tells apart (the metadata of Google's ErrorInfo, Anthropic's error_code).
    They too are facts of the finding.
    """

    status: int | None
    code: str
    message: str
    parts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{f'{self.status} ' if self.status else ''}{self.code}: {self.message}"


def finding(said: Said, surface: str, **facts: str) -> Finding:
    """The page that knows these words on this surface, with their parts and its pattern's groups as facts.

    Of several that match, the one whose match says most; ties go to the first by name.
    """
    parts = {**denial.parts(said.message), **said.parts}
    names = {surface, find_surface(surface).faults}
    best: tuple[int, Page, dict[str, str]] | None = None
    for candidate in map(pages.load_page, pages.slugs()):
        if not names & {*candidate.head.surfaces}:
            continue
        for match in candidate.head.match:
            groups = _groups(match, said, parts)
            if groups is not None and (best is None or _weight(match) > best[0]):
                best = (_weight(match), candidate, groups)
    known = {**parts, **{name: fact for name, fact in facts.items() if fact or name not in parts}}
    words = {"words": str(said), "surface": surface}
    if best is None:
        return Finding(UNKNOWN, {**known, **words})
    return Finding(best[1].slug, {**known, **best[2], **words})


def _weight(match: Match) -> int:
    """Parts say more than a pattern, a pattern more than a code, a code more than a status."""
    told = sum(_PARTS.get(name, _PART) for name in match.when)
    return told + 4 * (match.pattern is not None) + 2 * (match.code is not None) + (match.status is not None)


def _groups(match: Match, said: Said, parts: Mapping[str, str]) -> dict[str, str] | None:
    if match.status is not None and match.status != said.status:
        return None
    if match.code is not None and not same_code(match.code, said.code):
        return None
    for name, pattern in match.when.items():
        if name not in parts or not re.fullmatch(pattern, parts[name], re.IGNORECASE):
            return None
    if match.pattern is None:
        return {}
    found = re.search(match.pattern, said.message, re.IGNORECASE)
    return {name: value for name, value in found.groupdict().items() if value} if found else None


def same_code(one: str, other: str) -> bool:
    """Whether two spellings mean the same error code."""
    return _bare(one) == _bare(other)


def _bare(code: str) -> str:
    """An error code as it compares: on AWS's wire it may stand in a namespace, before an address, and begin small.

    `throttlingException` (in a stream), `com.amazon.coral.service#ExpiredTokenException`, `CODE:http://…`.
    """
    return code.rpartition("#")[2].partition(":")[0].lower()
