"""Anthropic's page of prices: read strictly, or refused whole."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsetup.providers.prices import published
from ccsetup.providers.prices.price import Unreadable, family_of, price_text
from tests.support import price_documents as documents
from tests.support.price_documents import NOW

ROW = "| Claude Opus 5.5 | $4 / MTok | $5 / MTok | $8 / MTok | $0.20 / MTok<sup>2</sup> | $20 / MTok |"


def prices(text: str, model: str = "claude-opus-5-5") -> dict[str, str]:
    found = published.read_page(text.encode()).price_of(model, "api.anthropic.com", NOW)
    return {} if found is None else {kind: price_text(price) for kind, price in found.prices.items()}


def test_page_tells_every_kind_of_each_model() -> None:
    page = documents.page()
    wanted = {"input": "4.00", "write_5m": "5.00", "write_1h": "8.00", "read": "0.20", "output": "20.00"}
    assert prices(page) == wanted
    assert prices(page, "claude-opus-5-5-20260922") == wanted
    assert prices(page, "claude-fable-5-1")["read"] == "0.25"
    assert prices(page, "claude-mythos-5-1")["write_5m"] == "12.50"


def test_second_band_is_the_price_of_long_prompts() -> None:
    found = published.read_page(documents.page().encode()).price_of("claude-haiku-5-5", "x", NOW)
    assert found is not None
    assert found.above is not None
    assert (found.prices["input"], found.prices["write_5m"]) == (Decimal("0.10"), Decimal("0.125"))
    assert (found.above.tokens, found.above.prices["output"]) == (100_000, Decimal("2.50"))


def fast_prices(text: str) -> dict[str, str]:
    found = published.read_page(text.encode()).price_of("claude-opus-5-5", "x", NOW)
    assert found is not None
    assert found.prices["input"] == 4
    return {kind: price_text(price) for kind, price in found.fast.items()}


def test_fast_mode_has_its_own_row_and_the_models_cache_multipliers() -> None:
    page = documents.page()
    wanted = {"input": "8.00", "write_5m": "10.00", "write_1h": "16.00", "read": "0.40", "output": "40.00"}
    assert fast_prices(page) == wanted
    assert fast_prices(page.replace("Claude Opus 5.5 | $8", "Claude Opus 5.5 / Claude Opus 4.6 | $8")) == wanted
    assert fast_prices(page.replace("[Prompt caching multipliers](/docs/en/about-claude/pricing#prompt-caching)",
                                    "Prompt caching multipliers")) == wanted  # fmt: skip


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("### Fast mode pricing", "### Speed pricing"),
        ("| Model | Input | Output |", "| Model | Output | Context |"),
        ("$8 / MTok | $40", "$8 / MTok (beta) | $40"),
        ("Claude Opus 5.5 | $8", "Claude Opus 5.5 / Claude Opus 5 | $8"),  # two rows
        ("apply on top of", "do not apply on top of"),
    ],
)
def test_fast_mode_in_another_form_takes_no_other_price_away(text: str, other: str) -> None:
    assert documents.page().count(text) == 1
    assert fast_prices(documents.page().replace(text, other)) == {}


def test_names_link_to_pages_of_the_same_site() -> None:
    page = documents.page().replace("(https://anthropic.com/glasswing)", "(/docs/en/about-claude/model-deprecations)")
    assert prices(page, "claude-mythos-5-1")["output"] == "50.00"


@pytest.mark.parametrize(
    "model",
    ["claude-opus-5", "claude-opus-5-6", "claude-opus", "claude-sonnet-5-5", "claude-opus-5-5-fast", "opus-5-5",
     "claude-opus-5-55", "my-claude-opus-5-5", "claude-opus-5-5-preview", "claude-fable-5", "", "claude-5-5"],
)  # fmt: skip
def test_another_model_has_no_price(model: str) -> None:
    assert prices(documents.page(), model) == {}


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("us.anthropic.claude-opus-4-8", ("opus", (4, 8))),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", ("haiku", (4, 5))),
        ("claude-opus-4-20250514", ("opus", (4,))),
        ("claude-opus-4-0", ("opus", (4,))),
        ("claude-3-7-sonnet-20250219", ("sonnet", (3, 7))),
        ("claude-haiku-4-5@20251001", ("haiku", (4, 5))),
        ("us-gov.anthropic.claude-opus-5-5[1m]", ("opus", (5, 5))),
        ("amazon.nova-pro-v1:0", None),
    ],
)
def test_id_names_one_model(model: str, family: tuple[str, tuple[int, ...]] | None) -> None:
    assert family_of(model) == family


def test_web_search_is_read_where_the_page_says_one_price() -> None:
    said = documents.page() + "\nWeb search costs **$10 per 1,000 searches**, beside its tokens.\n"
    assert prices(said)["web_search"] == "10.00"
    assert "web_search" not in prices(said + "$12 per 1,000 searches")


def test_order_of_heads_and_line_ends_do_not_matter() -> None:
    def moved(line: str) -> str:
        cells = line.split("|")
        return "|".join([*cells[:2], cells[6], *cells[2:6], cells[7]]) if len(cells) == 8 else line

    turned = "\n".join(map(moved, documents.page().split("\n")))
    assert prices(turned) == prices(documents.page())
    assert prices(documents.page().replace("\n", "\r\n")) == prices(documents.page())


ODD: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "a page for people": lambda _: "<!DOCTYPE html><h2>Model pricing</h2>",
    "no heading": lambda text: text.replace("## Model pricing", "## Prices"),
    "heading twice": lambda text: text + text,
    "no table": lambda text: re.sub(r"(?m)^\|.*\n", "", text),
    "two tables": lambda text: text.replace("\n## Feature", "\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Feature"),
    "a table torn apart": lambda text: text.replace("\n| Claude Opus", "\n\n| Claude Opus"),
    "heads alone": lambda text: re.sub(r"(?m)^\| (Claude|:-).*\n", "", text),
    "no line under the heads": lambda text: re.sub(r"(?m)^\| :-.*\n", "", text),
    "an unknown head": lambda text: text.replace("5m cache writes", "10m cache writes"),
    "one head more": lambda text: text.replace("Output tokens |", "Output tokens | Batch |"),
    "a missing head": lambda text: re.sub(r"(?m)\|[^|\n]*\|$", "|", text),
    "a head twice": lambda text: text.replace("1h cache writes", "5m cache writes"),
    "a short row": lambda text: text.replace(ROW, ROW.rpartition(" $20")[0]),
    "a row without an end": lambda text: text.replace(ROW, ROW[:-1]),
    "one cell more": lambda text: text.replace(ROW, f"{ROW} $1 / MTok |"),
    "an empty cell": lambda text: text.replace("$8 / MTok", ""),
    "no currency": lambda text: text.replace("$8 / MTok", "8 / MTok"),
    "euro": lambda text: text.replace("$8 / MTok", "€8 / MTok"),
    "a thousand tokens": lambda text: text.replace("$8 / MTok", "$8 / KTok"),
    "a range": lambda text: text.replace("$8 / MTok", "$8-9 / MTok"),
    "a new price beside the old": lambda text: text.replace("$8 / MTok", "~~$8~~ $7 / MTok"),
    "two prices": lambda text: text.replace("$8 / MTok", "$8 / MTok $9 / MTok"),
    "not available": lambda text: text.replace("$8 / MTok", "N/A"),
    "free": lambda text: text.replace("$8 / MTok", "$0 / MTok"),
    "negative": lambda text: text.replace("$8 / MTok", "$-8 / MTok"),
    "a price with exponent": lambda text: text.replace("$8 / MTok", "$8e1 / MTok"),
    "a decimal comma": lambda text: text.replace("$0.20 / MTok", "$0,20 / MTok"),
    "Arabic digits": lambda text: text.replace("$8 / MTok", "$٨ / MTok"),
    "an unknown footnote": lambda text: text.replace("<sup>2</sup>", "<sup>until March</sup>"),
    "an escape": lambda text: text.replace("<sup>2</sup>", "\\|"),
    "an unknown bracket": lambda text: text.replace("Claude Opus 5.5", "Claude Opus 5.5 (batch)"),
    "an unknown band": lambda text: text.replace("over 100,000 tokens", "over 100k tokens"),
    "one band": lambda text: re.sub(r"(?m)^.*over 100,000.*\n", "", text),
    "bands that do not meet": lambda text: text.replace("over 100,000", "over 200,000"),
    "a model twice": lambda text: text.replace(ROW, f"{ROW}\n{ROW}"),
    "another maker": lambda text: text.replace("Claude Opus 5.5", "Gemini 5.5"),
    "no version": lambda text: text.replace("Claude Opus 5.5", "Claude Opus"),
    "three numbers": lambda text: text.replace("Claude Opus 5.5", "Claude Opus 5.5.1"),
    "bold": lambda text: text.replace("Claude Opus 5.5", "**Claude Opus 5.5**"),
    "a control character": lambda text: text.replace("Claude Opus 5.5", "Claude Opus 5.5\x1b[2J"),
    "letters that look alike": lambda text: text.replace("Claude Opus 5.5", "Clаude Opus 5.5"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_page_is_refused_whole(name: str) -> None:
    text = ODD[name](documents.page())
    assert text != documents.page()
    with pytest.raises(Unreadable):
        published.read_page(text.encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Unreadable):
        published.read_page(b"\xff\xfe" + documents.page().encode())


@given(st.integers(0, len(documents.page()) - 1), st.sampled_from(list("|$/\n #0€x<(")))
def test_page_with_one_other_character_says_no_other_kind(at: int, letter: str) -> None:
    """Refused, or every price that is read is in the page literally."""
    page = documents.page()
    text = f"{page[:at]}{letter}{page[at + 1 :]}"
    try:
        found = published.read_page(text.encode())
    except Unreadable:
        return
    for one in found.models:
        assert len(one.prices) == 5
        assert all(re.search(rf"\${re.escape(f'{price}')} / MTok", text) for price in one.prices.values())
