"""`import --update`: the difference is shown, a person agrees, and text that changed needs trust again."""

from pathlib import Path

import pytest

from tests.profile.test_imported import BEDROCK, EVIL, answered, is_trusted
from tests.support.program import Done, Program
from tests.support.warm import Warm

PINNED = f'{BEDROCK}[profiles.team.models]\nopus = "us.anthropic.claude-opus-5-5"\n'
RING = """
import json, os, pathlib
from keyring.backend import KeyringBackend
class Ring(KeyringBackend):
    priority = 9
    path = pathlib.Path(os.environ["RING"])
    def _all(self): return json.loads(self.path.read_text()) if self.path.exists() else {}
    def get_password(self, s, u): return self._all().get(u)
    def set_password(self, s, u, p): self.path.write_text(json.dumps(self._all() | {u: p}))
    def delete_password(self, s, u): self.path.write_text(json.dumps({k: v for k, v in self._all().items() if k != u}))
"""
KEYED = 'surface = "api-key"\n[profiles.team.set]\nkey = "keyring:"\n'


@pytest.fixture
def program(tmp_path: Path) -> Program:
    home = tmp_path / "home"
    (home / "modules").mkdir(parents=True)
    (home / "modules" / "ring.py").write_text(RING)
    ring = {"PYTHON_KEYRING_BACKEND": "ring.Ring", "RING": str(home / "ring.json")}
    return Warm(home, {**ring, "PYTHONPATH": str(home / "modules")})


def document(program: Program, body: str) -> str:
    path = program.home / "team.toml"
    path.write_text(f"schema = 1\n[profiles.team]\nschema = 1\n{body}")
    return str(path)


def update(program: Program, body: str, *flags: str) -> Done:
    return program.run("import", "--update", document(program, body), *flags)


def text(program: Program) -> str:
    return (program.profiles / "team.toml").read_text()


@pytest.mark.thorough
def test_a_taken_name_is_refused_without_update(program: Program) -> None:
    program.ok("import", document(program, BEDROCK))
    done = program.run("import", document(program, PINNED))
    assert (done.code, "--update" in done.err) == (2, True)
    assert program.run("import", document(program, PINNED), "--yes").code == 2


def test_the_difference_is_shown_and_a_person_is_asked(program: Program) -> None:
    program.ok("import", document(program, BEDROCK))
    before = text(program)
    refused = update(program, PINNED)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert '+opus = "us.anthropic.claude-opus-5-5"' in refused.out
    path = document(program, PINNED)
    code, _ = answered(program, "n", "import", "--update", path)
    assert (code, text(program)) == (2, before)
    code, shown = answered(program, "y", "import", "--update", path)
    assert (code, "updated team" in shown) == (0, True)
    assert "claude-opus-5-5" in text(program)


@pytest.mark.thorough
def test_what_is_the_same_stays_with_its_comments_and_new_names_are_added(program: Program) -> None:
    program.ok("import", document(program, EVIL))
    program.ok("trust", "team", "--yes")
    path = program.profiles / "team.toml"
    path.write_text(text(program) + "# mine\n")
    program.ok("trust", "team", "--yes")
    other = '[profiles.other]\nschema = 1\nsurface = "bedrock"\n[profiles.other.set]\nregion = "us-west-2"\n'
    done = update(program, f"{EVIL}{other}")
    assert (done.code, done.out) == (0, "")
    assert "team is unchanged" in done.err
    assert "imported other" in done.err
    assert "# mine" in text(program)
    assert is_trusted(program)


@pytest.mark.thorough
def test_text_that_changed_needs_trust_again(program: Program) -> None:
    program.ok("import", document(program, EVIL))
    program.ok("trust", "team", "--yes")
    assert is_trusted(program)
    done = update(program, EVIL.replace("/tmp/evil", "/tmp/more"), "--yes")
    assert done.code == 0
    assert "ccsetup trust team" in done.err
    assert not is_trusted(program)
    assert update(program, EVIL, "--yes").code == 0  # back to what was allowed once
    assert not is_trusted(program)


@pytest.mark.thorough
def test_a_profile_made_here_becomes_an_imported_one(program: Program) -> None:
    program.init("team", "bedrock", region="us-east-1")
    assert update(program, EVIL, "--yes").code == 0
    assert not is_trusted(program)
    assert not list(program.compiled.glob("team.*"))


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (f'{KEYED}[profiles.team.models]\nopus = "claude-opus-5-5"\n', True),
        (f'{KEYED}base_url = "https://gateway.example"\n', False),
        (KEYED.replace("api-key", "claude-aws") + 'region = "us-east-1"\nworkspace = "wrkspc_1"\n', False),
    ],
)
def test_a_stored_key_stays_only_where_it_goes_where_it_went(program: Program, body: str, kept: bool) -> None:
    program.ok("import", document(program, KEYED))
    program.ok("key", "team", "--set", stdin="sk-ant-api03-mine")
    done = update(program, body, "--yes")
    assert done.code == 0, done.err
    assert ("sk-ant-api03-mine" in (program.home / "ring.json").read_text()) is kept
    assert ("--set" in done.err) is not kept


def test_a_malformed_document_changes_nothing(program: Program) -> None:
    program.ok("import", document(program, BEDROCK))
    before = text(program)
    for body in (
        "surface = 1\n",
        f'{BEDROCK}bogus = "x"\n',
        BEDROCK.replace("us-east-1", "sk-ant-api03-aaaaaaaaaaaaaaaa"),
    ):
        assert update(program, body, "--yes").code != 0
        assert text(program) == before


@pytest.mark.thorough
def test_a_present_file_that_cannot_be_read_is_replaced_and_not_shown(program: Program) -> None:
    program.ok("import", document(program, BEDROCK))
    (program.profiles / "team.toml").write_text(
        'schema = 1\nsurface = "api-key"\n[set]\nkey = "sk-ant-api03-canary0000"\n'
    )
    done = update(program, BEDROCK, "--yes")
    assert done.code == 0, done.err
    assert "canary" not in done.out + done.err
    assert 'surface = "bedrock"' in text(program)
