"""Suggestions for misspelt words."""

import difflib
from collections.abc import Iterable


def suggest(word: str, known: Iterable[str]) -> str:
    """A "did you mean" hint with the members of `known` close to `word`; empty if none is close."""
    matches = close_matches(word, known)
    return f"did you mean {' or '.join(matches)}?" if matches else ""


def close_matches(word: str, known: Iterable[str]) -> list[str]:
    """Up to three members of `known` that are close to `word`, closest first."""
    return difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
