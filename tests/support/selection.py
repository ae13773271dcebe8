"""Which cases `make test` runs; the others are marked `thorough`, and `make test-all` runs them too."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

SLOW = Path(__file__).with_name("slow_tests.txt")
_ON_DISK = {"tmp_path", "tmp_path_factory"}


def examples(cases: Iterable[Any], *quick: object) -> list[ParameterSet]:
    """All cases for `parametrize`; those not among `quick` are thorough. A case of several values is a tuple."""
    listed = list(cases)
    missing = [case for case in quick if case not in listed]
    assert not missing, f"not among the cases: {missing}"
    return [_parameter(case, (pytest.mark.quick if case in quick else pytest.mark.thorough,)) for case in listed]


def mark_slow(items: Iterable[pytest.Item]) -> None:
    """Mark the tests of `slow_tests.txt` thorough: each took more than a second or two beside others of its kind."""
    slow = {*SLOW.read_text(encoding="utf-8").split()}
    for item in items:
        name = item.nodeid.partition("[")[0].removeprefix("tests/")
        if name in slow:
            item.add_marker(pytest.mark.thorough)


def mark_repetitions(items: Iterable[pytest.Item]) -> None:
    """Mark all cases of a test but the first `thorough`, if it has a folder of its own: most such tests start programs.

    What is marked `quick` stays so; tests that need no folder take no time worth saving.
    """
    begun = set()
    for item in items:
        if not isinstance(item, pytest.Function) or not _ON_DISK & set(item.fixturenames):
            continue
        if item.get_closest_marker("quick") or item.get_closest_marker("thorough"):
            continue
        if item.function in begun:
            item.add_marker(pytest.mark.thorough)
        begun.add(item.function)


def _parameter(case: object, marks: Collection[pytest.MarkDecorator]) -> ParameterSet:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=marks)
