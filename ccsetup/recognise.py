"""A provider's words → the page that explains them. What is not known is said as it is, never dressed up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from ccsetup import page
from ccsetup.page import Finding, Match, Page

UNKNOWN = "unrecognised-error"


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
    """The page that knows these words on this surface, with its pattern's groups as facts.

    Of several that match, the one whose match says most; ties go to the first by name.
    """
    best: tuple[int, Page, dict[str, str]] | None = None
    for candidate in _pages():
        if surface not in candidate.head.surfaces:
            continue
        for match in candidate.head.match:
            groups = _groups(match, said)
            if groups is not None and (best is None or _weight(match) > best[0]):
                best = (_weight(match), candidate, groups)
    words = {"words": str(said), "surface": surface}
    if best is None:
        return Finding(UNKNOWN, {**said.parts, **facts, **words})
    return Finding(best[1].slug, {**said.parts, **facts, **best[2], **words})


@cache
def _pages() -> tuple[Page, ...]:
    return tuple(page.load(slug) for slug in page.slugs())


def _weight(match: Match) -> int:
    """A part says more than a pattern, a pattern more than a code, a code more than a status."""
    return (
        8 * len(match.when)
        + 4 * (match.pattern is not None)
        + 2 * (match.code is not None)
        + (match.status is not None)
    )


def _groups(match: Match, said: Said) -> dict[str, str] | None:
    if match.status is not None and match.status != said.status:
        return None
    if match.code is not None and match.code != said.code:
        return None
    if not all(re.fullmatch(wanted, said.parts.get(name, ""), re.IGNORECASE) for name, wanted in match.when.items()):
        return None
    if match.pattern is None:
        return {}
    found = re.search(match.pattern, said.message, re.IGNORECASE)
    return {name: value for name, value in found.groupdict().items() if value} if found else None
