"""What a misspelt word was meant to be."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names what of `known` is close to `word`; empty when nothing is."""
    found = close(word, known)
    return f"did you mean {' or '.join(found)}?" if found else ""


def close(word: str, known: Iterable[str]) -> list[str]:
    """At most three of `known` that are close to `word`, the closest first."""
    return difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
