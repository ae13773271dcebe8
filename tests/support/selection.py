"""Which cases `make test` runs; the others are marked `thorough`, and `make test-all` runs them too."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def examples(cases: Iterable[Any], *quick: object) -> list[ParameterSet]:
    """All cases for `parametrize`; those not among `quick` are thorough. A case of several values is a tuple."""
    listed = list(cases)
    missing = [case for case in quick if case not in listed]
    assert not missing, f"not among the cases: {missing}"
    return [_parameter(case, () if case in quick else (pytest.mark.thorough,)) for case in listed]


def _parameter(case: object, marks: Collection[pytest.MarkDecorator]) -> ParameterSet:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=marks)
