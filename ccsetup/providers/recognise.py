"""Find the page that explains a provider's error. An unknown error is reported verbatim."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding, Match, Page
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.providers.aws import denial

UNKNOWN = "unrecognised-error"
GATEWAY = "gateway"
# The action is more specific than the policy, and the policy more than other parts; each is more specific than text.
_PARTS = {"action": 32, "policy": 16}
_PART = 8
_LOADING = threading.Lock()
LONGEST = 1 << 14  # characters of a message; a library may quote a whole answer, and every page's patterns read it


@dataclass(frozen=True, slots=True)
class Said:
    """An error of a provider, or of a library in between: HTTP status (None if none), error code, message.

    `parts` are fields that the provider itself separates (the metadata of Google's ErrorInfo, Anthropic's error_code).
    They become facts of the finding, too.
    """

    status: int | None
    code: str
    message: str
    parts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """For people: a code that only repeats the status is left out."""
        status = f"{self.status} " if self.status and str(self.status) != self.code else ""
        return f"{status}{self.code}: {self.message}"


def finding(said: Said, surface: str, *, behind_gateway: bool = False, **facts: str) -> Finding:
    """The finding for this error on this surface, with its parts and the pattern's groups as facts.

    If several pages match, the most specific match wins; ties go to the first by name. The pages of gateways alone also
    apply to a profile of another surface whose base URL leads to one.
    """
    said = replace(said, message=said.message[:LONGEST])
    parts = {**denial.parse_denial(said.message), **said.parts}
    names = {surface, find_surface(surface).faults}
    best: tuple[int, Page, dict[str, str]] | None = None
    with _LOADING:  # once, not in each of the threads that need them first
        candidates = tuple(map(pages.load_page, pages.slugs()))
    for candidate in candidates:
        surfaces = candidate.head.surfaces
        if not (names & {*surfaces} or (behind_gateway and surfaces == (GATEWAY,))):
            continue
        for match in candidate.head.match:
            groups = _groups(match, said, parts)
            if groups is not None and (best is None or _weight(match) > best[0]):
                best = (_weight(match), candidate, groups)
    all_facts = {**parts, **{name: fact for name, fact in facts.items() if fact or name not in parts}}
    words = {"words": str(said), "surface": surface}
    if best is None:
        return Finding(UNKNOWN, {**all_facts, **words})
    return Finding(best[1].slug, {**all_facts, **best[2], **words})


def _weight(match: Match) -> int:
    """How specific a match is: parts count more than a pattern, a pattern more than a code, a code more than a
    status."""
    return (
        weigh_parts(match) + 4 * (match.pattern is not None) + 2 * (match.code is not None) + (match.status is not None)
    )


def weigh_parts(match: Match) -> int:
    """How specific the parts are that a match compares."""
    return sum(_PARTS.get(name, _PART) for name in match.when)


def _groups(match: Match, said: Said, parts: Mapping[str, str]) -> dict[str, str] | None:
    if match.status is not None and match.status != said.status:
        return None
    if match.code is not None and not same_code(match.code, said.code):
        return None
    for name, pattern in match.when.items():
        if name not in parts or not _compiled(pattern).fullmatch(parts[name]):
            return None
    if match.pattern is None:
        return {}
    search = _compiled(match.pattern).search(said.message)
    return {name: value for name, value in search.groupdict().items() if value} if search else None


@cache  # the pages have more patterns than `re` keeps
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def same_code(one: str, other: str) -> bool:
    """Whether two spellings are the same error code."""
    return bare_code(one) == bare_code(other)


def bare_code(code: str) -> str:
    """An error code in comparable form. On AWS's wire it may have a namespace, a trailing URL, a lower-case initial, or
    lack "Exception":

    `throttlingException` (in a stream), `com.amazon.coral.service#ExpiredTokenException`, `CODE:http://…`,
    `Throttling`.
    """
    return code.rpartition("#")[2].partition(":")[0].lower().removesuffix("exception")
