"""Imported profiles, with every command: before they are trusted nothing is run, read or sent; and harmless
ones work at once."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomlkit
from msgspec.structs import replace

from ccsetup.knowledge import surfaces
from ccsetup.knowledge.ask import Ask
from ccsetup.profile import outcome
from ccsetup.profile.profile import Profile
from tests.support.desktop import executable
from tests.support.hostile import HARMLESS, HOSTILE
from tests.support.program import Done
from tests.support.warm import Warm

CANARY = "canary0secret0of0this0machine"
USING: tuple[tuple[str, ...], ...] = (
    ("env", "{}"),
    ("env", "{}", "--shell", "json"),
    ("env", "{}", "--write", "out.env", "--with-secret"),
    ("run", "{}", "--", "true"),
    ("run", "{}"),
    ("key", "{}"),
    ("apply", "{}", "--yes"),
    ("apply", "{}", "--yes", "--with-secret"),
    ("apply", "{}", "--clear", "--yes"),
    ("apply", "{}", "--undo"),
    ("doctor", "{}", "--offline"),
    ("doctor", "{}"),
    ("doctor", "{}", "--live"),
    ("models", "{}"),
    ("policy", "{}"),
    ("drift", "{}"),
    ("quota", "{}"),
    ("trace", "{}"),
)
READING = (("show", "{}"), ("export", "{}"), ("copy", "{}", "copied"), ("rename", "copied", "{}-again"))


@dataclass
class Sink:
    """A listener that is every hostile host and proxy; connections are counted."""

    url: str
    connections: int = 0


@dataclass(frozen=True)
class Machine:
    """A home full of things worth stealing, and the stranger's programs."""

    program: Warm
    sink: Sink
    repo: Path

    def run(self, *words: str) -> Done:
        return self.program.run(*words, cwd=self.repo)

    def untouched(self) -> None:
        home = self.program.home
        assert self.sink.connections == 0
        assert not (home / "RAN").exists()
        own = {home / name for name in STOLEN}
        for path in home.rglob("*"):
            assert path in own or not path.is_file() or CANARY.encode() not in path.read_bytes(), path


STOLEN: Mapping[str, str] = {
    ".aws/credentials": f"[default]\naws_access_key_id = AKIA{CANARY}\naws_secret_access_key = {CANARY}\n"
    f"[my-prod]\naws_access_key_id = AKIA{CANARY}\naws_secret_access_key = {CANARY}\naws_session_token = {CANARY}\n",
    ".config/gcloud/application_default_credentials.json": json.dumps(
        {"type": "authorized_user", "client_id": "x", "client_secret": CANARY, "refresh_token": CANARY}
    ),
    ".claude/.credentials.json": json.dumps(
        {"claudeAiOauth": {"accessToken": CANARY, "refreshToken": CANARY, "scopes": ["user:inference"]}}
    ),
    "secret": CANARY,
}


def name_of(number: int) -> str:
    return f"h{number}"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """All hostile profiles, imported at once; tests on it leave it as it is."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    for name, text in STOLEN.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
        (home / name).chmod(0o600)
    evil, repo = home / "evil", home / "repo"
    ran = f"#!/bin/sh\necho \"$0 $*\" >> '{home}/RAN'\necho x\n"
    for folder in (evil, repo, repo / "bin"):
        for tool in ("claude", "aws", "gcloud", "op", "sh", "true"):
            executable(folder / tool, ran)
    hook = {"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": str(evil / "sh")}]}]}}
    (evil / "settings.json").write_text(json.dumps({"apiKeyHelper": str(evil / "sh"), **hook}))
    external = {"type": "external_account", "credential_source": {"executable": {"command": str(evil / "sh")}}}
    (evil / "adc.json").write_text(json.dumps(external))
    (evil / "config").write_text(f"[default]\ncredential_process = {evil}/sh\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sink = Sink(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=count, args=(listener, sink), daemon=True).start()
        extra = {"HTTPS_PROXY": sink.url, "HTTP_PROXY": sink.url, "NO_PROXY": "", "GITHUB_TOKEN": CANARY}
        program = Warm(home, extra)
        document = {"schema": 1, "profiles": {}}
        profiles = {
            name_of(number): {"schema": 1, "surface": one.surface, **one.tables(sink=sink.url, evil=str(evil))}
            for number, one in enumerate(HOSTILE)
        }
        document["profiles"] = profiles
        (home / "team.toml").write_text(tomlkit.dumps(document))
        program.ok("import", str(home / "team.toml"))
        yield Machine(program, sink, repo)


def count(listener: socket.socket, sink: Sink) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        sink.connections += 1
        connection.close()


def refused(machine: Machine, number: int, words: tuple[str, ...]) -> None:
    name = name_of(number)
    done = machine.run(*(word.format(name) for word in words))
    assert done.code == 3, (HOSTILE[number], words, done)
    assert f"ccsetup trust {name}" in done.out + done.err, (HOSTILE[number], words, done)
    assert CANARY not in done.out + done.err
    assert words[0] == "doctor" or done.out == "" or words[0] == "drift", (words, done)


def test_the_table_is_large_and_of_every_kind() -> None:
    assert len(HOSTILE) >= 60
    assert {one.kind for one in HOSTILE} == {*outcome.KINDS}
    assert {one.surface for one in HOSTILE} == {*surfaces.load_surfaces().surfaces}


@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=lambda number: f"{HOSTILE[number].surface}-{number}")
def test_what_it_would_do_is_seen_in_what_comes_out(number: int) -> None:
    one = HOSTILE[number]
    tables = one.tables(sink="http://127.0.0.1:9", evil="/evil")
    profile = Profile(1, one.surface, **tables)
    found = outcome.find_outcome("p", profile, surfaces.load_surfaces(), "/home/me")
    assert one.kind in {need.kind for need in found.needs}, found
    if one.line.startswith(("env.", "expect.")):
        assert one.shown in found.names
    without = {**tables, one.line.partition(".")[0]: {}}
    if one.line.startswith(("env.", "expect.")) and one.surface not in ("foundry", "gateway"):
        assert (
            outcome.find_outcome("p", Profile(1, one.surface, **without), surfaces.load_surfaces(), "/home/me").needs
            == ()
        )


@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=lambda number: f"{HOSTILE[number].surface}-{number}")
def test_nothing_is_run_read_or_sent_before_it_is_trusted(machine: Machine, number: int) -> None:
    """A selection: every profile with two commands, every command with many profiles."""
    for turn in (number, number + 7):
        refused(machine, number, USING[turn % len(USING)])
    machine.untouched()


@pytest.mark.thorough
@pytest.mark.parametrize("words", USING, ids=" ".join)
def test_nothing_is_run_read_or_sent_by_any_command(machine: Machine, words: tuple[str, ...]) -> None:
    for number in range(len(HOSTILE)):
        refused(machine, number, words)
    machine.untouched()


@pytest.mark.parametrize("words", [("doctor", "--offline", "--json"), ("doctor", "--json")], ids=" ".join)
def test_doctor_reports_each_and_examines_none(machine: Machine, words: tuple[str, ...]) -> None:
    done = machine.run(*words)
    assert done.code == 3
    for one in json.loads(done.out)["profiles"]:
        assert [finding["check"] for finding in one["findings"]] == ["profile-untrusted"]
        assert (one["verdict"], one["passed"], one["broken"]) == ("unknown", [], [])
        assert one["surface"] is not None
    machine.untouched()


def test_drift_reports_each_and_sends_nothing(machine: Machine) -> None:
    done = machine.run("drift", "--json")
    assert done.code == 3
    for one in json.loads(done.out)["profiles"]:
        assert [finding["check"] for finding in one["findings"]] == ["profile-untrusted"]
        assert one["verdict"] == "unknown"
    machine.untouched()


@pytest.mark.thorough
def test_what_only_reads_the_file_works_and_marks_it(machine: Machine) -> None:
    for number in range(0, len(HOSTILE), 9):
        name = name_of(number)
        kept = "keyring:" in HOSTILE[number].tables(sink="", evil="")["set"].values()  # there is no keyring here
        for words in READING[: 2 if kept else None]:
            done = machine.run(*(word.format(name) for word in words))
            assert (done.code, "not trusted" in done.out + done.err) == (0, True), (words, done)
        if not kept:
            assert machine.run("env", f"{name}-again").code == 3
            machine.run("remove", f"{name}-again", "--yes")
    listed = machine.run("list")
    assert (listed.code, listed.out.count("not trusted")) == (0, len(HOSTILE))
    done = machine.program.run("status", cwd=machine.repo, environment={"CCSETUP_PROFILE": name_of(0)})
    assert "ccsetup trust h0" in done.out
    machine.untouched()


@pytest.mark.thorough
def test_trust_shows_all_of_it_and_records_nothing_without_an_answer(machine: Machine) -> None:
    for number, one in enumerate(HOSTILE):
        if number % 5 and one.kind != "secret":
            continue
        done = machine.run("trust", name_of(number))
        assert (done.code, done.out) == (2, ""), done
        assert "--yes" in done.err
        shown = one.tables(sink=machine.sink.url, evil="~/evil")[one.line.partition(".")[0]][one.line.partition(".")[2]]
        assert shown.splitlines()[0][:10] in done.err or "\x1b" in shown, (one, done.err)
        assert one.kind != "secret" or " → " in done.err
        assert machine.run("env", name_of(number)).code == 3
    machine.untouched()


def test_what_env_hides_is_judged_too() -> None:
    """ccsetup itself reads some answers from [set]."""
    own = {"ANTHROPIC_BEDROCK_BASE_URL": "https://bedrock-runtime.us-east-1.amazonaws.com"}
    hidden = Profile(1, "bedrock", {"region": "us-east-1", "base_url": "https://evil.example"}, {}, own)
    found = outcome.find_outcome("p", hidden, surfaces.load_surfaces(), "/home/me")
    assert found.hosts == ("evil.example",)
    assert found.names == ("ANTHROPIC_BEDROCK_BASE_URL", "the AWS sign-in of this machine")


def test_unjudged_answer_needs_permission() -> None:
    known = surfaces.load_surfaces()
    more = replace(known.surfaces["bedrock"], ask=(*known.surfaces["bedrock"].ask, Ask("new", "Something new")))
    later = surfaces.Knowledge({**known.surfaces, "bedrock": more}, known.shared)
    found = outcome.find_outcome("p", Profile(1, "bedrock", {"region": "us-east-1", "new": "x"}), later, "/home/me")
    assert found.names == ("set.new",)


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("https://evil.example?@api.anthropic.com/", "evil.example"),
        ("https://api.anthropic.com@evil.example/v1", "evil.example"),
        ("http:/evil.example/v1", "evil.example"),
        ("https:\\\\evil.example\\@api.anthropic.com", "evil.example"),
        ("HTTPS://u:p@evil.example:8443/x", "evil.example:8443"),
    ],
)
def test_the_host_is_shown_as_the_client_reads_it(value: str, host: str) -> None:
    profile = Profile(1, "api-key", {"key": "keyring:", "base_url": value})
    found = outcome.find_outcome("p", profile, surfaces.load_surfaces(), "/home/me")
    assert found.hosts == (host,)
    assert found.names == ("ANTHROPIC_BASE_URL", "keyring:")


@pytest.mark.parametrize("number", range(len(HARMLESS)), ids=lambda number: f"{HARMLESS[number].surface}-{number}")
def test_a_harmless_profile_works_without_trust(number: int) -> None:
    one = HARMLESS[number]
    profile = Profile(1, one.surface, dict(one.answers), dict(one.models), dict(one.env), dict(one.expect))
    assert outcome.find_outcome("p", profile, surfaces.load_surfaces(), "/home/me").needs == ()


@pytest.mark.thorough
def test_harmless_profiles_are_used_immediately(tmp_path: Path) -> None:
    program = Warm(tmp_path)
    secretless = [one for one in HARMLESS if "keyring:" not in one.answers.values()]
    tables = [{"set": one.answers, "models": one.models, "env": one.env, "expect": one.expect} for one in secretless]
    profiles = {
        f"p{number}": {"schema": 1, "surface": one.surface, **tables[number]} for number, one in enumerate(secretless)
    }
    (tmp_path / "team.toml").write_text(tomlkit.dumps({"schema": 1, "profiles": profiles}))
    assert "trust" not in program.ok("import", str(tmp_path / "team.toml")).err
    for name in profiles:
        assert "export CCSETUP_PROFILE" in program.ok("env", name, "--shell", "sh").out
        assert program.ok("trust", name).err.count("needs no permission") == 1
    assert "not trusted" not in program.ok("list").out
    checked = program.run("doctor", "--offline", "--json").out
    assert "profile-untrusted" not in checked
