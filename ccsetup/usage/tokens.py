"""Sums of tokens by kind."""

from collections.abc import Iterable

KINDS = ("input", "write_5m", "write_1h", "read", "output", "thinking", "searches")
Tokens = tuple[int, int, int, int, int, int, int]  # by KINDS; thinking is part of output, searches are requests
NO_TOKENS: Tokens = (0, 0, 0, 0, 0, 0, 0)


def add(one: Tokens, other: Tokens) -> Tokens:
    a, b, c, d, e, f, g = one
    h, i, j, k, m, n, o = other
    return (a + h, b + i, c + j, d + k, e + m, f + n, g + o)


def subtract(one: Tokens, other: Tokens) -> Tokens:
    a, b, c, d, e, f, g = one
    h, i, j, k, m, n, o = other
    return (a - h, b - i, c - j, d - k, e - m, f - n, g - o)


def total(parts: Iterable[Tokens]) -> Tokens:
    a, b, c, d, e, f, g = map(sum, zip(NO_TOKENS, *parts, strict=True))
    return (a, b, c, d, e, f, g)


def fits(smaller: Tokens, larger: Tokens) -> bool:
    """Whether no kind of `smaller` is more than that of `larger`; thinking and searches, which not every client
    counts, aside."""
    a, b, c, d, e = smaller[:5]
    h, i, j, k, m = larger[:5]
    return a <= h and b <= i and c <= j and d <= k and e <= m


def at_least_nothing(tokens: Tokens) -> Tokens:
    a, b, c, d, e, f, g = tokens
    return (max(a, 0), max(b, 0), max(c, 0), max(d, 0), max(e, 0), max(f, 0), max(g, 0))


def context(tokens: Tokens) -> int:
    """All tokens that went in."""
    return tokens[0] + tokens[1] + tokens[2] + tokens[3]


def rank(tokens: Tokens) -> tuple[int, ...]:
    """Of several readings of one answer the highest ranks first: early ones hold a placeholder."""
    return (tokens[4], context(tokens), *tokens)


def short(count: int) -> str:
    """A number of tokens to three figures: 950, 12.3k, 4.57M."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= size:
            value = count / size
            return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}{unit}"
    return str(count)
