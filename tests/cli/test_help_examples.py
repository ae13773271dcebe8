"""Every example in the help of a command runs, against the lab, in a home that has what the examples name."""

import datetime
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccsetup.commands.registry import COMMANDS, Command
from ccsetup.lab.lab import Lab
from ccsetup.lab.world import default
from tests.support import file_keyring
from tests.support.client_runner import require_client
from tests.support.program import Program
from tests.support.selection import examples

# What needs a person, another shell, a timer of this machine, or the real internet; each has tests of its own.
WHOLE = ("ccsetup init", "ccsetup run bedrock-prod")  # the wizard, and an interactive client
LEFT = (
    "--live", "--notify https://example.com", "hook fish", "hook zsh", "completion fish", "completion zsh", "| source",
    "Invoke-Expression", "apiKeyHelper", "ccsetup demo", "schedule --install", "schedule --remove",
)  # fmt: skip
ASKING = {"apply", "remove", "trust", "statusline", "schedule"}  # and no terminal to ask in
CLIENT = {"trace", "run", "status", "explain"}  # run Claude Code itself
QUICK = ("list", "show", "surfaces", "env", "use", "export", "import", "copy", "edit")
PROFILES = {
    "bedrock-prod": 'surface = "bedrock"\n[set]\naws_profile = "my-prod"\nregion = "us-east-1"\nprefix = "us"\n'
    '[models]\nopus = "us.anthropic.claude-opus-5-5"\nhaiku = "us.anthropic.claude-haiku-5-5"\n',
    "vertex": 'surface = "vertex"\n[set]\nproject = "acme-ml"\nlocation = "global"\n'
    '[models]\nopus = "claude-opus-5-5"\n',
    "work": 'surface = "api-key"\n[set]\nkey = "file:{home}/key.txt"\n[models]\nopus = "claude-opus-5-5"\n',
    "gateway": 'surface = "gateway"\n[set]\nbase_url = "{gateway}"\nauth_token = "file:{home}/key.txt"\n'
    'headers = "keyring:"\n',
    "prod": 'surface = "subscription"\n[set]\nplan = "pro"\n',
    "old": 'surface = "subscription"\n[set]\nplan = "pro"\n',
}
SHARED = 'schema = 1\n[profiles.shared]\nschema = 1\nsurface = "api-key"\n[profiles.shared.set]\nkey = "env:MY_KEY"\n'


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(default().on(datetime.datetime.now(datetime.UTC).date()), tls=True) as lab:
        yield lab


@pytest.fixture
def here(program: Program, lab: Lab) -> Program:
    home = program.home
    around = {**lab.environment(home), **lab.proxied, "NO_PROXY": "", **file_keyring.variables(home / "keyring.json")}
    for name in ("AWS_ENDPOINT_URL", "ANTHROPIC_BASE_URL"):  # through the proxy instead
        around.pop(name, None)
    key = next(one.secret for one in lab.world.anthropic.login)
    for file, text in (("key.txt", key), ("new-key.txt", key), ("headers.txt", "X-Team: a"), ("shared.toml", SHARED)):
        (home / file).write_text(f"{text}\n")
        (home / file).chmod(0o600)
    here = Program(home, {**around, "EDITOR": "true", "GITHUB_STEP_SUMMARY": str(home / "summary.md")})
    here.profiles.mkdir(parents=True, mode=0o700)
    here.profiles.parent.chmod(0o700)
    for name, text in PROFILES.items():
        whole = text.replace("{home}", str(home)).replace("{gateway}", lab.base_urls["gateway"])
        (here.profiles / f"{name}.toml").write_text(f"schema = 1\n{whole}")
        (here.profiles / f"{name}.toml").chmod(0o600)
    return here


def example_lines(command: Command) -> Iterator[str]:
    """The example's command lines, with the names of this home, and without questions."""
    for line in command.load()[1].splitlines():
        example = re.split(r"\s+# ", line.strip())[0]
        if not line.startswith("  ") or "ccsetup" not in example:
            continue
        if example in WHOLE or any(left in example for left in LEFT):
            continue
        asks = command.name in ASKING or {"--fix", "--update", "--record"} & {*example.split()}
        quiet = {"--print", "--status", "--yes", "|"} & {*example.split()}
        example = example.replace("my-project", "acme-ml")
        yield f"{example} --yes" if asks and not quiet else example


def prepared(command: str, line: str) -> str:
    """The line, after what has to be done before it."""
    profiles, first = "~/.config/ccsetup/profiles", ""
    if command == "import":
        drop = "" if "--update" in line else f"rm -f {profiles}/{{bedrock-prod,vertex}}.toml"
        first = f"test -f team.toml || ccsetup export bedrock-prod vertex > team.toml\n{drop}"
    elif command == "rename":
        first = f"rm {profiles}/bedrock-prod.toml"
    elif "--from-settings" in line:
        settings = '{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1", "AWS_PROFILE": "my-prod"}}'
        first = f"mkdir -p .claude; echo '{settings}' > .claude/settings.json"
    elif "--set < new-key.txt" in line:
        first = f"sed -i 's|file:.*/key.txt|keyring:|' {profiles}/work.toml"
    elif "--with github" in line and "--install" in line:
        first = "git init --quiet repository; cd repository"
    elif command == "init" and "--surface" in line:
        first = f"rm -f {profiles}/{line.split()[2]}.toml"
    elif command == "trust":
        first = f"test -f {profiles}/shared.toml || ccsetup import shared.toml"
    elif "--merge" in line:
        first = f"rm -f *.json; ccsetup {command} --json > 1.json"
    elif line.endswith("--allow"):
        first = "echo work > .ccsetup"
    elif command in ("apply", "statusline") and "--undo" in line:
        first = f"ccsetup {command} {'--install' if command == 'statusline' else 'bedrock-prod'} --yes"
    return f"{first}\n{line}"


@pytest.mark.parametrize("command", examples([command.name for command in COMMANDS], *QUICK))
def test_examples_of_the_help_run(here: Program, command: str) -> None:
    [found] = [one for one in COMMANDS if one.name == command]
    path = f"{Path(sys.executable).parent}:{here.environment['PATH']}"
    if command in CLIENT:
        path = f"{require_client().parent}:{path}"
    met = []
    for line in example_lines(found):
        if "jq" in line.split() and shutil.which("jq") is None:
            continue
        done = subprocess.run(
            ["bash", "-c", prepared(command, line)], cwd=here.home, env={**here.environment, "PATH": path},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        met.append((line, done.returncode, done.stderr[-600:]))
    # 1: a problem was found; 3: something could not be checked (no work of Claude Code here yet)
    assert [one for one in met if one[1] not in (0, 1, 3) or re.search("internal error|Traceback", one[2])] == []
    assert met or command in ("demo", "completion")
    assert not met or any(one[1] == 0 for one in met) or command in ("prices", "cost", "choose", "report"), met
