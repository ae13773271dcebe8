"""A value of another type in a line makes Claude Code ignore the whole file: our data, and the real client."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.claude_code.line_types import enforced, misfits
from ccsetup.knowledge import precedence
from tests.support.client_runner import require_client, run_client

WRONG: Mapping[str, object] = {
    "object": "text",
    "string": True,
    "array": "text",
    "string|array": {},
    "array|null": "text",
    "boolean": "true",
    "boolean|null": "true",
    "boolean|object": "true",
    "positive integer": 1.5,
    "number": "5",
}
_AT_ONCE = 9  # the client names ten


def test_each_type_has_a_wrong_value() -> None:
    assert set(WRONG) == set(precedence.load().types)


@pytest.mark.parametrize(
    ("content", "must_hold"),
    [
        ({"fallbackModel": "opus"}, ("fallbackModel", "an array")),
        ({"cleanupPeriodDays": True}, ("cleanupPeriodDays", "a positive integer")),
        ({"cleanupPeriodDays": 0}, ("cleanupPeriodDays", "a positive integer")),
        ({"cleanupPeriodDays": 30, "fastMode": False, "disableWorkflows": None, "model": "opus"}, None),
        ({"forceLoginOrgUUID": 1}, ("forceLoginOrgUUID", "a string or an array")),
        ({"includeCoAuthoredBy": "false"}, ("includeCoAuthoredBy", "a boolean")),
        ({"somethingElse": 1}, None),
    ],
)
def test_first_misfit_is_named(content: dict[str, object], must_hold: tuple[str, str] | None) -> None:
    assert next(misfits(content), None) == must_hold


@pytest.mark.parametrize(
    ("content", "counts"),
    [
        ({"model": 3, "env": {"A": "1"}}, {"env": {"A": "1"}}),
        ({"env": ["A"], "model": "opus"}, {"model": "opus"}),
        ({"apiKeyHelper": None, "permissions": []}, {}),
        ({"availableModels": "opus"}, {"availableModels": []}),
        ({"allowedProviders": "bedrock"}, {"allowedProviders": []}),
        ({"forceLoginOrgUUID": 3}, {"forceLoginOrgUUID": 3}),
    ],
)
def test_managed_file_loses_one_line_and_no_restriction(content: dict[str, object], counts: dict[str, object]) -> None:
    """Each seen on the real client, with a folder of its own as /etc/claude-code."""
    assert enforced(content) == counts


@pytest.mark.parametrize("types", WRONG)
def test_client_ignores_the_file(types: str, tmp_path: Path) -> None:
    require_client()
    lines = precedence.load().types[types]
    parts = [lines[at : at + _AT_ONCE] for at in range(0, len(lines), _AT_ONCE)]
    named: set[str] = set()
    for part in parts:
        settings = tmp_path / ".claude" / "settings.json"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(json.dumps(dict.fromkeys(part, WRONG[types])))
        done = run_client("claude -p hello", home=tmp_path, cwd=tmp_path, environment={"ANTHROPIC_API_KEY": "sk-ant-x"})
        named |= set(re.findall(r"settings\.json \((\w+)\)", done.stdout + done.stderr))
    assert named == set(lines)
