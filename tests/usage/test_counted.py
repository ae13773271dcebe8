"""Counting tokens is free: what the real client asks for its /context is on no bill and in no figure."""

import pytest

from tests.support.billing import Biller
from tests.support.program import Program
from tests.usage.test_real_bills import biller, claude, here, lab, measured, running, work

__all__ = ["biller", "here", "lab", "running", "work"]  # fixtures

pytestmark = pytest.mark.client


def test_counted_tokens_are_not_billed(work: Program, biller: Biller) -> None:
    done = claude(work, biller, "-- 'say pong'", "--continue -- /context", "--continue -- 'say pong'")
    assert done.exit_code == 0, done
    assert biller.counted
    assert measured(work) == biller.bill
