"""What is not a provider's stays as it is, under `run` and after `apply`: MCP servers, plugins, hooks, permissions,
output style, agents, commands. The real client lists what it loaded."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ccsetup.trace.recorder.server import Recorder
from tests.claude_code.test_layers_client import run
from tests.support.client_runner import require_client
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.targets import TARGETS

pytestmark = pytest.mark.client

STREAM = "-p 'say pong' --output-format stream-json --verbose --mcp-config {home}/own.json"
WAYS: Mapping[str, str] = {
    "env": f'eval "$(ccsetup env wanted)"; exec claude {STREAM}',
    "run": f"exec ccsetup run wanted -- {STREAM}",
    "apply": f"ccsetup apply wanted --yes >/dev/null && exec claude {STREAM}",
}
KEPT = (
    "tools", "mcp_servers", "slash_commands", "agents", "skills", "plugins", "output_style", "permissionMode", "cwd",
)  # fmt: skip
SERVER = """import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    result = {}
    if asked["method"] == "initialize":
        result = {"protocolVersion": asked["params"]["protocolVersion"], "capabilities": {"tools": {}},
                  "serverInfo": {"name": sys.argv[1], "version": "1"}}
    if asked["method"] == "tools/list":
        result = {"tools": [{"name": "look", "description": "x", "inputSchema": {"type": "object"}}]}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


def server(home: Path, name: str) -> dict[str, object]:
    return {"command": sys.executable, "args": [str(home / "server.py"), name], "env": {"KEPT": name}}


def hook(home: Path, name: str) -> list[object]:
    return [{"hooks": [{"type": "command", "command": f"echo {name} $KEPT >> {home}/hooks.log"}]}]


def plant(home: Path) -> None:
    """A user, a project and a plugin, each with what they may bring."""
    market, repo, user = home / "market", home / "repo", home / ".claude"
    plugin = market / "tidy"
    files: Mapping[Path, object] = {
        home / "server.py": SERVER,
        home / "own.json": {"mcpServers": {"given": server(home, "given")}},
        home / ".claude.json": {
            "mcpServers": {"users": server(home, "users")},
            "hasCompletedOnboarding": True,
            "projects": {str(repo): {"hasTrustDialogAccepted": True, "enabledMcpjsonServers": ["projects"]}},
        },
        repo / ".mcp.json": {"mcpServers": {"projects": server(home, "projects")}},
        repo / ".claude" / "settings.json": {
            "permissions": {"deny": ["WebFetch"]},
            "hooks": {"UserPromptSubmit": hook(home, "project")},
        },
        repo / ".claude" / "agents" / "reader.md": "---\nname: reader\ndescription: x\n---\nYou read.\n",
        user / "settings.json": {
            "env": {"KEPT": "yes"},
            "permissions": {"allow": ["Bash(echo:*)"], "deny": ["WebSearch"], "defaultMode": "acceptEdits"},
            "hooks": {"SessionStart": hook(home, "start"), "UserPromptSubmit": hook(home, "user")},
            "outputStyle": "Terse",
            "language": "french",
            "includeCoAuthoredBy": False,
            "enabledPlugins": {"tidy@here": True},
            "extraKnownMarketplaces": {"here": {"source": {"source": "directory", "path": str(market)}}},
        },
        user / "output-styles" / "terse.md": "---\nname: Terse\ndescription: x\n---\nBe terse.\n",
        user / "commands" / "greet.md": "Say hello.\n",
        user / "skills" / "count" / "SKILL.md": "---\nname: count\ndescription: x\n---\nCount.\n",
        market / ".claude-plugin" / "marketplace.json": {
            "name": "here",
            "owner": {"name": "x"},
            "plugins": [{"name": "tidy", "source": "./tidy", "description": "x"}],
        },
        plugin / ".claude-plugin" / "plugin.json": {"name": "tidy", "version": "1.0.0", "description": "x"},
        plugin / "commands" / "sweep.md": "Sweep.\n",
        plugin / "hooks" / "hooks.json": {"hooks": {"UserPromptSubmit": hook(home, "plugin")}},
        plugin / ".mcp.json": {"mcpServers": {"plugins": server(home, "plugins")}},
    }
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))


def loaded(program: Program, recorder: Recorder, way: str) -> tuple[dict[str, Any], list[str]]:
    """What the client says that it loaded, by its first message, and what the hooks wrote."""
    log = program.home / "hooks.log"
    log.unlink(missing_ok=True)
    done = run(program, recorder, WAYS[way].replace("{home}", str(program.home)), {})
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.exit_code == 0, done.stdout + done.stderr
    (begun,) = [message for message in messages if message.get("subtype") == "init"]
    return {key: begun[key] for key in KEPT}, sorted(log.read_text().split("\n"))


@pytest.mark.parametrize("name", examples(("api-key", "bedrock", "vertex", "subscription", "gateway"), "api-key"))
def test_run_and_apply_keep_what_is_no_providers(program: Program, recorder: Recorder, name: str) -> None:
    require_client()
    TARGETS[name].make(program)
    (program.home / "repo").mkdir(exist_ok=True)
    plant(program.home)
    plain = loaded(program, recorder, "env")
    servers = {server["name"]: server["status"] for server in plain[0]["mcp_servers"]}
    assert servers == dict.fromkeys(("given", "users", "projects", "plugin:tidy:plugins"), "connected")
    assert plain[0]["output_style"] == "Terse"
    assert plain[1] == ["", "plugin yes", "project yes", "start yes", "user yes"]
    for way in ("run",) if name == "subscription" else ("run", "apply"):  # its token is handed to no file
        there = loaded(program, recorder, way)
        assert {key: there[0][key] for key in KEPT if there[0][key] != plain[0][key]} == {}
        assert there[1] == plain[1]
