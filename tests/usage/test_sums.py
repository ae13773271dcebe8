"""Every way to group the work of all specimens comes to the same tokens, the same money, and the page's figure."""

from decimal import Decimal

import pytest

from ccsetup.report.cost import cost_page
from ccsetup.report.page import render
from ccsetup.usage.document import GROUPS
from ccsetup.usage.spending import spending
from tests.support.priced_work import Document, FixedQuotes, by_hand, costed
from tests.support.transcripts import FOLDER, SPECIMENS, billed

KINDS = ("input", "write_5m", "write_1h", "read", "output")


def tokens(entries: list[Document], *fields: str) -> list[int]:
    return [sum(one[field][kind] for one in entries for field in fields) for kind in KINDS]


def money(entries: list[Document]) -> Decimal:
    return sum((Decimal(one["cost"]["amount"] or "0") for one in entries), Decimal(0))


@pytest.mark.parametrize("by", GROUPS)
def test_all_sums_are_the_bill(by: str) -> None:
    found = costed([FOLDER / name for name in SPECIMENS], FixedQuotes(), by)
    bills = [billed(name) for name in SPECIMENS]
    wanted = [sum(kinds[place] for bill in bills for kinds in bill.values()) for place in range(5)]
    models = [model for profile in found["profiles"] for model in profile["models"]]
    assert tokens(found["profiles"], "tokens", "unlogged") == wanted
    assert tokens(found["groups"], "tokens", "unlogged") == wanted
    assert tokens(found["days"], "tokens") == tokens(models, "tokens") == wanted
    worth = sum(map(by_hand, bills), Decimal(0))
    assert {money(found[part]) for part in ("profiles", "groups", "days")} | {money(models)} == {worth}
    assert f"{worth:,.2f}" in render(cost_page(found)).decode()


def test_kinds_come_to_the_amount() -> None:
    found = costed([FOLDER / name for name in SPECIMENS], FixedQuotes())["profiles"]
    spent = spending(found)
    assert sum(one.amount for one in spent if "thinking" not in one.kind) == money(found)
    assert round(sum(one.share for one in spent if "thinking" not in one.kind), 6) == 100
    counts = {one.kind: one.count for one in spent}
    wanted = tokens(found, "tokens", "unlogged")
    assert [counts["cache reads"], counts["output"]] == [wanted[3], wanted[4]]


def test_models_by_week_are_the_models() -> None:
    found = costed([FOLDER / name for name in SPECIMENS], FixedQuotes())
    for profile in found["profiles"]:
        for model in profile["models"]:
            assert sum(week["requests"] for week in model["weeks"]) == model["requests"]
            assert tokens(model["weeks"], "tokens") == tokens([model], "tokens")
