"""Folders that the user may not enter, and files that the user may not read, where other programs keep their own."""

import json
from pathlib import Path

import pytest

from tests.support.desktop import Wrapped
from tests.support.program import Program

SHELL = {
    "CLAUDE_CODE_USE_VERTEX": "1",
    "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml",
    "CLOUD_ML_REGION": "global",
}
CLOSED = (
    *(".claude", ".claude/settings.json", ".claude/agents", ".claude.json", ".config/gcloud"),
    *(".config/gcloud/application_default_credentials.json", ".aws", ".aws/config", "work/.claude"),
)


@pytest.fixture
def home(program: Program) -> Path:
    """A home in which all of these exist."""
    for name in CLOSED:
        path = program.home / name
        if path.suffix != ".json" and path.name != "config":
            path.mkdir(parents=True, exist_ok=True)
    for name in (".claude/settings.json", ".claude.json"):
        (program.home / name).write_text('{"env": {}, "agent": "x"}')
    (program.home / ".config/gcloud/application_default_credentials.json").write_text("{}")
    (program.home / ".aws/config").write_text("[default]\nregion = us-east-1\n")
    return program.home


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("shell", [SHELL, {"CLAUDE_CODE_USE_BEDROCK": "1"}, {}], ids=["vertex", "bedrock", "direct"])
def test_closed_path_is_no_internal_error(name: str, shell: dict[str, str], home: Path) -> None:
    path = home / name
    before = path.stat().st_mode
    path.chmod(0)
    try:
        status = Wrapped(home).run("status", "--json", cwd=home / "work", environment=shell)
        doctor = Wrapped(home).run("doctor", "--here", "--offline", "--json", cwd=home / "work", environment=shell)
    finally:
        path.chmod(before)
    assert "internal error" not in status.err + doctor.out + doctor.err
    assert json.loads(status.out)["surface"]
    (report,) = json.loads(doctor.out)["profiles"]
    assert report["verdict"] in ("unknown", "error")
