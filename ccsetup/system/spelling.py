"""Suggestions for misspelt words."""

from collections.abc import Iterable

_CLOSE = 0.55  # of 1: the same word
_WORSE = 0.12  # than the best, and still worth suggesting
_MOST = 3
_SHORT = 12  # characters


def suggest(word: str, known: Iterable[str]) -> str:
    """A "did you mean" hint with the members of `known` close to `word`; empty if none is close."""
    matches = close_matches(word, known)
    return f"did you mean {' or '.join(matches)}?" if matches else ""


def choices(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The hints after a choice that is not one of `known`: the closest ones if any, and all."""
    known = tuple(known)
    near = suggest(word, known)
    return (*((near,) if near else ()), f"one of: {', '.join(known)}")


def close_matches(word: str, known: Iterable[str]) -> list[str]:
    """Up to three members of `known` that are close to `word`, closest first; of equals, the first known."""
    import difflib  # slow to import, and needed after an error

    matcher = difflib.SequenceMatcher(b=word.lower())
    scores = {}
    for one in known:
        matcher.set_seq1(one.lower())
        scores[one] = matcher.ratio() if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= _CLOSE else 0.0
    best = max(scores.values(), default=0.0)
    near = [one for one, score in scores.items() if score >= max(_CLOSE, best - _WORSE)]
    return sorted(near, key=lambda one: -scores[one])[:_MOST]


def is_misspelt(word: str, right: str) -> bool:
    """Whether one or two characters (one of a short word) were added, left out, replaced or moved."""
    from difflib import SequenceMatcher

    most = 2 if len(right) > _SHORT else 1
    if word == right or abs(len(word) - len(right)) > most:
        return False
    same = sum(block.size for block in SequenceMatcher(a=word, b=right).get_matching_blocks())
    return len(word) + len(right) - 2 * same <= 2 * most  # a replaced character is missing on both sides
