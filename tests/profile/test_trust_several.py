"""`ccsetup trust` with several names, and with --all."""

import pytest

from tests.profile.test_imported import BEDROCK, EVIL, answered, bring, is_trusted
from tests.support.program import Program


@pytest.mark.thorough
def test_several_profiles_are_shown_then_allowed_by_one_answer(program: Program) -> None:
    for name in ("one", "two", "third"):
        bring(program, EVIL, name)
    bring(program, BEDROCK, "plain")
    code, shown = answered(program, "n", "trust", "--all")
    assert (code, shown.count("PATH=/tmp/evil"), "plain" in shown) == (2, 3, False)
    assert not is_trusted(program, "one")
    assert answered(program, "y", "trust", "one", "two", "plain")[0] == 0
    assert [is_trusted(program, name) for name in ("one", "two", "third")] == [True, True, False]


def test_a_profile_that_cannot_be_read_stops_no_other(program: Program) -> None:
    bring(program, EVIL)
    (program.profiles / "broken.toml").write_text("schema = \n")
    assert program.run("trust", "--all").code == 2  # not a terminal
    done = program.ok("trust", "--all", "--yes")
    assert "broken is left out: " in done.err
    assert is_trusted(program)
    assert "nothing to allow" in program.ok("trust", "--all").err
    assert program.run("trust").code == program.run("trust", "team", "--all").code == 2
