"""What `trace` gives to the client, seen by one that only looks: no secret, no way out, and nothing left behind."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.program import EXECUTABLE, SYSTEM_PATH, Program
from tests.support.targets import BEARER, KEY, TARGETS, TOKEN

# What a client could see and do: it copies its environment and the folders that are its own.
SPY = """#!/bin/sh
if [ "$1" = --version ]; then echo "9.9.9"; exit; fi
env > "{to}/env"
cp -r "$CLAUDE_CONFIG_DIR/.." "{to}/world"
{then}
"""


@pytest.fixture
def spy(tmp_path: Path) -> Path:
    """A folder where a client that is none leaves what it was given."""
    (tmp_path / "bin").mkdir()
    return tmp_path


def spying(spy: Path, then: str = "echo no; exit 1") -> dict[str, str]:
    (spy / "bin" / "claude").write_text(SPY.format(to=spy, then=then))
    (spy / "bin" / "claude").chmod(0o755)
    return {"PATH": f"{spy / 'bin'}{os.pathsep}{SYSTEM_PATH}"}


def seen(spy: Path) -> str:
    """All that the client could have given away."""
    files = [path for path in (spy / "world").rglob("*") if path.is_file()]
    return "\n".join(path.read_text(errors="replace") for path in (spy / "env", *files))


@pytest.mark.parametrize("name", TARGETS)
def test_the_client_is_given_no_secret(program: Program, spy: Path, name: str) -> None:
    """Neither the profile's, nor one of the user's files or environment, nor one of a settings file."""
    TARGETS[name].make(program)
    folder = program.home / (".claude-work" if name == "login" else ".claude")
    folder.mkdir(exist_ok=True)
    settings = {
        "env": {
            "ANTHROPIC_API_KEY": "sk-ant-api03-in-the-settings-0001",
            "ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer header-secret-0001\nX-Team: a",
            "HTTPS_PROXY": "http://user:proxy-secret@proxy.example.test",
            "AWS_SECRET_ACCESS_KEY": "aws-secret-in-the-settings-0001",
        },
        "hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch ran"}]}]},
        "mcpServers": {"x": {"command": "touch ran"}},
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    environment = {
        **spying(spy),
        "AWS_SECRET_ACCESS_KEY": "aws-secret-of-the-shell-0001",
        "AWS_ACCESS_KEY_ID": "AKIASHELLSHELLSHELL0",
        "ANTHROPIC_AUTH_TOKEN": "token-of-the-shell-0001",
        "MY_DATABASE_PASSWORD": "password-of-the-shell",
    }
    done = program.run("trace", "wanted", cwd=program.home / "repo", environment=environment)
    assert done.code == 1, done.err
    everything = seen(spy) + done.out + done.err
    words = ("in-the-settings", "header-secret", "proxy-secret", "of-the-shell", "saved-login", "1//wanted", "1//other")
    held = [secret for secret in (KEY, TOKEN, BEARER, *words, "touch ran") if secret in everything]
    assert held == []
    assert "aws_secret_access_key = secret" not in everything


def test_the_client_has_no_other_way_out_than_the_recorder(program: Program, spy: Path) -> None:
    TARGETS["bedrock"].make(program)
    (program.home / ".claude").mkdir()
    ways = {"HTTPS_PROXY": "http://p.example.test", "NO_PROXY": "*", "ANTHROPIC_UNIX_SOCKET": "/run/s"}
    (program.home / ".claude" / "settings.json").write_text(json.dumps({"env": ways}))
    more = {"https_proxy": "http://p.example.test", "no_proxy": "*", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x"}
    program.run("trace", "wanted", cwd=program.home / "repo", environment={**spying(spy), **ways, **more})
    lines = dict(line.partition("=")[::2] for line in (spy / "env").read_text().splitlines())
    assert {name for name in lines if "proxy" in name.lower()} == {"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"}
    assert lines["HTTPS_PROXY"] == lines["HTTP_PROXY"]
    assert lines["HTTPS_PROXY"].startswith("http://127.0.0.1:")
    assert lines["NO_PROXY"] == ""
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" not in lines
    assert str(program.home) not in " ".join((lines["HOME"], lines["CLAUDE_CONFIG_DIR"], lines["AWS_CONFIG_FILE"]))
    copied = json.loads((spy / "world" / "config" / "settings.json").read_text())
    assert copied == {"env": {}}


ENDS = {
    "interrupted": ((signal.SIGINT,), 130),
    "interrupted twice": ((signal.SIGINT, signal.SIGINT), 130),
    "terminated": ((signal.SIGTERM,), 143),
    "hung up": ((signal.SIGHUP,), 129),
    "out of time": ((), 3),
}


@pytest.mark.parametrize("how", ENDS)
def test_whatever_happens_the_private_folder_and_every_process_are_gone(program: Program, spy: Path, how: str) -> None:
    signals, code = ENDS[how]
    TARGETS["api-key"].make(program)
    environment = {**program.environment, **spying(spy, f"sleep 300 & echo $! > {spy}/pid; wait"), "TMPDIR": str(spy)}
    began = time.monotonic()
    process = subprocess.Popen(
        [EXECUTABLE, "trace", "wanted", "--seconds", "60" if signals else "3"],
        env=environment, cwd=program.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (spy / "pid").exists() or not (spy / "pid").read_text():
        assert time.monotonic() - began < 30
        time.sleep(0.05)
    for number in signals:
        process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert signals or "asked for no model within 3 seconds" in err
    assert [*spy.glob("ccsetup-trace-*"), *spy.glob("ccsetup-recorder-*")] == []
    assert gone(int((spy / "pid").read_text()))


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("exit 7", "Claude Code 9.9.9 ended with exit code 7 and asked for no model"),
        ("kill -SEGV $$", "Claude Code 9.9.9 was ended by signal 11 and asked for no model"),
    ],
)
def test_a_silent_client_shows_nothing_about_the_profile(program: Program, spy: Path, then: str, words: str) -> None:
    TARGETS["api-key"].make(program)
    done = program.run("trace", "wanted", environment=spying(spy, then))
    assert (done.code, done.out) == (3, "")
    assert words in done.err


def test_provider_of_settings_files_is_named_if_the_client_sends_nothing(program: Program, spy: Path) -> None:
    """Both lines of the file have the same remedy, which is shown once."""
    TARGETS["api-key"].make(program)
    (program.home / ".claude").mkdir()
    lines = {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_MODEL": "claude-x"}
    (program.home / ".claude" / "settings.json").write_text(json.dumps({"env": lines}))
    done = program.run("trace", "wanted", environment=spying(spy, "exit 1"))
    assert done.code == 1
    assert "  provider: Google Vertex AI, declared Anthropic API\n" in done.out
    assert "REQUEST" not in done.out
    assert done.err.count("ccsetup: warning: ") == 2
    assert done.err.count("ccsetup apply wanted --scope user --clear --yes") == 1


def test_the_project_is_asked_of_no_program_of_the_user_s(program: Program, spy: Path) -> None:
    """Claude Code runs `gcloud` for it: what it finds there knows the same."""
    TARGETS["vertex"].make(program)
    folder = program.home / ".config" / "gcloud" / "configurations"
    folder.mkdir(parents=True)
    (folder / "config_default").write_text("[core]\nproject = project-of-gcloud\n")
    theirs = spy / "bin" / "gcloud"
    theirs.write_text(f"#!/bin/sh\ntouch {spy}/ran\n")
    theirs.chmod(0o755)
    asked = f"gcloud config config-helper --format json > {spy}/said; exit 1"
    program.run("trace", "wanted", environment=spying(spy, asked))
    said = json.loads((spy / "said").read_text())
    assert said["configuration"]["properties"]["core"] == {"project": "project-of-gcloud"}
    assert not (spy / "ran").exists()


def gone(pid: int) -> bool:
    """Whether the process has ended, or does so at once: it may be about to."""
    until = time.monotonic() + 10
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not runs(pid)


def runs(pid: int) -> bool:
    """Whether the process is there, and not only a zombie."""
    state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")
