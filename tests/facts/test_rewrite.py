"""What `make facts` rewrites in our data, in a copy of it."""

import datetime
import shutil
import tomllib
from pathlib import Path

import pytest

from ccsetup.claude_code.facts.client_facts import FACTS, ClientFacts
from tests.facts.rewrite import rewrite, with_value

ROOT = Path(__file__).parents[2]
DAY = datetime.date(2027, 1, 2)
VERTEX = {"opus": "claude-opus-9", "sonnet": "claude-sonnet-8@20270101", "mythos": "claude-mythos-9"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "provider_managed.txt", tmp_path / "tests")
    return tmp_path


def texts(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in root.rglob("*") if path.is_file()}


def test_only_lines_that_a_client_decides_are_changed(copy: Path) -> None:
    before = texts(copy)
    facts = ClientFacts(
        aliases={"vertex": VERTEX},
        managed=("ANTHROPIC_API_KEY", "ANTHROPIC_NEW_URL"),
        models={"claude-opus-5-5": {}, "claude-opus-9": {}},
        regions={"claude-opus-9": "VERTEX_REGION_CLAUDE_9_OPUS", "claude-opus-5-5": "VERTEX_REGION_CLAUDE_5_5_OPUS"},
    )
    said = rewrite(copy, "2.9.0", facts, ["claude-opus-5-5"], DAY)
    after = texts(copy)
    added = {name: {*after[name].splitlines()} - {*before[name].splitlines()} for name in after}
    dated = {'client = "2.9.0"', "seen   = 2027-01-02"}
    assert added.pop("vertex.toml") == dated | {
        'opus   = "claude-opus-9"',
        'sonnet = "claude-sonnet-8@20270101"',
        "VERTEX_REGION_CLAUDE_9_OPUS = {}",
    }
    assert {line.split("#")[0].rstrip() for line in added["_shared.toml"]} == dated | {'opus-9     = "2.9.0"'}
    assert added.pop("provider_managed.txt") >= {"ANTHROPIC_NEW_URL"}
    assert {*added} - {name for name, lines in added.items() if not lines} >= {"bedrock.toml", "gateway.toml"}
    assert all(tomllib.loads(text) for name, text in after.items() if name.endswith(".toml"))
    assert len(said) == 5
    assert not any("mythos" in line for line in said), "a tier that is new is for a human"
    regions = [line for line in after["vertex.toml"].splitlines() if line.startswith("VERTEX_REGION_")]
    assert regions == sorted(regions)


def test_the_same_client_again_changes_nothing(copy: Path) -> None:
    facts = ClientFacts(aliases={"vertex": VERTEX}, models={"claude-opus-9": {}})
    rewrite(copy, "2.9.0", facts, ["claude-opus-1"], DAY)
    again = copy / "again"  # surfaces are read once a folder
    shutil.copytree(copy / "profiles", again / "profiles")
    shutil.copytree(copy / "tests", again / "tests")
    before = texts(again)
    assert rewrite(again, "2.9.0", facts, ["claude-opus-9"], DAY + datetime.timedelta(1)) == []
    assert texts(again) == before


def test_what_was_not_read_is_not_rewritten(copy: Path) -> None:
    before = tomllib.loads(texts(copy)["bedrock.toml"])
    assert rewrite(copy, "2.9.0", ClientFacts(unreadable=FACTS), [], DAY) == []
    after = tomllib.loads(texts(copy)["bedrock.toml"])
    assert {key for key in before if before[key] != after[key]} == {"client", "seen"}


@pytest.mark.parametrize("id_", ['x"\ny = "z', "", "a b"])
def test_an_id_of_no_known_form_is_not_written(copy: Path, id_: str) -> None:
    before = texts(copy)["vertex.toml"]
    assert rewrite(copy, "2.9.0", ClientFacts(aliases={"vertex": {"opus": id_}}), [], DAY) == []
    assert before.count("\n") == texts(copy)["vertex.toml"].count("\n")


def test_a_value_is_exchanged_in_its_own_table_alone() -> None:
    text = 'a = "1"\n[x]\na = "2"  # why\nb = "3"\n\n[y]\na = "4"\n'
    assert with_value(text, "x", "a", '"9"') == text.replace('"2"', '"9"')
    assert with_value(text, "", "a", '"9"') == text.replace('"1"', '"9"')
    assert with_value(text, "y", "b", '"9"') == text
