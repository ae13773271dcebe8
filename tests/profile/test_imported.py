"""A profile from elsewhere: how it comes to be trusted, what that is worth, and when it ends."""

import base64
import hashlib
import json
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.support.desktop import executable
from tests.support.program import EXECUTABLE, Program
from tests.support.warm import Warm

BEDROCK = 'surface = "bedrock"\n[profiles.team.set]\nregion = "us-east-1"\n'
EVIL = f'{BEDROCK}[profiles.team.env]\nPATH = "/tmp/evil"\n'
KEYED = 'surface = "api-key"\n[profiles.team.set]\nkey = "env:GITHUB_TOKEN"\nbase_url = "https://gateway.example"\n'
KEYRING = """
from keyring.backend import KeyringBackend

class File(KeyringBackend):
    priority = 9
    def get_password(self, service, name): return "canary-of-" + name.replace("/", "-")
    def set_password(self, service, name, value): pass
    def delete_password(self, service, name): pass
"""


def bring(program: Program, body: str, name: str = "team") -> None:
    document = program.home / "team.toml"
    document.write_text(
        f"schema = 1\n[profiles.{name}]\nschema = 1\n{body.replace('profiles.team.', f'profiles.{name}.')}"
    )
    program.ok("import", str(document))


def is_trusted(program: Program, name: str = "team") -> bool:
    done = program.run("env", name)
    assert (done.code, bool(done.out)) in ((0, True), (3, False)), done
    shown = json.loads(program.ok("show", name, "--json").out)["trusted"]
    assert shown is (done.code == 0)
    return done.code == 0


def edited(program: Program, script: str, name: str = "team") -> int:
    editor = executable(program.home / "editor", f"#!/bin/sh\n{script}\n")
    return program.run("edit", name, environment={"EDITOR": str(editor), "VISUAL": ""}).code


def answered(program: Program, answer: str, *words: str, **environment: str) -> tuple[int, str]:
    """A run on a terminal, whose one question gets this answer: exit code, and what was shown."""
    child = pexpect.spawn(
        str(EXECUTABLE), [*words], env={**program.environment, **environment}, cwd=str(program.home), encoding="utf-8"
    )
    child.expect_exact("[y/N] ", timeout=60)
    shown = child.before or ""
    child.sendline(answer)
    child.expect(pexpect.EOF, timeout=60)
    child.close()
    return int(child.exitstatus or 0), shown + (child.before or "")


@pytest.mark.parametrize("variable", ["PATH", "NODE_OPTIONS", "LD_PRELOAD", "HTTPS_PROXY", "BASH_ENV"])
def test_a_variable_that_could_run_a_program_waits_for_trust(program: Program, variable: str) -> None:
    bring(program, f'{BEDROCK}[profiles.team.env]\n{variable} = "/tmp/evil"\n')
    for words in (["env", "team"], ["env", "team", "--shell", "sh"], ["run", "team", "--", "true"]):
        done = program.run(*words)
        assert (done.code, done.out) == (3, ""), words
        assert f"({variable}" in done.err
        assert "ccsetup trust team" in done.err
    assert list(program.compiled.glob("team.*")) == []
    assert f"{variable}=/tmp/evil" in program.ok("trust", "team", "--yes").err
    assert f"{variable}='/tmp/evil'" in program.ok("env", "team").out
    assert list(program.compiled.glob("team.*")) != []


def test_a_harmless_variable_needs_none(program: Program) -> None:
    bring(program, f'{BEDROCK}[profiles.team.env]\nCLAUDE_CODE_MAX_OUTPUT_TOKENS = "16000"\n')
    assert "16000" in program.ok("env", "team").out
    assert list(program.compiled.glob("team.*")) != []


def test_a_secret_of_this_machine_does_not_leave_for_a_host_of_the_strangers(program: Program) -> None:
    bring(program, KEYED)
    here = Warm(program.home, {"GITHUB_TOKEN": "ghp_0123456789abcdef"})
    done = here.run("env", "team")
    assert (done.code, done.out) == (3, "")
    assert "env:GITHUB_TOKEN" in done.err
    assert "env:GITHUB_TOKEN → gateway.example" in here.ok("trust", "team", "--yes").err
    assert "ghp_0123456789abcdef" in here.ok("env", "team").out


@pytest.mark.thorough
@pytest.mark.parametrize("entry", ["other/key", "team/key"])
def test_another_entry_of_the_keyring_is_not_read_untrusted(program: Program, tmp_path: Path, entry: str) -> None:
    (tmp_path / "entries.py").write_text(KEYRING)
    here = Warm(program.home, {"PYTHONPATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": "entries.File"})
    bring(program, f'surface = "api-key"\n[profiles.team.set]\nkey = "keyring:{entry}"\n')
    for words in (["env", "team"], ["key", "team"], ["run", "team", "--", "env"]):
        done = here.run(*words)
        assert (done.code, "canary" in done.out + done.err) == (3, False), done
    (program.profiles / "mine.toml").write_text((program.profiles / "team.toml").read_text())
    done = here.run("key", "mine")  # written by hand: its text is not recorded yet
    assert (done.code, "canary" in done.out + done.err) == (3, False), done
    here.ok("trust", "team", "--yes")
    kept = (0, "canary-of-other-key\n") if entry == "other/key" else (3, "")  # one from before the import is not its
    assert ((done := here.run("key", "team")).code, done.out) == kept


@pytest.mark.thorough
def test_trust_is_for_the_exact_text(program: Program) -> None:
    bring(program, EVIL)
    program.ok("trust", "team", "--yes")
    path = program.profiles / "team.toml"
    original = path.read_text()
    for changed in (f"{original}# more\n", original.replace("/tmp/evil", "/tmp/worse")):
        path.write_text(changed)
        assert not is_trusted(program)
    path.write_text(original)
    assert is_trusted(program)
    assert "nothing to allow" in program.ok("trust", "team").err


def test_a_copy_and_a_rename_keep_the_state(program: Program) -> None:
    bring(program, EVIL)
    program.ok("copy", "team", "mine")
    program.ok("rename", "mine", "renamed")
    assert not is_trusted(program, "renamed")
    program.ok("trust", "team", "--yes")
    program.ok("copy", "team", "mine")
    program.ok("rename", "mine", "ours")
    assert is_trusted(program, "ours")
    program.ok("remove", "ours", "--yes")
    bring(program, EVIL, "ours")
    assert not is_trusted(program, "ours")


@pytest.mark.thorough
def test_an_import_takes_over_nothing_that_a_deleted_file_left(program: Program) -> None:
    """Its compiled text is the same, byte for byte."""
    program.profiles.mkdir(parents=True)
    bring(program, EVIL)
    text = (program.profiles / "team.toml").read_text()
    program.ok("remove", "team", "--yes")
    (program.profiles / "team.toml").write_text(text)
    program.ok("env", "team")
    assert list(program.compiled.glob("team.*")) != []
    (program.profiles / "team.toml").unlink()
    bring(program, EVIL)
    assert list(program.compiled.glob("team.*")) == []
    assert not is_trusted(program)


def test_an_edit_of_it_asks_right_there(program: Program) -> None:
    bring(program, EVIL)
    program.ok("trust", "team", "--yes")
    assert edited(program, 'echo "# mine" >> "$1"') == 0  # no terminal: saved, and not trusted any more
    assert "# mine" in (program.profiles / "team.toml").read_text()
    assert not is_trusted(program)
    editor = str(executable(program.home / "editor", '#!/bin/sh\necho "# again" >> "$1"\n'))
    code, shown = answered(program, "n", "edit", "team", EDITOR=editor)
    assert (code, "PATH=/tmp/evil" in shown, is_trusted(program)) == (0, True, False)
    code, _ = answered(program, "y", "edit", "team", EDITOR=editor)
    assert (code, is_trusted(program)) == (0, True)
    assert edited(program, 'sed -i "/PATH/d" "$1"') == 0  # what is harmless needs no consent
    assert is_trusted(program)


@pytest.mark.thorough
def test_other_pins_of_drifts_own_keep_the_state(program: Program) -> None:
    pinned = EVIL.replace(
        "[profiles.team.env]", '[profiles.team.models]\nopus = "us.anthropic.claude-opus-5"\n[profiles.team.env]'
    )
    bring(program, pinned)
    path = program.profiles / "team.toml"
    before, after = path.read_text(), path.read_text().replace("opus-5", "opus-5-5")
    kept = {
        "at": "2026-11-26T00:00:00Z",
        "before": {"team": base64.b64encode(before.encode()).decode()},
        "after": {"team": hashlib.sha256(after.encode()).hexdigest()},
    }
    for trusted in (False, True):
        path.write_text(after)
        if trusted:
            program.ok("trust", "team", "--yes")
        undo = program.home / ".local" / "state" / "ccsetup" / "drift" / "undo.json"
        undo.parent.mkdir(exist_ok=True)
        undo.write_text(json.dumps(kept))
        program.ok("drift", "--undo")
        assert (path.read_text(), is_trusted(program)) == (before, trusted)


@pytest.mark.thorough
def test_no_is_an_answer(program: Program) -> None:
    bring(program, EVIL)
    code, shown = answered(program, "n", "trust", "team")
    assert (code, "nothing was allowed" in shown, is_trusted(program)) == (2, True, False)
    assert answered(program, "y", "trust", "team")[0] == 0
    assert is_trusted(program)


def test_what_replaces_it_by_init_is_the_persons_own(program: Program) -> None:
    bring(program, EVIL)
    program.bedrock("team", "--set", "env.PATH=/my/bin", "--force")
    assert is_trusted(program)


@pytest.mark.thorough
def test_what_0_1_0_recorded_is_read_and_asked_again(program: Program) -> None:
    bring(program, EVIL)
    bring(program, BEDROCK, "plain")
    record = {
        "schema": 1,
        "trusted": {"team": ["env.PATH=/tmp/evil"], "own": ["cmd:echo 1"]},
        "imported": ["team", "plain"],
    }
    (program.home / ".local" / "state" / "ccsetup" / "trusted.json").write_text(json.dumps(record))
    (program.profiles / "own.toml").write_text('schema = 1\nsurface = "api-key"\n[set]\nkey = "cmd:echo 1"\n')
    assert not is_trusted(program)
    assert is_trusted(program, "plain")
    assert is_trusted(program, "own")


def test_one_untrusted_profile_stops_no_other(program: Program) -> None:
    bring(program, EVIL)
    program.bedrock("good")
    done = program.run("doctor", "--offline", "--json")
    found = {one["profile"]: one for one in json.loads(done.out)["profiles"]}
    assert [one["check"] for one in found["team"]["findings"]] == ["profile-untrusted"]
    assert found["team"]["findings"][0]["remedy"]["commands"] == ["ccsetup trust team"]
    assert found["good"]["passed"] != []


RELATIVE = {
    "subscription": ("config_dir", ""),
    "vertex": ("credentials_file", 'project = "my-project"\nlocation = "global"\n'),
    "claude-gcp": ("credentials_file", 'project = "my-project"\nworkspace = "team"\n'),
}


@pytest.mark.thorough
@pytest.mark.parametrize("surface", RELATIVE)
def test_a_path_is_saved_whole_and_a_relative_one_is_refused(program: Program, surface: str) -> None:
    setting, rest = RELATIVE[surface]
    others = [word for line in rest.splitlines() for word in ("--set", line.replace(" = ", "=").replace('"', ""))]
    init = ("init", "p", "--surface", surface, *others, "--yes", "--no-verify", "--set")
    for path in (".evil", "x.json", "./x", "../x", "~other/x"):
        done = program.run(*init, f"{setting}={path}")
        assert (done.code, program.profiles.exists()) == (2, False), path
        assert "not an absolute path" in done.err
    program.ok(*init, f"{setting}=~/mine")
    assert f'{setting} = "{program.home}/mine"' in (program.profiles / "p.toml").read_text()
    assert edited(program, f"sed -i 's|{program.home}/mine|./evil|' \"$1\"", "p") == 2
    assert edited(program, 'sed -i "s|./evil|~/other|" "$1"', "p") == 0
    assert f'{setting} = "{program.home}/other"' in (program.profiles / "p.toml").read_text()
    document = program.home / "team.toml"
    document.write_text(
        f'schema = 1\n[profiles.q]\nschema = 1\nsurface = "{surface}"\n[profiles.q.set]\n{rest}{setting} = ".evil"\n'
    )
    done = program.run("import", str(document))
    assert (done.code, (program.profiles / "q.toml").exists()) == (2, False)


@pytest.mark.parametrize("surface", RELATIVE)
def test_a_relative_path_of_0_1_0_is_named_and_never_used(program: Program, surface: str) -> None:
    setting, rest = RELATIVE[surface]
    program.profiles.mkdir(parents=True)
    (program.profiles / "old.toml").write_text(f'schema = 1\nsurface = "{surface}"\n[set]\n{rest}{setting} = ".evil"\n')
    for words in (["env", "old"], ["run", "old", "--", "true"], ["trace", "old"], ["apply", "old", "--yes"]):
        done = program.run(*words)
        assert (done.code, done.out) == (2, ""), done
        assert f"{setting} in profile old is a relative path" in done.err
    program.ok("copy", "old", "copied")
    assert program.run("env", "copied").code == 2
    assert [*program.compiled.glob("old.*"), *program.compiled.glob("copied.*")] == []
    program.ok("remove", "copied", "--yes")
    done = program.run("doctor", "--json", "--offline")
    report = json.loads(done.out)["profiles"][0]
    assert (done.code, report["root"]) == (1, "path-relative")
    program.ok("show", "old")


@pytest.mark.thorough
def test_programs_are_found_on_the_users_path_alone(program: Program, tmp_path: Path) -> None:
    """Neither by a relative or empty part of it, nor on the PATH of the active profile."""
    repo, mine, theirs = tmp_path / "repo", tmp_path / "mine", tmp_path / "theirs"
    for folder in (repo, repo / "bin", theirs, mine):
        for name in ("claude", "op", "pass"):
            executable(folder / name, f'#!/bin/sh\necho "{folder.name} $0" >> "{tmp_path}/ran"\necho 2.1.330\n')
    program.init("op", "api-key", key="op://Private/Claude/key")
    program.init("cmd", "api-key", key="cmd:pass show key")
    program.bedrock("path", "--set", f"env.PATH={theirs}")
    own = f"{mine}:{program.environment['PATH']}"
    active = {"PATH": str(theirs), "CCSETUP_BORROWED": "AWS_PROFILE-:PATH", "CCSETUP_SAVED_PATH": own}
    for environment in ({"PATH": f":bin:.:{own}"}, active):
        for words in (["key", "op"], ["key", "cmd"], ["doctor", "path", "--offline"], ["run", "path"], ["edit", "op"]):
            program.run(*words, cwd=repo, environment={"EDITOR": "pass --wait", **environment})
    ran = (tmp_path / "ran").read_text().splitlines()
    assert {line.split()[0] for line in ran} == {"mine"}
    assert {Path(line.split()[1]).name for line in ran} == {"claude", "op", "pass"}
