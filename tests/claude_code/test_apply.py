"""`ccsetup apply`: the file says what the profile says, the real client obeys, and --undo gives every byte back."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.support.program import EXECUTABLE, Done, Program
from tests.support.targets import TARGETS

THEIRS = """{
    "permissions": {"allow": ["Bash(ls:*)",  "Read"]},
    "env": {"CLAUDE_CODE_USE_VERTEX": "1", "EDITOR": "vi"},
    "apiKeyHelper": "echo sk-ant-from-helper-0123456789",
    "awsCredentialExport": "export-it",
    "model": "claude-opus-from-settings"
}"""


@pytest.fixture
def file(program: Program) -> Path:
    path = program.home / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(THEIRS)
    path.chmod(0o640)
    return path


def apply(program: Program, *arguments: str) -> Done:
    return program.run("apply", "bedrock-prod", *arguments)


@pytest.mark.thorough
def test_apply_writes_the_profile_and_undo_restores_every_byte(program: Program, file: Path) -> None:
    program.bedrock()
    done = apply(program, "--yes")
    assert done.code == 0, done.err
    content = json.loads(file.read_text())
    assert content["permissions"] == {"allow": ["Bash(ls:*)", "Read"]}
    assert '"permissions": {"allow": ["Bash(ls:*)",  "Read"]},' in file.read_text()
    env = content["env"]
    wanted = {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "my-prod", "AWS_REGION": "us-east-1", "EDITOR": "vi"}
    assert {name: env[name] for name in wanted} == wanted
    assert (env["CLAUDE_CODE_USE_VERTEX"], env["ANTHROPIC_API_KEY"]) == ("", "")
    assert not {"apiKeyHelper", "awsCredentialExport"} & set(content)
    assert '+        "CLAUDE_CODE_USE_BEDROCK": "1",' in done.out.splitlines()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert apply(program, "--undo").code == 0
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (THEIRS, 0o640)
    assert apply(program, "--undo").code == 2


@pytest.mark.thorough
def test_a_file_that_was_not_there_is_gone_after_undo(program: Program) -> None:
    program.bedrock()
    assert apply(program, "--scope", "local", "--yes").code == 0
    path = program.home / ".claude" / "settings.local.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert apply(program, "--scope", "local", "--undo").code == 0
    assert not path.parent.exists()


def test_several_changes_are_undone_one_by_one(program: Program, file: Path) -> None:
    program.bedrock()
    program.init("vertex", "vertex", project="my-project", location="global")
    program.ok("apply", "bedrock-prod", "--yes")
    between = file.read_bytes()
    program.ok("apply", "vertex", "--yes")
    assert json.loads(file.read_text())["env"]["CLAUDE_CODE_USE_BEDROCK"] == ""
    program.ok("apply", "vertex", "--undo")
    assert file.read_bytes() == between
    program.ok("apply", "--undo")
    assert file.read_text() == THEIRS


@pytest.mark.thorough
def test_a_folder_that_is_gone_has_no_settings_to_write(program: Program) -> None:
    program.bedrock()
    line = "mkdir gone && cd gone && rmdir ../gone && exec ccsetup apply bedrock-prod --scope project --yes"
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=program.home, env=program.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "no longer exists" in done.stderr
    assert not Path("/.claude").exists()


@pytest.mark.thorough
def test_dry_run_and_no_terminal_change_nothing(program: Program, file: Path) -> None:
    program.bedrock()
    done = apply(program, "--dry-run")
    assert (done.code, "+" in done.out, file.read_text()) == (0, True, THEIRS)
    done = apply(program)
    assert (done.code, "--yes" in done.err, file.read_text()) == (2, True, THEIRS)


def test_in_a_terminal_it_asks_and_sees_what_was_written_meanwhile(program: Program, file: Path) -> None:
    program.bedrock()

    def asked(answer: str) -> tuple[int, str]:
        child = pexpect.spawn(
            str(EXECUTABLE), ["apply", "bedrock-prod"], env=program.environment, cwd=str(program.home), encoding="utf-8"
        )
        child.expect(r"Apply these changes\? \[y/N\]")
        if answer == "edit":
            file.write_text("{}")
            answer = "y"
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        return int(child.exitstatus or 0), str(child.before)

    assert asked("")[0] == 2
    assert file.read_text() == THEIRS
    code, said = asked("edit")
    assert (code, "was changed in the meantime" in said, file.read_text()) == (2, True, "{}")
    assert asked("y")[0] == 0
    assert "CLAUDE_CODE_USE_BEDROCK" in file.read_text()


@pytest.mark.thorough
def test_undo_after_a_later_edit_shows_both_and_changes_nothing_without_force(program: Program, file: Path) -> None:
    program.bedrock()
    program.ok("apply", "bedrock-prod", "--yes")
    edited = file.read_text().replace('"EDITOR": "vi"', '"EDITOR": "emacs"')
    file.write_text(edited)
    done = apply(program, "--undo")
    assert (done.code, file.read_text()) == (2, edited)
    assert "emacs" in done.out
    assert "CLAUDE_CODE_USE_VERTEX" in done.out
    assert "--force" in done.err
    assert apply(program, "--undo", "--force").code == 0
    assert file.read_text() == THEIRS


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('{\n  "env": {},\n}', "line 3, column 1"),
        ('{"model": null}', "model must hold a string"),
        ("[]", "holds no object"),
        ("\ufeff{".encode("utf-16").decode("latin-1"), "UTF-16"),
    ],
)
def test_a_file_that_the_client_ignores_is_not_touched(program: Program, file: Path, broken: str, words: str) -> None:
    program.bedrock()
    file.write_bytes(broken.encode("latin-1"))
    for arguments in (["--yes"], ["--clear", "--yes"], ["--dry-run"]):
        done = apply(program, *arguments)
        assert (done.code, words in done.err, file.read_bytes()) == (2, True, broken.encode("latin-1")), done.err


@pytest.mark.thorough
def test_symbolic_links_and_other_than_files_are_refused(program: Program, file: Path) -> None:
    program.bedrock()
    elsewhere = program.home / "elsewhere.json"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert apply(program, "--yes").code == 2
    assert elsewhere.read_text() == THEIRS
    file.unlink()
    os.mkfifo(file)
    assert apply(program, "--yes").code == 2
    repository = program.home / "repo"
    repository.mkdir()
    (program.home / "outside").mkdir()
    (repository / ".claude").symlink_to(program.home / "outside")
    done = program.run("apply", "bedrock-prod", "--scope", "project", "--yes", cwd=repository)
    assert (done.code, list((program.home / "outside").iterdir())) == (2, [])


@pytest.mark.thorough
def test_a_secret_is_written_only_when_told_to_and_never_shown(program: Program, file: Path) -> None:
    target = TARGETS["bedrock-key"]
    target.make(program)
    done = program.run("apply", "wanted", "--yes")
    assert (done.code, "--with-secret" in done.err, file.read_text()) == (2, True, THEIRS)
    done = program.run("apply", "wanted", "--yes", "--with-secret")
    assert done.code == 0, done.err
    assert json.loads(file.read_text())["env"]["AWS_BEARER_TOKEN_BEDROCK"] == target.secret
    assert target.secret not in done.out + done.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = program.run("apply", "wanted", "--undo")
    assert target.secret not in done.out + done.err
    assert file.read_text() == THEIRS


def test_a_login_in_a_folder_of_its_own_cannot_be_said_in_a_settings_file(program: Program) -> None:
    program.init("max", "subscription", config_dir="~/.claude-max")
    done = program.run("apply", "max", "--yes")
    assert (done.code, "keeps its login in" in done.err) == (2, True)


def test_an_imported_profile_runs_nothing_through_a_settings_file(program: Program, file: Path) -> None:
    bundle = program.home / "bundle.toml"
    profile = '[profiles.evil]\nschema = 1\nsurface = "bedrock"\n[profiles.evil.set]\nregion = "us-east-1"\n'
    bundle.write_text(f'schema = 1\n{profile}[profiles.evil.env]\nNODE_OPTIONS = "--require /tmp/x.js"\n')
    program.ok("import", str(bundle))
    done = program.run("apply", "evil", "--yes")
    assert (done.code, file.read_text()) == (3, THEIRS), done.err


def test_sso_profiles_renew_their_sign_in(program: Program, file: Path) -> None:
    (program.home / ".aws").mkdir()
    (program.home / ".aws" / "config").write_text(
        "[profile my-prod]\nsso_start_url = https://x.example\nregion = us-east-1\n"
    )
    program.bedrock()
    program.ok("apply", "bedrock-prod", "--yes")
    assert json.loads(file.read_text())["awsAuthRefresh"] == "aws sso login --profile my-prod"
    program.init("work", "api-key", key="env:MY_KEY")
    program.ok("apply", "work", "--yes")
    content = json.loads(file.read_text())
    assert "awsAuthRefresh" not in content
    assert content["apiKeyHelper"] == f"{EXECUTABLE} key work"


def test_a_weaker_file_is_hidden(program: Program, file: Path) -> None:
    program.bedrock()
    folder = program.home / "work"
    folder.mkdir()
    done = program.run("apply", "bedrock-prod", "--scope", "local", "--yes", cwd=folder)
    assert done.code == 0, done.err
    content = json.loads((folder / ".claude" / "settings.local.json").read_text())
    assert (content["apiKeyHelper"], content["awsCredentialExport"]) == ("", "")
    assert done.err.count("warning") == done.err.count("model (claude-opus-from-settings)") == 1


@pytest.mark.parametrize(
    "line", ['"env": {"CLAUDE_CODE_USE_VERTEX": "1"}', '"apiKeyHelper": "x"', '"model": "claude-x"']
)
def test_command_of_the_remedy_fixes_it(program: Program, line: str) -> None:
    """One hijacking line: `status` has it, and is clean after its own command."""
    program.init("work", "api-key", "--set", "models.opus=claude-opus-4-8", key="env:MY_KEY")
    path = program.home / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(f'{{"theme": "dark", {line}}}')
    folder = program.home / "work"
    folder.mkdir()
    own = {"MY_KEY": "sk-ant-api03-own"}
    on = json.loads(program.run("env", "work", "--shell", "json", environment=own).out)["env"]
    active = own | {name: value for name, value in on.items() if value is not None}
    found = json.loads(program.run("status", "--json", cwd=folder, environment=active).out)["findings"]
    assert found[0]["severity"] == "error"
    (command,) = found[0]["remedy"]["commands"]
    subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=program.environment | active, check=True, capture_output=True
    )
    done = program.run("status", "--json", cwd=folder, environment=active)
    assert (done.code, json.loads(done.out)["findings"]) == (0, [])
    assert json.loads(path.read_text()) == {"theme": "dark"}
    program.ok("apply", "work", "--undo")
    assert line in path.read_text()


def test_clear_without_a_profile_takes_out_every_providers_lines(program: Program, file: Path) -> None:
    program.ok("apply", "--clear", "--yes")
    assert json.loads(file.read_text()) == {
        "permissions": {"allow": ["Bash(ls:*)", "Read"]},
        "env": {"EDITOR": "vi"},
    }
    assert program.run("apply", "--yes").code == 2


def test_what_no_file_can_take_back_is_reported(program: Program) -> None:
    program.bedrock()
    done = program.run("apply", "bedrock-prod", "--yes", environment={"ANTHROPIC_UNIX_SOCKET": "/x"})
    assert "ANTHROPIC_UNIX_SOCKET is set in this shell" in done.err
    assert "ANTHROPIC_UNIX_SOCKET" not in done.out
