"""Anthropic's page of prices, as Markdown."""

from collections.abc import Iterator, Mapping

from ccsetup.lab.call import Ask
from ccsetup.lab.prices import KINDS, Price
from ccsetup.lab.wire import Answer

_PAGE = """# Pricing

## Model pricing

| Model | Base input tokens | 5m cache writes | 1h cache writes | Cache hits and refreshes | Output tokens |
| :---- | :---------------- | :-------------- | :-------------- | :----------------------- | :------------ |
{rows}

## Feature-specific pricing

### Fast mode pricing

| Model | Input | Output |
| ----- | ----- | ------ |
| Claude Opus 5.5 | $8 / MTok | $40 / MTok |

Fast mode pricing stacks with other pricing modifiers:

- [Prompt caching multipliers](/docs/en/about-claude/pricing#prompt-caching) apply on top of fast mode pricing

Web search costs $10 per 1,000 searches, beside its tokens.
"""


def page(ask: Ask) -> Answer:
    rows = [line for name, price in ask.world.price.items() if price.published for line in _lines(name, price)]
    return Answer(200, "text/markdown; charset=utf-8", _PAGE.format(rows="\n".join(rows)).encode())


def _lines(name: str, price: Price) -> Iterator[str]:
    if not price.long:
        yield _line(name, price.usual)
        return
    yield _line(f"{name} (for prompts up to {price.over:,} tokens)", price.usual)
    yield _line(f"{name} (for prompts over {price.over:,} tokens)", price.long)


def _line(name: str, row: tuple[str, ...]) -> str:
    by_kind: Mapping[str, str] = dict(zip(KINDS, row, strict=True))
    cells = (by_kind[kind] for kind in ("input", "write_5m", "write_1h", "read", "output"))
    return f"| {name} | {' | '.join(f'${cell} / MTok' for cell in cells)} |"
