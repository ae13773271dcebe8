"""Sentences that differ in a few words, as one sentence."""

from collections.abc import Sequence

_STOPS = ",:;."


def merged(sentences: Sequence[str]) -> str | None:
    """One sentence that names, where the sentences differ, the words of each; None if they differ in their length."""
    rows = [sentence.split(" ") for sentence in sentences]
    if len({len(row) for row in rows}) != 1:
        return None
    return " ".join(_enumerated(tuple(dict.fromkeys(column))) for column in zip(*rows, strict=True))


def _enumerated(words: Sequence[str]) -> str:
    stop = words[0][-1:] if len(words) > 1 and len({word[-1:] for word in words}) == 1 else ""
    if stop not in _STOPS:
        stop = ""
    *first, last = (word.removesuffix(stop) for word in words)
    return f"{', '.join(first)} and {last}{stop}" if first else f"{last}{stop}"
