"""Claude Code's own state as a settings layer: when `env` may pass it by in a shell's start-up."""

import json
from collections.abc import Mapping

import pytest

from ccsetup.profile import compiled

# Real Claude Code state, in which servers have an `env` of their own, and what people and tools make of it.
STATES: Mapping[str, tuple[str, bool]] = {
    "ordinary": (json.dumps({"a": 1, "mcpServers": {"x": {"env": {"AWS_PROFILE": "a"}}}}, indent=2), False),
    "own": (json.dumps({"a": {"b": 1}, "env": {"AWS_PROFILE": "a"}}, indent=2), True),
    "first": (json.dumps({"env": {"AWS_PROFILE": "a"}}, indent=2), True),
    "one line": (json.dumps({"a": 1, "env": {"AWS_PROFILE": "a"}}), True),
    "by hand": ('{\n  "a": 1,\n      "env": {"AWS_PROFILE": "a"}\n}', True),
    "beside": ('{\n  "a": 1, "env": {"AWS_PROFILE": "a"}\n}', True),
    "tabs": (json.dumps({"a": 1, "env": {}}, indent="\t"), True),
    "none": (json.dumps({"a": 1}), False),
    "empty": ("", False),
}


@pytest.mark.parametrize("state", STATES)
def test_state_without_an_env_keeps_the_short_way(state: str) -> None:
    text, expected = STATES[state]
    assert compiled.may_have_env(text.encode()) == expected
