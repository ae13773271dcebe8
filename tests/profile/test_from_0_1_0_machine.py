"""What version 0.1.0 wrote on a machine is taken over: settings files, drift's memory, timers, documents."""

import json
import plistlib
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import tomlkit

from ccsetup.lab.lab import Lab
from tests.support.desktop import started
from tests.support.drift_world import Watched
from tests.support.old_home import LOCAL, PROJECT, SECRETS, USER, OldHome, empty, lay_out
from tests.support.program import EXECUTABLE
from tests.support.warm import Warm

KEY = "sk-ant-api03-" + "k" * 40


@pytest.fixture
def old(tmp_path: Path) -> OldHome:
    return lay_out(tmp_path)


# Settings files


@pytest.mark.thorough
def test_undo_brings_each_settings_file_back_byte_for_byte(old: OldHome) -> None:
    for number in (2, 1, 0):
        done = old.run("apply", "--undo", "--yes")
        assert done.code == 0, done.err
        assert (old.home / USER).read_bytes() == old.bytes(f"before/user-{number}.json")
    assert (old.home / USER).stat().st_mode & 0o777 == 0o644
    assert old.run("apply", "--undo", "--yes").code == 2
    assert old.run("apply", "--scope", "local", "--undo", "--yes", cwd=old.repository).code == 0
    assert (old.home / LOCAL).read_bytes() == old.bytes("before/local.json")
    assert old.run("apply", "--scope", "project", "--undo", "--yes", cwd=old.repository).code == 0
    assert not (old.home / PROJECT).exists()


@pytest.mark.parametrize(
    "form", ["{program} key work", "{python} -m ccsetup key work", "CCSETUP_HOME={home} {program} key work"]
)
def test_a_key_helper_of_0_1_0_prints_the_key_and_is_known_as_ours(old: OldHome, form: str) -> None:
    line = form.format(program=EXECUTABLE, python=EXECUTABLE.with_name("python"), home=old.home / ".config" / "ccsetup")
    environment = {**old.program.environment, **old.keyring}
    printed = started(["/bin/sh", "-c", line], environment, old.home)
    assert (printed.code, printed.out) == (0, f"{KEY}\n"), printed.err
    settings = json.loads((old.home / USER).read_text())
    (old.home / USER).write_text(json.dumps({**settings, "apiKeyHelper": line}))
    (report,) = json.loads(old.run("doctor", "work", "--offline", "--json").out)["profiles"]
    assert "settings-override" not in {one["check"] for one in report["findings"]}


@pytest.mark.thorough
def test_doctor_reads_every_profile(old: OldHome) -> None:
    done = old.program.run("doctor", "--offline", "--json", environment=SECRETS)
    assert done.code in (0, 1, 3), done.err
    reports = {one["profile"]: one for one in json.loads(done.out)["profiles"]}
    assert tuple(sorted(reports)) == old.names
    for name in old.usable():
        assert reports[name]["surface"], name
        assert not [one for one in reports[name]["broken"] if one["check"] == "profile"], reports[name]
    assert not (old.home / "ran-untrusted").exists()


# Drift


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    """The lab as it was when 0.1.0 last looked; AWS's files are not in the home, as they were not then."""
    old = lay_out(tmp_path)
    with Lab() as lab:
        (tmp_path / "lab").mkdir()
        variables = lab.environment(tmp_path / "lab")
        aws = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
        files = {name: str(tmp_path / "lab" / ".aws" / file) for name, file in aws.items()}
        extra = {**old.program.extra, **variables, **files, "HOME": str(old.home)}
        yield Watched(lab, Warm(old.home, extra))


@pytest.mark.thorough
def test_the_last_look_of_0_1_0_is_the_base_and_no_news(world: Watched) -> None:
    done = world.here.run("drift", "bedrock-prod", "--json", "--notify", "touch told")
    assert done.code == 0, done.err
    (profile,) = json.loads(done.out)["profiles"]
    assert not {"destinations-changed", "model-gone", "model-renamed"} & {one["check"] for one in profile["findings"]}
    assert not (world.here.home / "told").exists()
    history = world.here.ok("drift", "--history").out
    assert "us.anthropic.claude-opus-4-1-20250805-v1:0" in history
    assert history.count("first") == 1


@pytest.mark.thorough
def test_destinations_that_0_1_0_accepted_are_the_agreed_ones(world: Watched) -> None:
    geography = {**world.lab.world.aws.geography}
    geography["us"] = msgspec.structs.replace(geography["us"], destinations=("us-east-1", "us-east-2", "us-west-1"))
    aws = msgspec.structs.replace(world.lab.world.aws, geography=geography)
    world.lab.world = msgspec.structs.replace(world.lab.world, aws=aws)
    done = world.here.run("drift", "bedrock-prod", "--json")
    (profile,) = json.loads(done.out)["profiles"]
    assert (done.code, {one["check"] for one in profile["findings"]}) == (1, {"destinations-changed"}), done.err
    assert world.here.run("drift", "bedrock-prod", "--accept").code == 0
    assert world.here.run("drift", "bedrock-prod").code == 0


def test_a_fix_of_0_1_0_is_undone(old: OldHome) -> None:
    done = old.run("drift", "--undo")
    assert done.code == 0, done.err
    text = (old.program.profiles / "bedrock-prod.toml").read_text()
    assert "opus = 'us.anthropic.claude-opus-4-1-20250805-v1:0'            # agreed with finance\n" in text


def test_kept_catalogues_are_shown_or_read_again(old: OldHome) -> None:
    for name in ("bedrock-prod", "vertex"):
        done = old.run("models", name, "--offline")
        assert done.code in (0, 3), done.err
        assert "internal error" not in done.err


# Timers


def test_units_of_0_1_0_stand_and_are_removed(old: OldHome) -> None:
    status = json.loads(old.run("schedule", "--status", "--json").out)
    timer = next(one for one in status["schedules"] if one["with"] == "systemd")
    assert (timer["every"], timer["active"], set(timer["places"].values())) == ("daily", True, {"as-written"})
    assert {one["with"] for one in status["schedules"]} == {"systemd", "github", "kubernetes"}
    assert status["last_run"]["code"] == 0
    done = old.run("schedule", "--remove", "--yes")
    assert done.code == 0, done.err
    assert not list((old.home / ".config" / "systemd" / "user").iterdir())
    assert "disable --now ccsetup-drift.timer" in (old.home / "systemctl.log").read_text()


def test_lines_of_0_1_0_in_the_crontab_stand_and_are_removed(tmp_path: Path) -> None:
    old = lay_out(tmp_path, timer="cron")
    status = json.loads(old.run("schedule", "--status", "--json").out)
    timer = next(one for one in status["schedules"] if one["with"] == "cron")
    assert (timer["every"], timer["active"], set(timer["places"].values())) == ("weekly", True, {"as-written"})
    assert old.run("schedule", "--remove", "--yes").code == 0
    assert (old.home / "crontab").read_bytes() == old.bytes("timers/cron/mine")
    assert not (old.state / "schedule" / "drift.sh").exists()


@pytest.mark.parametrize("kind", ["github", "kubernetes"])
def test_files_of_0_1_0_for_elsewhere_are_removed(old: OldHome, kind: str) -> None:
    done = old.run("schedule", "--with", kind, "--remove", "--yes", cwd=old.repository)
    assert done.code == 0, done.err
    left = {path.name for path in old.repository.rglob("*") if path.is_file() and "ccsetup" in path.name}
    assert left == ({"ccsetup-drift.yaml"} if kind == "github" else {"ccsetup-drift.yml", "ccsetup-profiles.toml"})


@pytest.mark.parametrize("timer", ["systemd", "cron"])
def test_installing_renews_what_0_1_0_installed(tmp_path: Path, timer: str) -> None:
    old = lay_out(tmp_path, timer=timer)
    done = old.run("schedule", "--with", timer, "--install", "--every", "hourly", "--yes")
    assert done.code == 0, done.err
    status = json.loads(old.run("schedule", "--status", "--json").out)
    found = next(one for one in status["schedules"] if one["with"] == timer)
    assert (found["every"], set(found["places"].values())) == ("hourly", {"as-written"})


def test_command_lines_of_timers_still_run(old: OldHome) -> None:
    """Nothing can be reached from here: exit code 3 says that drift understood them and looked."""
    service = old.text("timers/systemd/ccsetup-drift.service")
    (unit,) = re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)
    agent = plistlib.loads(old.bytes("timers/launchd/ccsetup.drift.plist"))["ProgramArguments"]
    task = re.search(r"&amp; (.*); exit", old.text("timers/task-scheduler/ccsetup-drift.xml"))
    assert task is not None
    for words in (shlex.split(unit), agent, shlex.split(task[1])):
        assert words[:2] == [str(EXECUTABLE), "drift"]
        done = old.run(*words[1:], "max")
        assert done.code in (0, 3), (words, done.err)
    script = old.text("timers/cron/drift.sh").replace("'drift'", "'drift' max")
    assert subprocess.run(["/bin/sh", "-c", script], env={}, check=False, timeout=60).returncode in (0, 3)


def test_command_lines_of_workflow_and_manifest_still_run(old: OldHome, tmp_path: Path) -> None:
    """`trust` may ask to be told --yes: without a terminal it cannot ask."""
    workflow = (old.repository / ".github" / "workflows" / "ccsetup-drift.yml").read_text()
    manifest = (old.repository / "ccsetup-drift.yaml").read_text()
    lines = [shlex.split(line) for line in re.findall(r"^ +ccsetup ((?:import|trust) .*)$", workflow, re.MULTILINE)]
    pods = [json.loads(line)[1:] for line in re.findall(r'command: (\["ccsetup".*\])', manifest)]
    assert (len(lines), len(pods)) == (6, 6)
    fresh = empty(tmp_path)
    for words in (*lines, *(words for words in pods if words[0] != "import")):
        done = fresh.run(*words, cwd=old.repository)
        asked = words[0] == "trust" and done.code == 2 and "--yes" in done.err
        assert done.code == 0 or asked, (words, done.err)
    for flags in (["token", "--json"], ["--shard", "1/2", "token"], ["token", "--within", "30", "--json"]):
        done = fresh.run("drift", *flags)
        assert done.code in (0, 3), (flags, done.err)


# Documents


@pytest.mark.thorough
def test_what_0_1_0_exported_is_imported_whole(old: OldHome, tmp_path: Path) -> None:
    fresh = empty(tmp_path)
    document = tomllib.loads(old.bytes("documents/exported.toml").decode())
    # Paths that depended on the folder, and a variable that a switch unsets, are refused now.
    refused = ("max-relative", "vertex-relative", "key-variable")
    for name in refused:
        (fresh.home / "one.toml").write_text(
            tomlkit.dumps({"schema": 1, "profiles": {name: document["profiles"].pop(name)}})
        )
        assert fresh.run("import", "one.toml").code == 2, name
    (fresh.home / "team.toml").write_text(tomlkit.dumps(document))
    fresh.ok("import", "team.toml")
    listed = [one["profile"] for one in json.loads(fresh.ok("list", "--json").out)["profiles"]]
    assert sorted(listed) == sorted(set(old.names) - {"later", *refused})
    for name in ("bedrock-prod", "gateway-headers", "vertex-file", "work"):
        mine, theirs = (json.loads(one.run("show", name, "--json").out) for one in (old.program, fresh))
        for table in ("surface", "set", "models", "env", "expect"):
            spelled = json.loads(json.dumps(mine[table]).replace('"~/adc', f'"{fresh.home}/adc'))  # a path is absolute
            assert spelled == theirs[table], (name, table)


@pytest.mark.thorough
def test_old_names_can_be_exported_copied_and_renamed(old: OldHome, tmp_path: Path) -> None:
    document = old.run("export", "bedrock-prod", "vertex", "max").out
    fresh = empty(tmp_path)
    (fresh.home / "team.toml").write_text(document)
    fresh.ok("import", "team.toml")
    assert old.run("copy", "bedrock-prod", "second").code == 0
    assert old.run("rename", "vertex", "third").code == 0
    for name, former in (("second", "bedrock-prod"), ("third", "vertex")):
        variables = json.loads(old.run("env", name, "--shell", "json").out)["env"]
        expected = {**(old.expected(former) or {}), "CCSETUP_PROFILE": name}
        assert {key: value for key, value in variables.items() if value is not None} == expected
