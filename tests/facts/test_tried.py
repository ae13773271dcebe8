"""Every variable that the pinned client reads is named in our data, or was tried and changed nothing that counts."""

from functools import cache
from pathlib import Path

import pytest

from ccsetup.claude_code.facts.client_facts import ClientFacts, read_facts
from tests.facts import snapshot, tried
from tests.facts.tried import Tried
from tests.support.client_runner import require_client


@cache
def facts() -> ClientFacts:
    return read_facts(Path(require_client()).resolve())


@pytest.mark.client
def test_each_variable_of_the_client_is_known_or_was_tried() -> None:
    names = tried.unknown(facts())
    assert len(names) > 1000
    assert [name for name in names if name not in tried.read()] == [], "run `make facts-tried`"


@pytest.mark.client
def test_only_variables_of_the_client_that_our_data_does_not_name_are_kept() -> None:
    assert [name for name in tried.read() if name not in tried.unknown(facts())] == [], "run `make facts-tried`"


def test_none_of_them_changes_who_is_asked_and_who_signs() -> None:
    """One that does belongs into `profiles/_deciding.toml`, or to a surface."""
    changed = {name: one.changed for name, one in tried.read().items()}
    assert {name: parts for name, parts in changed.items() if any(not part.endswith(":fails") for part in parts)} == {}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [Tried("A", "2.1.1"), Tried("B", "2.1.1", ("vertex:1:host,model", "bedrock:x:fails"))],
        [Tried("A", "2.1.9"), Tried("B", "2.1.10"), Tried("C", "2.1.9", ("api-key:1:fails",))],
    ],
)
def test_what_was_tried_is_read_as_it_was_written(tmp_path: Path, rows: list[Tried]) -> None:
    path = tmp_path / "tried.txt"
    snapshot.write(path, tried.lines(rows))
    assert tried.read(path) == {one.name: one for one in rows}


@pytest.mark.client
def test_values_are_two_of_the_kind_that_the_client_declares() -> None:
    for name in tried.unknown(facts()):
        declared = facts().variables.get(name)
        first, second = tried.values(name, declared)
        assert first != second or (declared and len(declared.values) == 1), name
        assert not (declared and declared.values) or {first, second} <= {*declared.values}, name


@pytest.mark.client
def test_a_variable_that_decides_is_found_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twelve variables, the one that replaces the model: as `make facts-tried` finds it."""
    monkeypatch.setattr(tried, "values", lambda name, _: (MODEL if name == "ANTHROPIC_MODEL" else "1", "0"))
    names = ["ANTHROPIC_MODEL", *tried.unknown(facts())[40:51]]
    set_up = next(iter(tried.set_ups()))
    assert tried.changes(set_up, names, facts())[0] == ("ANTHROPIC_MODEL", f"api-key:{MODEL}:model")


MODEL = "claude-haiku-4-5"
