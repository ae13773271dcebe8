"""From tokens to money: each kind by its own price, to the last digit, whatever way the rows arrive."""

import dataclasses
import random
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccsetup.providers.prices.price import Above, Basis
from ccsetup.usage.advice import lifetime_advice
from ccsetup.usage.money import Quote, amount_text
from tests.support.priced_work import Document, FixedQuotes, by_hand, costed, prices, quote, spent
from tests.support.transcripts import FOLDER, SPECIMENS, answer, billed, line, total, write

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"
ANY = FixedQuotes()


def one(folder: Path, quotes: FixedQuotes, *rows: Mapping[str, object]) -> Document:
    write(folder, "s1", *rows)
    return costed([folder], quotes)["profiles"][0]


def used(extra: Mapping[str, object], tokens: tuple[int, ...] = (0, 0, 0, 0, 1_000_000)) -> Mapping[str, object]:
    row: dict[str, Any] = answer("msg_1", 1, tokens)
    row["message"]["usage"].update(extra)
    return row


@pytest.mark.parametrize("name", SPECIMENS)
def test_specimen_costs_what_its_bill_does(name: str) -> None:
    found = costed([FOLDER / name], ANY)
    assert spent(found) == by_hand(billed(name)) > 0
    for profile in found["profiles"]:
        kinds = sum(Decimal(part) for kind, part in profile["kinds"].items() if kind != "thinking")
        assert kinds == Decimal(profile["cost"]["amount"])


@pytest.mark.parametrize("by", ["day", "week", "model", "project", "session", "profile", "surface"])
def test_groups_add_up_to_the_whole(by: str) -> None:
    found = costed([FOLDER / name for name in SPECIMENS], ANY, by)
    groups = sum(Decimal(group["cost"]["amount"]) for group in found["groups"])
    models = sum(Decimal(model["cost"]["amount"]) for profile in found["profiles"] for model in profile["models"])
    assert groups == models == spent(found)


def test_what_has_no_row_has_an_amount() -> None:
    [profile] = costed([FOLDER / "subagent-and-webfetch"], ANY)["profiles"]
    assert Decimal(profile["unlogged_cost"]) == by_hand({HAIKU: (175, 0, 0, 0, 8)})


@SLOW
@given(st.sampled_from(SPECIMENS), st.randoms(use_true_random=False))
def test_order_copies_and_splits_change_no_amount(name: str, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(sorted((FOLDER / name).rglob("*.jsonl"))):
            lines = path.read_bytes().splitlines(keepends=True)
            cut = chance.randint(0, len(lines))
            parts = [lines[:cut], lines[max(0, cut - 2) :]]
            chance.shuffle(parts)
            for half, part in enumerate(parts):
                to = Path(folder) / "projects" / f"p{chance.randint(0, 1)}" / f"{path.stem}-{number}-{half}.jsonl"
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_bytes(b"".join(part))
        assert spent(costed([Path(folder)], ANY)) == by_hand(billed(name))


ABOVE = Above(100_000, prices("0.5", "0.625", "1", "0.05", "2.5"))


@pytest.mark.parametrize(("tokens", "long"), [((99_999, 0, 0, 1, 7), False), ((1, 0, 0, 100_000, 7), True)])
def test_a_long_prompt_has_the_other_price_as_a_whole(tmp_path: Path, tokens: tuple[int, ...], long: bool) -> None:
    quotes = FixedQuotes({HAIKU: quote(HAIKU, above=ABOVE)})
    short = answer("msg_2", 2, (5, 0, 0, 0, 0), model=HAIKU)
    found = one(tmp_path, quotes, answer("msg_1", 1, tokens, model=HAIKU), short)
    row = ("0.5", "0.625", "1", "0.05", "2.5") if long else ("0.1", "0.125", "0.2", "0.01", "0.5")
    expected = sum(count * Decimal(price) for count, price in zip(tokens, row, strict=True)) + 5 * Decimal("0.1")
    assert Decimal(found["cost"]["amount"]) == expected / 1_000_000


def test_a_band_from_nowhere_is_no_price(tmp_path: Path) -> None:
    quotes = FixedQuotes({OPUS: quote(OPUS, above=Above(None, ABOVE.prices))})
    found = one(tmp_path, quotes, answer("msg_1", 1, (1, 2, 3, 4, 5)))
    assert (found["cost"]["amount"], found["cost"]["unpriced"]) == (None, [OPUS])


def test_calls_without_a_row_that_may_be_long_are_an_estimate(tmp_path: Path) -> None:
    quotes = FixedQuotes({HAIKU: quote(HAIKU, above=ABOVE)})
    rows = (answer("msg_1", 1, (5, 0, 0, 0, 1)), total({OPUS: (5, 0, 0, 0, 1), HAIKU: (150_000, 0, 0, 0, 9)}, end=3))
    assert one(tmp_path, quotes, *rows)["estimates"]
    assert not one(tmp_path, ANY, *rows)["estimates"]


@pytest.mark.parametrize(
    ("extra", "basis", "expected"),
    [
        ({"inference_geo": "us"}, "published", "24.20"),
        ({"inference_geo": "us"}, "rate-card", "22.00"),
        ({"inference_geo": "eu"}, "published", "22.00"),
        ({"service_tier": "priority"}, "list", None),
        ({"speed": "fast"}, "published", None),
        ({"service_tier": "standard", "speed": "standard"}, "list", "22.00"),
    ],
)
def test_geography_tier_and_speed_decide_the_price(
    tmp_path: Path, extra: Mapping[str, object], basis: Basis, expected: str | None
) -> None:
    found = one(tmp_path, FixedQuotes({OPUS: quote(OPUS, basis=basis)}), used(extra))
    assert found["cost"]["amount"] == expected
    assert bool(found["cost"]["reasons"]) == (expected is None)


def test_fast_mode_has_the_published_price(tmp_path: Path) -> None:
    usual = quote(OPUS, basis="published", above=Above(10, prices("1", "1", "1", "1", "1")))
    assert usual.price is not None
    fast = prices("8", "10", "16", "0.4", "40")
    quotes = FixedQuotes({OPUS: dataclasses.replace(usual, price=msgspec.structs.replace(usual.price, fast=fast))})
    assert one(tmp_path, quotes, used({"speed": "fast"}))["cost"]["amount"] == "40.00"
    assert one(tmp_path, quotes, used({"speed": "fast", "inference_geo": "us"}))["cost"]["amount"] == "44.00"
    assert one(tmp_path, quotes, used({"speed": "slow"}))["cost"]["amount"] is None


def test_the_profiles_own_tier_has_its_price(tmp_path: Path) -> None:
    quotes = FixedQuotes({OPUS: quote(OPUS, tier="priority")})
    assert one(tmp_path, quotes, used({"service_tier": "priority"}))["cost"]["amount"] == "22.00"


def test_older_models_have_no_premium_in_one_geography(tmp_path: Path) -> None:
    row = answer("msg_1", 1, (0, 0, 0, 0, 1_000_000), model="claude-opus-4-5-20251101")
    row["message"]["usage"]["inference_geo"] = "us"  # type: ignore[index]
    quotes = FixedQuotes({"claude-opus-4-5-20251101": quote("claude-opus-4-5-20251101", basis="published")})
    assert one(tmp_path, quotes, row)["cost"]["amount"] == "22.00"


def test_web_searches_are_priced_by_the_thousand_or_not_at_all(tmp_path: Path) -> None:
    row = used({"server_tool_use": {"web_search_requests": 3}})
    found = one(tmp_path, ANY, row)
    assert (found["cost"]["amount"], "web_search" in found["cost"]["reasons"][OPUS]) == (None, True)
    searching = {**prices("4", "5", "8", "0.2", "20"), "web_search": Decimal(10)}
    found = one(tmp_path, FixedQuotes({OPUS: quote(OPUS, searching)}), row)
    assert (found["cost"]["amount"], found["kinds"]["searches"]) == ("20.03", "0.03")


def test_a_plans_tokens_are_no_cost(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        FixedQuotes({OPUS: quote(OPUS, basis="published", flat=True)}),
        used({}, (0, 20_000, 0, 136_000, 1_000_000)),
    )
    assert (found["cost"]["amount"], found["cost"]["basis"], found["cost"]["unpriced"]) == (None, "none", [])
    assert found["api_equivalent"]["amount"] == "22.13992"
    assert (found["kinds"], found["unlogged_cost"]) == ({}, "0.00")
    replay, [miss] = found["cache"]["replay"], found["cache"]["misses"]
    assert (replay["advice"], replay["5m"], replay["5m_api_equivalent"]) == (None, None, "22.13992")
    assert (miss["extra"], miss["extra_api_equivalent"]) == (None, "0.1056")


def test_a_model_without_a_price_is_named_beside_the_rest(tmp_path: Path) -> None:
    quotes = FixedQuotes({HAIKU: Quote(reason="never read")})
    found = one(tmp_path, quotes, used({}), answer("msg_2", 2, (1, 2, 3, 4, 5), model=HAIKU))
    assert (found["cost"]["amount"], found["cost"]["reasons"]) == ("22.00", {HAIKU: "never read"})
    assert found["cache"]["replay"]["5m"] is None


def test_of_several_bases_the_weakest_counts(tmp_path: Path) -> None:
    quotes = FixedQuotes({OPUS: quote(OPUS, basis="rate-card"), HAIKU: quote(HAIKU, basis="published")})
    found = one(tmp_path, quotes, used({}), answer("msg_2", 2, (1, 2, 3, 4, 5), model=HAIKU))
    assert found["cost"]["basis"] == "published"


def test_amounts_of_any_size_are_text(tmp_path: Path) -> None:
    rows = [answer(f"msg_{number}", number, (1 << 52,) * 5) for number in range(40)]
    dear = {kind: Decimal("999999999.999999999999") for kind in prices("1", "1", "1", "1", "1")}
    assert Decimal(one(tmp_path, FixedQuotes({OPUS: quote(OPUS, dear)}), *rows)["cost"]["amount"]) > 10**20
    assert [amount_text(Decimal(text)) for text in ("0", "1E+3", "0.1", "0.00000012", "2.50000")] == [
        *("0.00", "1000.00", "0.10", "0.00000012", "2.50")
    ]


def test_extra_of_a_miss_is_writing_instead_of_reading(tmp_path: Path) -> None:
    hour = one(
        tmp_path,
        ANY,
        answer("msg_1", 0, (0, 0, 20_000, 0, 1)),
        answer("msg_2", 3_700, (0, 0, 21_000, 0, 1)),
        answer("msg_3", 3_800, (0, 21_000, 0, 0, 1), model=HAIKU),
    )
    extra = {miss["cause"]: Decimal(miss["extra"]) for miss in hour["cache"]["misses"]}
    assert extra == {
        "session-start": 20_000 * Decimal("8.58") / 1_000_000,
        "idle": 20_000 * Decimal("8.58") / 1_000_000,
        "model-changed": 21_000 * Decimal("0.115") / 1_000_000,
    }


def test_replay_has_amounts_and_the_advice_they_support(tmp_path: Path) -> None:
    pauses = [answer(f"msg_{n}", n * 600, (0, 20_000 + n, 0, 0, 1)) for n in range(5)]
    cache = one(tmp_path, ANY, *pauses)["cache"]["replay"]
    assert Decimal(cache["5m"]) == (sum(20_000 + n for n in range(5)) * Decimal("5.5") + 5 * 22) / 1_000_000
    assert Decimal(cache["1h"]) < Decimal(cache["5m"]) / 2
    assert cache["advice"].startswith("ENABLE_PROMPT_CACHING_1H=1 would have cost 0.")
    steady = [answer(f"msg_{n}", n * 60, (0, 0, 20_000 if not n else 50, 20_000 if n else 0, 1)) for n in range(5)]
    cache = one(tmp_path / "hour", ANY, *steady)["cache"]["replay"]
    assert cache["advice"].startswith("FORCE_PROMPT_CACHING_5M=1")


def test_small_savings_support_no_advice() -> None:
    assert lifetime_advice(Decimal(100), {"5m": Decimal(100), "1h": Decimal(96)}) is None
    assert lifetime_advice(Decimal(100), {"5m": Decimal(100), "1h": None}) is None
    assert lifetime_advice(Decimal("0.01"), {"5m": Decimal("0.001"), "1h": Decimal("0.01")}) is None
    assert lifetime_advice(Decimal(0), {"5m": Decimal(0), "1h": Decimal(0)}) is None
    assert lifetime_advice(None, {"5m": None, "1h": None}) is None
    text = lifetime_advice(Decimal(100), {"5m": Decimal(100), "1h": Decimal("87.654")})
    assert text == "ENABLE_PROMPT_CACHING_1H=1 would have cost 12.35 USD less (12%)"


def test_a_row_read_again_costs_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "s1", used({}))
    before = costed([tmp_path], ANY)
    path.write_bytes(path.read_bytes() + line(used({})) * 3)
    assert costed([tmp_path], ANY)["profiles"] == before["profiles"]


def test_a_request_with_an_unpriced_kind_takes_no_amount_from_the_others(tmp_path: Path) -> None:
    searching = used({"server_tool_use": {"web_search_requests": 3}})
    fast = {**used({"speed": "fast"}), "uuid": "x"}
    fast["message"] = {**fast["message"], "id": "msg_fast"}  # type: ignore[dict-item]
    found = one(tmp_path, ANY, searching, fast, answer("msg_plain", 9, (0, 0, 0, 0, 1_000_000)))
    assert (found["cost"]["amount"], found["cost"]["unpriced"]) == ("22.00", [OPUS])
    reason = found["cost"]["reasons"][OPUS]
    assert "web_search" in reason
    assert "fast mode" in reason
