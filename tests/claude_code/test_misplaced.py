"""Configuration that is nearly right is named: `doctor` and `status` say what Claude Code does not read."""

import json
from pathlib import Path
from typing import Any

import pytest

from ccsetup.claude_code import misplaced, settings
from ccsetup.claude_code.facts.client_facts import read_facts
from ccsetup.knowledge import nearly_right
from ccsetup.knowledge.surfaces import load_surfaces
from tests.agree import direct
from tests.agree.lab import AgreeLab
from tests.agree.record import run_world
from tests.agree.world import World
from tests.support.client_runner import require_client
from tests.support.examined import a_world

USER, PROJECT, LOCAL = ".claude/settings.json", "work/.claude/settings.json", "work/.claude/settings.local.json"
FLAG = "CLAUDE_CODE_USE_BEDROCK"


NAMES: list[tuple[dict[str, Any], str]] = [
    ({USER: {"env": {"env": {FLAG: "1"}}}}, "env inside env"),
    ({LOCAL: {"env": {"bedrock": {FLAG: "1"}}}}, "bedrock inside env"),
    ({USER: {"permissions": {"env": {FLAG: "1"}}}}, "env inside permissions"),
    ({PROJECT: {"settings": {"environment": {FLAG: "1"}}}}, "environment inside settings"),
    *(
        ({USER: {"env": {name: "1"}}}, name)
        for name in (
            "claude_code_use_bedrock",
            "Claude_Code_Use_Bedrock",
            "export CLAUDE_CODE_USE_BEDROCK",
            "EXPORT CLAUDE_CODE_USE_BEDROCK",
            "set CLAUDE_CODE_USE_BEDROCK",
            "$CLAUDE_CODE_USE_BEDROCK",
            "$env:CLAUDE_CODE_USE_BEDROCK",
            " CLAUDE_CODE_USE_BEDROCK ",
            "CLAUDE-CODE-USE-BEDROCK",
            "'CLAUDE_CODE_USE_BEDROCK'",
            "CLAUDE_CODE_USE_BEDROCK=",
            "CLAUDE_CODE_USE_BEDROK",
            "CLAUDE_CODE_USE_BEDROCKS",
            "CLAUDE_CODE_USE_BEDORCK",
            "CLAUDE_CODEUSE_BEDROCK",
            "CLAUDE_USE_BEDROCK",
            "USE_BEDROCK",
            "aws_region",
            "AWS_REGIONS",
            "ANTROPIC_API_KEY",
            "ANTHROPIC_BASEURL",
            "ANTHROPIC_MODELS",
            "anthropic_api_key",
            "AWS_ACCESS_KEY",
            "AWS_SECRET_KEY",
            "aws_secret_access_key",
            "CLAUDE_CODE_USE_VERTEXAI",
            "GOOGLE_APPLICATION_CREDENTIAL",
            "VERTEX_REGION",
        )
    ),
    *(
        ({USER: {"env": {name: value}}}, f"{name} as meant")
        for name, value in (
            ("ANTHROPIC_MODEL", "'haiku'"),
            ("ANTHROPIC_API_KEY", "${MY_KEY}"),
            ("ANTHROPIC_AUTH_TOKEN", "$TOKEN"),
            ("AWS_REGION", '"us-east-1"'),
            ("ANTHROPIC_BASE_URL", "%GATEWAY%"),
            ("ANTHROPIC_AUTH_TOKEN", "$(pass show token)"),
            ("AWS_CONFIG_FILE", "~/.aws/work"),
            ("AWS_SHARED_CREDENTIALS_FILE", "$HOME/.aws/keys"),
        )
    ),
]
SETS = {"env": {FLAG: "1"}}
FILES: list[tuple[dict[str, Any], str]] = [
    *(
        ({name: SETS}, f"this file, which sets {FLAG}")
        for name in (
            ".claude/settings.local.json",
            ".claude/config.json",
            ".claude/.claude.json",
            ".claude/user-settings.json",
            ".config/claude/settings.json",
            ".config/claude-code/settings.json",
            "work/.claude/config.json",
            "work/settings.json",
            "work/settings.local.json",
            "work/.claude.json",
            "work/claude.json",
        )
    ),
    *(
        ({name: f"{FLAG}=1\n"}, f"this file, which sets {FLAG}")
        for name in ("work/.env", "work/.env.local", "work/.claude/.env", ".claude/.env")
    ),
    ({"work/.env": f'# local\nexport {FLAG}="1"\n'}, f"this file, which sets {FLAG}"),
    ({".claude/settings.toml": f'[env]\n{FLAG} = "1"\n'}, f"this file, which sets {FLAG}"),
    ({".claude/settings.yaml": f'env:\n  {FLAG}: "1"\n'}, f"this file, which sets {FLAG}"),
    *(
        ({name: SETS}, "this file")
        for name in (".claude/Settings.json", ".claude/setings.json", "work/.claude/SETTINGS.local.json")
    ),
    ({".claude.json": {FLAG: "1"}}, f"{FLAG} outside env"),
    ({".claude.json": {"projects": {"@HOME/work": SETS}}}, f"{FLAG} of a project"),
]
NOT_OURS: list[dict[str, Any]] = [
    {USER: {"env": {"https_proxy": "http://x", "google_application_credentials": "/x", "path": "/bin", "home": "/x"}}},
    {
        USER: {
            "env": {
                "CLAUDE_CODE_SDK_HAS_OAUTH_REFRESH": "1",
                "ANTHROPIC_LOG": "debug",
                "AWS_PAGER": "",
                "MY_TOKEN": "$X",
            }
        }
    },
    {USER: {"env": {"ANTHROPIC_KEY": "x", "ANTHROPIC_API_KEY": "sk-x"}}},
    {
        USER: {
            "env": {"ANTHROPIC_CUSTOM_HEADERS": "x-cost: $5", "ANTHROPIC_MODEL": "haiku"},
            "hooks": {"env": {FLAG: "1"}},
        }
    },
    {USER: {"permissions": {"env": {"EDITOR": "vi"}}, "pluginConfigs": {"a": {"options": {}}}}},
    {
        ".claude/config.json": {"primaryApiKey": "any"},
        "work/settings.json": {"editor.tabSize": 2},
        "work/.env": "ANTHROPIC_API_KEY=sk\nPORT=1\n",
    },
    {
        ".claude.json": {
            "numStartups": 3,
            "projects": {"@HOME/other": SETS, "@HOME/work": {"allowedTools": []}},
            "mcpServers": {"a": SETS},
        }
    },
    {"work/.env": f"{FLAG}=1\n", LOCAL: SETS},
    {".claude/settings.json": SETS, ".claude/config.json": SETS},
    {".claude/setings.json": {"tabSize": 2}, "work/.claude/settings.jsom": SETS},
]


@pytest.mark.parametrize("files", NOT_OURS)
def test_what_is_read_or_not_claude_code_s_is_not_named(tmp_path: Path, files: dict[str, Any]) -> None:
    assert found(tmp_path, files) == []


def test_profile_decides_instead_of_files_that_are_not_read(tmp_path: Path) -> None:
    assert found(tmp_path, {"work/.env": f"{FLAG}=1\n", ".claude/config.json": SETS}, given=[FLAG]) == []


@pytest.mark.parametrize(
    ("folder", "marked", "named"),
    [
        ("work/sub", "work", True),
        ("work", "work", False),
        ("work/sub", "elsewhere", False),
        ("work/sub", "work/sub", False),
    ],
)
def test_settings_at_the_root_of_the_repository_are_not_those_of_a_folder(
    tmp_path: Path, folder: str, marked: str, named: bool
) -> None:
    (tmp_path / marked / ".git").mkdir(parents=True)
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    assert found(tmp_path, {PROJECT: SETS}, cwd=folder) == ([f"{FLAG} from here"] if named else [])


@pytest.mark.client
def test_the_client_reads_none_of_them(tmp_path: Path) -> None:
    """All at once: none changes who is asked."""
    files: dict[str, Any] = {USER: {"env": {}, "permissions": {"env": {FLAG: "1"}}}, ".claude.json": {FLAG: "1"}}
    for given, name in (*NAMES, *FILES):
        for path, content in given.items():
            if path == USER and "as meant" not in name and "env" in content:
                files[USER]["env"] |= content["env"]
            elif path not in files:
                files[path] = content
    assert len(files) > 15
    assert len(files[USER]["env"]) > 25
    texts = {path: one if isinstance(one, str) else json.dumps(one) for path, one in files.items()}
    with AgreeLab() as lab:
        seen = run_world(World(0, "", "here", texts, {"ANTHROPIC_API_KEY": direct.TOKENS["api-key"]}), lab)
    assert seen is not None
    assert (seen.worked, seen.host, seen.model) == (True, "api.anthropic.com", "claude-opus-5-5")
    assert seen.identity == direct.TOKENS["api-key"]


@pytest.mark.client
def test_no_variable_of_the_client_is_taken_for_a_misspelt_one() -> None:
    """It fails for a new client that has such a variable: then our data has to name that."""
    facts = read_facts(require_client().resolve())
    knowledge = load_surfaces()
    assert len(facts.variables) > 1000
    taken, written = misplaced.DecidingNames(knowledge, frozenset()), nearly_right.near_misses().meant
    names = [name for name in dict.fromkeys((*facts.variables, *facts.names)) if name not in written]
    assert {name: meant for name in names if not name.endswith("_") and (meant := taken.meant_by(name))} == {}
    assert [name for name in written if name in facts.variables] == []


def found(
    home: Path, files: dict[str, Any], cwd: str = "work", given: list[str] | None = None, **shell: str
) -> list[str]:
    for name, content in files.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        file.write_text(text.replace("@HOME", str(home)))
    (home / "work").mkdir(exist_ok=True)
    system = a_world(home, {"HOME": str(home), **shell}, cwd=home / cwd)
    layers, _ = settings.layers(system)
    findings = misplaced.find_misplaced(layers, None, system, load_surfaces(), given or ())
    return [one.facts["name"] for one in findings]


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({USER: {FLAG: "1"}}, FLAG),
        ({PROJECT: {"AWS_REGION": "eu-west-1"}}, "AWS_REGION"),
        ({LOCAL: {"ANTHROPIC_BASE_URL": "https://x"}}, "ANTHROPIC_BASE_URL"),
        ({USER: {"Env": {FLAG: "1"}}}, "Env"),
        ({PROJECT: {"envs": {FLAG: "1"}}}, "envs"),
        ({LOCAL: {"environment": {FLAG: "1"}}}, "environment"),
        ({USER: {"environmentVariables": {FLAG: "1"}}}, "environmentVariables"),
        ({USER: {"apikeyHelper": "echo k"}}, "apikeyHelper"),
        ({PROJECT: {"api_key_helper": "echo k"}}, "api_key_helper"),
        ({LOCAL: {"Model": "haiku"}}, "Model"),
        ({USER: {"env": {"model": "haiku"}}}, "model in env"),
        ({".claude/settings-local.json": {}}, "this file"),
        ({"work/.claude/setting.json": {}}, "this file"),
        ({USER: {"env": {FLAG: "enabled"}}}, f"{FLAG} with this value"),
        ({PROJECT: {"env": {"CLAUDE_CODE_USE_VERTEX": "2"}}}, "CLAUDE_CODE_USE_VERTEX with this value"),
        ({USER: {"env": {"AWS_DEFAULT_PROFILE": "dev"}}}, "AWS_DEFAULT_PROFILE"),
        *NAMES,
        *FILES,
    ],
)
def test_misplaced_configuration_is_named(tmp_path: Path, files: dict[str, Any], name: str) -> None:
    assert found(tmp_path, files) == [name]


def test_shell_is_checked_too(tmp_path: Path) -> None:
    assert found(tmp_path, {}, CLAUDE_CODE_USE_BEDROCK="y") == [f"{FLAG} with this value"]
    assert found(tmp_path, {}, AWS_DEFAULT_PROFILE="dev") == ["AWS_DEFAULT_PROFILE"]
    assert found(tmp_path, {}, ANTHROPIC_API_KEYS="x", ANTHROPIC_KEY="x") == ["ANTHROPIC_API_KEYS"]
    assert found(tmp_path, {}, Anthropic_Api_Key="x", ANTHROPIC_LOG="debug") == ["Anthropic_Api_Key"]
    assert found(tmp_path, {}, AWS_DEFAULT_PROFILE="dev", AWS_PROFILE="dev") == []


@pytest.mark.parametrize("value", ["1", "TRUE", "yes", " on ", "0", "false", "off", ""])
def test_valid_flags_are_not_reported(tmp_path: Path, value: str) -> None:
    assert found(tmp_path, {USER: {"env": {FLAG: value}, "model": "opus", "permissions": {}}}) == []
