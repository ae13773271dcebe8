"""What overrides a profile or a shell, each as a finding with a page."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ccsetup.claude_code import conflicts, effective, settings
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.settings import Layer
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.profile.environment import ACTIVE
from ccsetup.system import system
from ccsetup.workspace import Workspace

HOME = Path("/home/me")
PROFILE = """schema = 1
surface = "bedrock"
[set]
aws_profile = "my-prod"
region = "us-east-1"
[models]
opus = "us.anthropic.claude-opus-5-5"
"""
DIRECT = """schema = 1
surface = "api-key"
[set]
key = "keyring:"
[models]
default = "claude-opus-4-8"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "prod.toml").write_text(PROFILE)
    (tmp_path / "profiles" / "work.toml").write_text(DIRECT)
    bare = replace(system.here(), environment={}, home=HOME, cwd=tmp_path, config=tmp_path)
    return Workspace(bare)


def layer(name: str, content: Mapping[str, object]) -> Layer:
    env = content.get("env")
    path = HOME / ".claude" / ("managed-settings.json" if name == "managed" else "settings.json")
    return Layer(
        name, path, {str(key): str(value) for key, value in env.items()} if isinstance(env, dict) else {}, content
    )


def judged(
    workspace: Workspace,
    environment: Mapping[str, str] | None = None,
    *layers: Layer,
    name: str = "prod",
    signed_in: bool | None = False,
) -> list[Finding]:
    profile = workspace.store.load(name)
    change = effective.change_without_secrets(name, profile, workspace.knowledge, str(HOME))
    there = dict(environment or {})
    active = change if there.get(ACTIVE) == name else None
    scene = Surroundings(there, layers, (), signed_in, active)
    found = list(conflicts.of_profile(scene, change, workspace.knowledge.surface(profile.surface), workspace.knowledge))
    for finding in found:  # every fact of the page is there
        title, remedy = pages.load_page(finding.check).filled(finding.facts)
        assert "<" not in "".join((title, remedy.text, *remedy.commands)), (title, remedy)
    return found


def checks(found: list[Finding]) -> dict[str, str]:
    return {finding.check: finding.weight for finding in found}


def used(workspace: Workspace, name: str = "prod") -> dict[str, str]:
    """A shell in which the profile was switched on."""
    change = effective.change_without_secrets(name, workspace.store.load(name), workspace.knowledge, str(HOME))
    return {key: value for key, value in change.values.items() if isinstance(value, str)}


def test_a_clean_shell_has_nothing_against_a_profile(workspace: Workspace) -> None:
    assert judged(workspace) == []
    assert judged(workspace, used(workspace)) == []
    assert judged(workspace, {"PATH": "/bin", "AWS_PROFILE": "other", "CLAUDE_CODE_USE_VERTEX": "0"}) == []


@pytest.mark.parametrize(
    ("leftover", "slug"),
    [
        ({"CLAUDE_CODE_USE_VERTEX": "1"}, "env-hijack"),
        ({"ANTHROPIC_API_KEY": "sk-ant-x"}, "env-hijack"),
        ({"VERTEX_REGION_CLAUDE_9_OPUS": "us-east5"}, "env-hijack"),
        ({"CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1"}, "skip-auth-leftover"),
        ({"ANTHROPIC_CUSTOM_HEADERS": "X-Team: a\nAuthorization: Bearer x"}, "custom-headers-authorization"),
    ],
)
def test_a_leftover_is_a_warning_until_the_profile_is_active(
    workspace: Workspace, leftover: dict[str, str], slug: str
) -> None:
    assert checks(judged(workspace, leftover)) == {slug: "warning"}
    found = checks(judged(workspace, {**used(workspace), **leftover}))
    ignored = slug == "custom-headers-authorization"  # seen: on Bedrock the client's own credential counts
    assert (found["env-hijack"], found[slug]) == ("error", "warning" if ignored else "error")


def test_what_the_active_profile_lost_or_had_changed_is_an_error(workspace: Workspace) -> None:
    changed = judged(workspace, {**used(workspace), "AWS_REGION": "eu-west-1"})
    assert [(one.facts["variable"], one.facts["state"], one.weight) for one in changed] == [
        ("AWS_REGION", "changed", "error")
    ]
    lost = {name: value for name, value in used(workspace).items() if name != "CLAUDE_CODE_USE_BEDROCK"}
    assert [(one.facts["variable"], one.facts["state"]) for one in judged(workspace, lost)] == [
        ("CLAUDE_CODE_USE_BEDROCK", "unset")
    ]


def test_what_another_active_profile_has_set_is_no_leftover(workspace: Workspace) -> None:
    other = effective.change_without_secrets("prod", workspace.store.load("prod"), workspace.knowledge, str(HOME))
    change = effective.change_without_secrets("work", workspace.store.load("work"), workspace.knowledge, str(HOME))
    scene = Surroundings(used(workspace), (), (), False, other)
    surface = workspace.knowledge.surface("api-key")
    assert list(conflicts.of_profile(scene, change, surface, workspace.knowledge)) == []


def test_two_providers_in_the_shell(workspace: Workspace) -> None:
    both = {"CLAUDE_CODE_USE_FOUNDRY": "1", "CLAUDE_CODE_USE_VERTEX": "true"}
    assert checks(judged(workspace, both)) == {"env-hijack": "warning", "two-providers": "warning"}
    found = judged(workspace, {**used(workspace), "CLAUDE_CODE_USE_VERTEX": "yes"})
    assert [one.facts["other_flag"] for one in found if one.check == "two-providers"] == ["CLAUDE_CODE_USE_VERTEX"]
    assert "two-providers" not in checks(judged(workspace, {**used(workspace), "CLAUDE_CODE_USE_MANTLE": "1"}))


@pytest.mark.parametrize(
    ("flag", "weight"),
    [
        ("CLAUDE_CODE_USE_FOUNDRY", "warning"),
        ("CLAUDE_CODE_USE_ANTHROPIC_AWS", "warning"),
        ("CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD", "warning"),
        ("CLAUDE_CODE_USE_VERTEX", "warning"),
        ("CLAUDE_CODE_USE_GATEWAY", "error"),
    ],
)
def test_of_two_providers_the_weaker_is_a_warning(workspace: Workspace, flag: str, weight: str) -> None:
    env = {flag: "1", "ANTHROPIC_BASE_URL": "https://gw.example.com", "ANTHROPIC_AUTH_TOKEN": "t"}
    env = env if flag == "CLAUDE_CODE_USE_GATEWAY" else {flag: "1"}
    found = judged(workspace, {}, layer("user", {"env": env}))
    (two,) = [one for one in found if one.check == "two-providers"]
    (override,) = [one for one in found if one.facts.get("variable") == flag and one.check == "settings-override"]
    assert (two.weight, override.weight) == (weight, weight)
    own = "CLAUDE_CODE_USE_BEDROCK"
    assert {two.facts["flag"], two.facts["other_flag"]} == {flag, own}
    assert two.facts["flag"] == (own if weight == "warning" else flag)


def test_any_provider_that_a_file_switches_on_defeats_a_gateway(workspace: Workspace) -> None:
    text = 'schema = 1\nsurface = "gateway"\n[set]\nbase_url = "https://gw.example.com"\nauth_token = "keyring:"\n'
    (workspace.system.profiles / "gate.toml").write_text(text)
    for flag in ("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_FOUNDRY", "CLAUDE_CODE_USE_VERTEX"):
        found = judged(workspace, {}, layer("project", {"env": {flag: "on"}}), name="gate")
        assert checks(found)["settings-override"] == "error", flag


def test_one_line_in_a_settings_file_is_the_error_and_its_remedy_names_the_layer(workspace: Workspace) -> None:
    found = judged(workspace, {}, layer("user", {"env": {"CLAUDE_CODE_USE_VERTEX": "1"}}))
    assert checks(found) == {"settings-override": "warning", "two-providers": "warning"}  # Bedrock comes first
    assert "two-providers" in pages.load_page("settings-override").head.explains
    assert pages.load_page("settings-override").filled(found[0].facts)[1].commands == (
        "ccsetup apply prod --scope user --clear --yes",
    )
    same = layer("user", {"env": {"CLAUDE_CODE_USE_BEDROCK": "true", "AWS_REGION": "us-east-1"}})
    assert judged(workspace, {}, same) == []


def test_the_helper_that_apply_writes_is_the_profile_itself(workspace: Workspace) -> None:
    written = {"apiKeyHelper": "'/opt/a b/ccsetup' key work", "env": {"ANTHROPIC_API_KEY": ""}}
    models = {"ANTHROPIC_MODEL": "claude-opus-4-8"}
    assert judged(workspace, models, layer("user", written), name="work") == []
    other = {**written, "apiKeyHelper": "/bin/ccsetup key other"}
    assert checks(judged(workspace, {}, layer("user", other), name="work")) == {"settings-override": "error"}


@pytest.mark.parametrize(
    ("name", "content", "hit"),
    [
        ("prod", {"model": "claude-fable-5"}, True),
        ("prod", {"model": "sonnet[1m]"}, False),
        ("prod", {"model": "us.anthropic.claude-opus-5-5"}, False),
        ("work", {"model": "claude-fable-5"}, False),  # models.default overrides it
        ("work", {"modelOverrides": {"claude-opus-4-8": "claude-opus-5"}}, True),
        ("work", {"modelOverrides": {"claude-sonnet-5": "claude-opus-5"}}, False),
        ("work", {"availableModels": ["sonnet"]}, True),
        ("work", {"availableModels": ["opus"]}, False),
        ("prod", {"availableModels": ["sonnet"]}, False),  # no exact id is asked for
    ],
)
def test_model_lines_that_override_a_pin(
    workspace: Workspace, name: str, content: dict[str, object], hit: bool
) -> None:
    found = checks(judged(workspace, {}, layer("user", content), name=name))
    assert found == ({"settings-model-override": "error"} if hit else {})


@pytest.mark.parametrize(
    ("name", "content", "hit"),
    [
        ("prod", {"env": {"AWS_REGION": "eu-west-1"}}, True),
        ("prod", {"allowedProviders": ["anthropic", "vertex"]}, True),
        ("prod", {"allowedProviders": ["bedrock"]}, False),
        ("work", {"allowedProviders": []}, True),
        ("work", {"forceLoginMethod": "claudeai"}, True),
        ("prod", {"forceLoginMethod": "claudeai"}, False),  # seen: clouds pass
        ("work", {"forceLoginMethod": "claudeAI"}, False),
        ("work", {"forceLoginMethod": 3}, False),
        ("work", {"forceLoginOrgUUID": "0b1f8b8e-0000-4000-8000-000000000000"}, True),
        ("work", {"forceLoginOrgUUID": []}, True),
        ("prod", {"forceLoginOrgUUID": []}, False),
        ("prod", {"enforceAnthropicSignIn": True}, True),
        ("prod", {"enforceAnthropicSignIn": "false"}, True),
        ("prod", {"enforceAnthropicSignIn": None}, True),
        ("prod", {"enforceAnthropicSignIn": False}, False),
        ("prod", {"deniedModels": ["opus"]}, True),
        ("work", {"deniedModels": ["opus", "Sonnet", "haiku"]}, True),
    ],
)
def test_managed_settings_that_forbid_a_profile(
    workspace: Workspace, name: str, content: dict[str, object], hit: bool
) -> None:
    found = checks(judged(workspace, {}, layer("managed", content), name=name))
    assert found == ({"managed-settings-block": "error"} if hit else {})


def test_a_shell_without_a_profile(workspace: Workspace) -> None:
    def of(environment: Mapping[str, str], *layers: Layer, signed_in: bool = False) -> dict[str, str]:
        scene = Surroundings(environment, layers, (), signed_in)
        return checks(list(conflicts.of_shell(scene, workspace.knowledge)))

    assert of({"PATH": "/bin", "ANTHROPIC_API_KEY": "k", "AWS_REGION": "x"}) == {}
    assert of({"ANTHROPIC_API_KEY": "k"}, signed_in=True) == {"login-shadowed": "warning"}
    assert of({}, layer("user", {"apiKeyHelper": "x"}), signed_in=True) == {"settings-beats-shell": "warning"}
    both = {"CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_USE_VERTEX": "1"}
    assert of(both) == {"two-providers": "warning"}
    line = layer("user", {"env": {"CLAUDE_CODE_USE_BEDROCK": "", "EDITOR": "vi"}})
    assert of({**both, "EDITOR": "ed"}, line) == {"settings-beats-shell": "warning"}
    assert of({"CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1"}) == {"skip-auth-leftover": "error"}
    gateway = {"ANTHROPIC_CUSTOM_HEADERS": "x-api-key: k", "ANTHROPIC_BASE_URL": "https://gw"}
    assert of(gateway) == {"custom-headers-authorization": "warning"}
    cloud_gateway = {**gateway, "CLAUDE_CODE_USE_GATEWAY": "1", "ANTHROPIC_AUTH_TOKEN": "t"}
    assert of(cloud_gateway) == {"custom-headers-authorization": "warning"}
    header = {"CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer t"}
    assert of(header) == {"custom-headers-authorization": "warning"}  # seen: what signs replaces the header
    passing = {"CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1", "ANTHROPIC_BEDROCK_BASE_URL": "https://gw"}
    assert of({**header, **passing}) == {
        "custom-headers-authorization": "warning"
    }  # seen on 2.1.332: the header goes out


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{"a": 1,\n "b": [1,]}', (2, 10), "trailing comma"),
        ('{\n  "model": null}', (2, 3), "model must hold a string"),
        ('{"env": {', (1, 10), "ends too early"),
        ("[1]", (1, 1), "no object"),
        ("[" * 5000, (1, 5001), "nests too deep"),
        ('{"é": 1, x}', (1, 10), ""),
    ],
)
def test_a_malformed_file_is_shown_with_line_and_column(text: str, place: tuple[int, int], words: str) -> None:
    with pytest.raises(settings.Malformed) as caught:
        settings.parse(text.encode())
    assert (caught.value.line, caught.value.column) == place
    assert words in str(caught.value)


def test_a_file_that_is_too_large_is_ignored_as_the_client_does() -> None:
    assert settings.parse(b'{"a": 1}'.ljust(2 << 20)) == {"a": 1}
    with pytest.raises(settings.Malformed, match="larger than 2 MiB"):
        settings.parse(b" " * ((2 << 20) + 1))
