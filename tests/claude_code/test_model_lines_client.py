"""Lines of settings files that change which model answers, against the real client: named by `env`, beaten by `run`."""

import json
from collections.abc import Iterator, Mapping

import pytest

from ccsetup.trace.recorder.server import Recorder
from tests.claude_code.test_layers_client import EVAL, RUN, plant, run
from tests.support.client_runner import require_client
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.targets import TARGETS

pytestmark = pytest.mark.client

LIST = {"availableModels": ["haiku"], "enforceAvailableModels": True}
AGENTS: Mapping[str, str] = {
    "foreign": "model: evil-model", "quoted": '"model": "evil-model"  # x', "tier": "model: haiku",
    "same": "model: inherit", "none": "color: red",
}  # fmt: skip
# The profile's surface, what it says of `models.default`, the layer, its content, and the line that makes a difference.
CASES: Mapping[str, tuple[str, str, str, Mapping[str, object], str]] = {
    "foreign agent": ("api-key", "opus", "project", {"agent": "foreign"}, "agent"),
    "quoted agent": ("vertex", "opus", "local", {"agent": "quoted"}, "agent"),
    "agent of another tier": ("bedrock", "opus", "project", {"agent": "tier"}, "agent"),
    "the user's agent, of the folder": ("bedrock", "opus", "user", {"agent": "foreign"}, "agent"),
    "agent of the client": ("api-key", "opus", "project", {"agent": "statusline-setup"}, ""),
    "agent of the same model": ("api-key", "opus", "project", {"agent": "same"}, ""),
    "agent without a model": ("api-key", "opus", "project", {"agent": "none"}, ""),
    "agent that is not there": ("api-key", "opus", "project", {"agent": "nothing"}, ""),
    "enforced": ("api-key", "opus", "project", LIST, "availableModels"),
    "enforced on a cloud": ("bedrock", "opus", "local", LIST, "availableModels"),
    "enforced, exact": ("vertex", "exact", "user", LIST, "availableModels"),
    "enforced, no default": ("bedrock", "", "project", LIST, "availableModels"),
    "enforced, listed": ("bedrock", "opus", "project", {**LIST, "availableModels": ["opus-4-8"]}, ""),
    "enforced, empty": ("api-key", "opus", "project", {**LIST, "availableModels": []}, ""),
    "not enforced": ("api-key", "opus", "project", {"availableModels": ["haiku"]}, ""),
    "not enforced, exact": ("api-key", "exact", "project", {"availableModels": ["haiku"]}, ""),
    "not enforced, unpinned": ("api-key", "alone", "project", {"availableModels": ["haiku"]}, "availableModels"),
    "not enforced, another tier": ("api-key", "sonnet", "project", {"availableModels": ["haiku"]}, "availableModels"),
    "not enforced, on a cloud": ("bedrock", "sonnet", "local", {"availableModels": ["haiku"]}, "availableModels"),
    "another id": ("api-key", "opus", "project", {"modelOverrides": {"claude-opus-4-8": "evil"}}, "modelOverrides"),
    "a model, no default": ("bedrock", "", "project", {"model": "evil-model"}, "model"),
}  # fmt: skip


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


def make(program: Program, surface: str, default: str) -> str:
    """The profile, and agents in the repository; returns the id of the session's first request."""
    target = TARGETS[surface]
    target.make(program)
    pin = target.pins["sonnet" if default == "sonnet" else "opus"]
    profile = program.profiles / "wanted.toml"
    lines = profile.read_text().splitlines(keepends=True)
    says = {"opus": 'default = "opus"\n', "sonnet": 'default = "sonnet"\n', "": ""}.get(default, f'default = "{pin}"\n')
    kept = [says if line.startswith("default = ") else line for line in lines]
    if default == "alone":
        kept = [line for line in kept if not line.startswith(tuple(f"{tier} = " for tier in target.pins))]
    profile.write_text("".join(kept))
    folder = program.home / "repo" / ".claude" / "agents" / "below"
    folder.mkdir(parents=True)
    for name, line in AGENTS.items():
        (folder / f"of-{name}.md").write_text(f"---\nname: {name}\ndescription: x\n{line}\n---\nYou say pong.\n")
    return pin


@pytest.mark.parametrize("case", examples(CASES, "foreign agent"))
def test_env_names_it_and_run_overrides_it(program: Program, recorder: Recorder, case: str) -> None:
    surface, default, layer, content, line = CASES[case]
    pin = make(program, surface, default)
    if content.get("agent") == "statusline-setup":
        line = "agent"
    file = plant(program, layer, {**content, "theme": "dark"})
    done = run(program, recorder, EVAL, {})
    models = [call.model for call in recorder.inference]
    assert (pin not in models) == bool(line), (models, done.stderr)
    assert (f"{file.name} sets {line or 'a'}" in done.stderr) == bool(line), done.stderr
    assert "ccsetup: warning" not in done.stderr or line
    examined = program.run("doctor", "wanted", "--offline", "--json", cwd=program.home / "repo")
    (report,) = json.loads(examined.out)["profiles"]
    found = [one["facts"]["variable"] for one in report["findings"] if one["check"] == "settings-model-override"]
    assert found == ([line] if line else [])
    done = run(program, recorder, RUN, {})
    assert (done.exit_code, done.stdout.strip()) == (0, "pong"), done.stderr
    assert pin in [call.model for call in recorder.inference], done.stderr
    assert (f"{line} not used in this run" in done.stderr) == bool(line)
    assert json.loads(file.read_text()) == {**content, "theme": "dark"}


@pytest.mark.thorough
def test_run_keeps_the_users_agent_with_a_tier(program: Program, recorder: Recorder) -> None:
    make(program, "bedrock", "opus")
    (program.home / ".claude" / "agents").mkdir(parents=True)
    (program.home / ".claude" / "agents" / "mine.md").write_text(
        "---\nname: mine\ndescription: x\nmodel: haiku\n---\nYou say pong.\n"
    )
    plant(program, "user", {"agent": "mine"})
    done = run(program, recorder, RUN, {})
    assert [call.model for call in recorder.inference if call.role == "main"] == [TARGETS["bedrock"].pins["haiku"]]
    assert "not used" not in done.stderr


@pytest.mark.parametrize("case", examples(("foreign agent", "enforced on a cloud"), "foreign agent"))
def test_trace_says_so_and_apply_clears_it(program: Program, case: str) -> None:
    surface, default, layer, content, line = CASES[case]
    make(program, surface, default)
    file = plant(program, layer, {**content, "theme": "dark"})
    client = {"PATH": f"{require_client().parent}:{program.environment['PATH']}"}
    words = ("trace", "wanted", "--json", "--seconds", "60")
    done = program.run(*words, cwd=program.home / "repo", environment=client)
    assert (done.code, json.loads(done.out)["verdict"]) == (1, "differs"), done.err
    cleared = program.run("apply", "wanted", "--scope", layer, "--clear", "--yes", cwd=program.home / "repo")
    assert cleared.code == 0, cleared.err
    assert line not in json.loads(file.read_text())
