"""What version 0.1.0 wrote is read for ever: profiles, secrets, trust, shells that still run its functions."""

import json
import shlex
from pathlib import Path

import dotenv
import pytest

from tests.support.hooked import Hooked
from tests.support.old_home import RELATIVE, SECRETS, UNTRUSTED, OldHome, lay_out
from tests.support.real_shells import POSIX, seen, shell

KEYS = {
    "work": "sk-ant-api03-" + "k" * 40,
    "key-file": "sk-ant-api03-" + "f" * 40,
    "key-command": "printed-by-a-command-of-version-0-1-0",
    "key-variable": SECRETS["ANTHROPIC_API_KEY"],
    "token": SECRETS["MY_OAUTH"],
    "bedrock-key": SECRETS["MY_BEARER"],
    "foundry": SECRETS["MY_TOKEN"],
    "gateway": SECRETS["MY_TOKEN"],
}
DIFFERENT = ("bedrock-prod", "bedrock-key", "vertex-file", "max", "gateway-headers")
"""Profiles that differ in what they set: odd values, secrets, paths, headers."""
BARE = {"bash": ("bash", "--norc"), "zsh": ("zsh", "-f"), "fish": ("fish", "--no-config")}
BEFORE = {"AWS_PROFILE": "mine", "AWS_REGION": "", "GOOGLE_CLOUD_PROJECT": "other"}
"""What was in the shell before 0.1.0 switched it to `bedrock-prod` (shells/active.json)."""


@pytest.fixture
def old(tmp_path: Path) -> OldHome:
    return lay_out(tmp_path)


def test_every_profile_is_listed_and_shown(old: OldHome) -> None:
    listed = {one["profile"]: one for one in json.loads(old.run("list", "--json").out)["profiles"]}
    assert tuple(sorted(listed)) == old.names
    assert not [one for one in listed.values() if one["problem"] or not one["surface"]]
    assert listed["later"]["pending"] is not None
    assert [name for name, one in listed.items() if one["pending"]] == ["later"]
    for name in ("bedrock-prod", "gateway-headers", "shared-variable", *RELATIVE):
        shown = old.run("show", name, "--json")
        assert (shown.code, json.loads(shown.out)["profile"]) == (0, name), shown.err
    assert "agreed with finance" in (old.program.profiles / "bedrock-prod.toml").read_text()


def test_env_sets_the_same_values_and_unsets_no_less(old: OldHome) -> None:
    for name in old.usable():
        done = old.run("env", name, "--shell", "json")
        assert done.code == 0, (name, done.err)
        variables = json.loads(done.out)["env"]
        assert {key: value for key, value in variables.items() if value is not None} == old.expected(name), name
        assert old.unset(name) <= {key for key, value in variables.items() if value is None}, name


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[OldHome, dict[tuple[str, str], Path]]:
    """What `env` prints today for these profiles, in files: {(profile, dialect): file}."""
    old = lay_out(tmp_path_factory.mktemp("spoken"))
    files = {}
    for profile in DIFFERENT:
        for dialect in ("sh", "fish"):
            done = old.run("env", profile, "--shell", dialect)
            assert done.code == 0, done.err
            files[profile, dialect] = old.home / f"{profile}.{dialect}"
            files[profile, dialect].write_text(done.out)
    return old, files


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*POSIX, "fish"])
def test_each_shell_ends_up_with_the_same_variables(
    spoken: tuple[OldHome, dict[tuple[str, str], Path]], name: str
) -> None:
    """Each profile in a process of its own, over leftovers of everything that 0.1.0 unset."""
    old, files = spoken
    here = shell(name)
    lines = []
    for profile in DIFFERENT:
        nested = f"{here.take(str(files[profile, here.dialect]))}; env -0 > {old.home}/{profile}.environment"
        lines.append(shlex.join([*BARE.get(name, (name,)), "-c", nested]))
    leftovers = dict.fromkeys(old.unset("work") - {"HOME", "PATH"}, "left-over")
    ran = here.run("\n".join(lines), {**old.program.environment, **leftovers}, cwd=old.home)
    assert (ran.code, ran.err) == (0, "")
    for profile in DIFFERENT:
        after = seen((old.home / f"{profile}.environment").read_text(errors="surrogateescape"))
        assert (old.expected(profile) or {}).items() <= after.items(), profile
        assert not old.unset(profile) & after.keys(), profile


def test_env_files_hold_the_same_values(old: OldHome) -> None:
    for name in ("bedrock-prod", "vertex-file", "max"):
        expected = old.expected(name) or {}
        written = old.run("env", name, "--write", str(old.home / f"{name}.env"))
        assert written.code == 0, written.err
        assert expected.items() <= dotenv.dotenv_values(old.home / f"{name}.env").items(), name
        github = old.run("env", name, "--shell", "github").out
        assert all(value in github for value in expected.values()), name


def test_run_gives_the_command_the_same_values(old: OldHome) -> None:
    for name in ("bedrock-prod", "vertex-file", "max", "mantle", "claude-aws", "claude-gcp", "shared-bedrock"):
        done = old.run("run", name, "--", "env", "-0")
        assert done.code == 0, (name, done.err)
        assert (old.expected(name) or {}).items() <= seen(done.out).items(), name


def test_key_prints_each_secret_from_where_0_1_0_kept_it(old: OldHome) -> None:
    for name, secret in KEYS.items():
        done = old.run("key", name)
        assert (done.code, done.out) == (0, f"{secret}\n"), (name, done.err)


def test_relative_paths_load_and_nothing_crashes(old: OldHome) -> None:
    for name in RELATIVE:
        assert old.run("show", name).code == 0
        done = old.run("env", name)
        assert done.code in (0, 2, 3), done.err
        assert "internal error" not in done.err


# Trust


@pytest.mark.parametrize("name", UNTRUSTED)
def test_what_was_not_trusted_is_not_trusted_now(old: OldHome, name: str) -> None:
    for words in (["env", name], ["run", name, "--", "true"], ["doctor", name, "--offline"], ["drift", name]):
        done = old.run(*words)
        assert done.code == 3 or (words[0] == "doctor" and done.code == 1), (words, done.out, done.err)
        assert SECRETS["MY_TOKEN"] not in done.out + done.err
        if words[0] in ("env", "run"):
            assert f"ccsetup trust {name}" in done.err, words
    assert not (old.home / "ran-untrusted").exists()


def test_what_was_trusted_works_or_is_asked_again(old: OldHome) -> None:
    done = old.run("env", "shared-trusted", "--shell", "json")
    if done.code == 0:
        variables = json.loads(done.out)["env"]
        assert {key: value for key, value in variables.items() if value is not None} == old.expected("shared-trusted")
    else:
        assert (done.code, "ccsetup trust shared-trusted" in done.err) == (3, True), done.err
        assert not (old.home / "ran-trusted").exists()


def test_trust_ends_with_the_text_that_was_trusted(old: OldHome) -> None:
    path = old.program.profiles / "shared-trusted.toml"
    path.write_text(path.read_text().replace("ran-trusted", "ran-changed"))
    done = old.run("env", "shared-trusted")
    assert (done.code, "ccsetup trust shared-trusted" in done.err) == (3, True), done.err
    assert not (old.home / "ran-changed").exists()


def test_a_command_that_init_recorded_runs_and_another_does_not(old: OldHome) -> None:
    assert old.run("env", "key-command").code == 0
    path = old.program.profiles / "key-command.toml"
    path.write_text(path.read_text().replace("printf", "touch ~/ran-changed; printf"))
    assert old.run("env", "key-command").code == 3
    assert not (old.home / "ran-changed").exists()


# Shells that were open while ccsetup was updated, and start-up files


def _active(old: OldHome) -> dict[str, str]:
    """The environment of a shell in which 0.1.0 switched to `bedrock-prod`."""
    variables: dict[str, str] = json.loads(old.text("shells/active.json"))
    return {**old.program.environment, **variables}


@pytest.mark.parametrize("name", [*POSIX, "fish"])
def test_off_restores_what_0_1_0_borrowed(old: OldHome, name: str) -> None:
    off = old.program.run("env", "--off", "--shell", shell(name).dialect, environment=_active(old))
    assert off.code == 0, off.err
    (old.home / "off").write_text(off.out)
    after = shell(name).run(f"{shell(name).take('off')}\nexec env -0", _active(old), cwd=old.home).environment
    assert after == {**old.program.environment, **BEFORE}


def test_switching_restores_what_0_1_0_borrowed(old: OldHome) -> None:
    child = old.program.run("run", "vertex", "--", "env", "-0", environment=_active(old))
    variables = seen(child.out)
    assert (variables["AWS_PROFILE"], variables["AWS_REGION"]) == ("mine", ""), child.err
    assert variables["GOOGLE_CLOUD_PROJECT"] == "my-project"
    assert not {"AWS_REGION_NOTE", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_MAX_OUTPUT_TOKENS"} & variables.keys()
    status = json.loads(old.program.run("status", "--json", environment=_active(old), cwd=old.state).out)
    assert status["profile"] == "bedrock-prod"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "compiled"),
    [*((name, compiled) for name in ("bash", "zsh") for compiled in ("0.1.0", "today", "none")), ("fish", "none")],
)
def test_functions_of_0_1_0_switch_and_restore(old: OldHome, name: str, compiled: str) -> None:
    """Beside what 0.1.0 compiled, what today's version compiled, and nothing; fish reads none of it."""
    (old.home / ".claude" / "settings.json").unlink()
    if compiled != "0.1.0":
        for path in old.program.compiled.iterdir():
            path.unlink()
    if compiled == "today":
        for profile in ("bedrock-prod", "vertex"):
            assert old.program.run("env", profile, "--shell=bash").code == 0
    (old.home / f"hook.{name}").write_bytes(old.bytes(f"shells/hook.{name}"))
    hooked = Hooked(name, old.program)
    steps = ("vertex", "bedrock-prod", "--off", "nobody")
    ran = hooked.run("\n".join(f"ccuse {step}\nenv -0 > after{step}" for step in steps), BEFORE)
    vertex, bedrock, off, nobody = (seen((old.home / f"after{step}").read_text()) for step in steps)
    for profile, after in (("vertex", vertex), ("bedrock-prod", bedrock)):
        assert (old.expected(profile) or {}).items() <= after.items(), ran.err
        assert not old.unset(profile) & after.keys()
    assert off == nobody == {**old.program.environment, **BEFORE}
    assert bedrock["CCSETUP_SAVED_AWS_PROFILE"] == "mine"


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_line_in_a_start_up_file_defines_ccuse(old: OldHome, name: str) -> None:
    (old.home / ".claude" / "settings.json").unlink()
    line = "ccsetup hook fish | source" if name == "fish" else f'eval "$(ccsetup hook {name})"'
    done = shell(name).run(f"{line}\nccuse bedrock-prod\nexec env -0", old.program.environment, cwd=old.home)
    assert (old.expected("bedrock-prod") or {}).items() <= done.environment.items(), done.err


def test_a_text_compiled_by_0_1_0_is_used_only_while_it_is_current(old: OldHome) -> None:
    for path in old.program.compiled.iterdir():
        path.write_bytes(path.read_bytes().replace(b"us.anthropic", b"xx.anthropic"))
    done = old.program.run("env", "bedrock-prod", "--shell", "sh")
    assert (done.code, "xx.anthropic" in done.out) == (0, False)
