"""Finding the installed client: every layout it comes in, its version, and the variables that it knows."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from ccsetup.claude_code import installation
from ccsetup.claude_code.installation import Client
from ccsetup.knowledge import surfaces
from ccsetup.system.errors import UNAVAILABLE, UserError
from tests.support.client_runner import CLIENTS, require_client

KNOWN = surfaces.load_surfaces()
TEXT = "ANTHROPIC_API_KEY ANTHROPIC_MODEL XANTHROPIC_PROFILE CLAUDE_CODE_USE_BEDROCKS"


def on_path(*folders: Path) -> dict[str, str]:
    return {"PATH": os.pathsep.join((*map(str, folders), os.defpath))}


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def version_of(folder: Path) -> str:
    package = msgspec.json.decode((folder.parent / "package.json").read_bytes(), type=dict[str, object])
    wanted = package["devDependencies"]
    assert isinstance(wanted, dict)
    return str(wanted[installation.PACKAGE])


@pytest.mark.client
@pytest.mark.parametrize("age", CLIENTS)
def test_npm_s_command_leads_to_the_text_of_the_client_and_its_version(age: str) -> None:
    """`.bin/claude` is a launcher today, and was the bundle itself."""
    require_client(CLIENTS[age])
    found = installation.find(on_path(CLIENTS[age] / ".bin"))
    assert found is not None
    assert found.version == version_of(CLIENTS[age])
    assert found.code.stat().st_size > 1 << 20


@pytest.mark.client
@pytest.mark.parametrize("age", CLIENTS)
def test_every_variable_that_a_profile_may_set_is_known_or_known_to_be_newer(age: str, tmp_path: Path) -> None:
    """No false alarm for today's client; and the ones of the past lack what their changelog says came later."""
    client = Client(Path(os.path.realpath(require_client(CLIENTS[age]))), "0")
    known = installation.find_known_names(client, KNOWN.variables, tmp_path)
    missing = {name for name in known if not known[name]}
    later = {
        "newest": set(),
        "three-months": {"CLAUDE_CODE_SUBAGENT_MODEL_FORCE"},
        "one-year": {"CLAUDE_CODE_USE_MANTLE", "CLAUDE_CODE_USE_ANTHROPIC_AWS", "ANTHROPIC_BEDROCK_REGION_PREFIX"},
    }
    assert later[age] <= missing
    assert missing == set() or age != "newest"
    always = {"ANTHROPIC_API_KEY", "CLAUDE_CODE_USE_BEDROCK", "CLOUD_ML_REGION"}
    assert {name for name in always if known[name]} == always


def test_client_is_read_once_and_a_changed_one_again(tmp_path: Path) -> None:
    client = Client(written(tmp_path / "claude", TEXT), "1.0.0")
    names = ["ANTHROPIC_MODEL"]
    assert installation.find_known_names(client, names, tmp_path) == {"ANTHROPIC_MODEL": True}
    status = client.code.stat()
    written(client.code, TEXT.replace("ANTHROPIC_MODEL", "_" * 15))
    os.utime(client.code, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert installation.find_known_names(client, names, tmp_path) == {"ANTHROPIC_MODEL": True}, "it was read again"
    os.utime(client.code)
    assert installation.find_known_names(client, names, tmp_path) == {"ANTHROPIC_MODEL": False}


def test_only_whole_names_count(tmp_path: Path) -> None:
    client = Client(written(tmp_path / "claude", TEXT), "1.0.0")
    names = ["ANTHROPIC_PROFILE", "CLAUDE_CODE_USE_BEDROCK", "ANTHROPIC_MODEL"]
    assert [*installation.find_known_names(client, names, tmp_path).values()] == [False, False, True]


def test_names_of_other_programs_and_of_sdks_are_not_judged(tmp_path: Path) -> None:
    client = Client(written(tmp_path / "claude", TEXT), "1.0.0")
    names = ["MY_TOOL", "VERTEX_REGION_CLAUDE_9_OPUS", "AWS_ENDPOINT_URL_BEDROCK_AGENT", "GOOGLE_CLOUD_PROJECT"]
    assert installation.find_known_names(client, names, tmp_path) == {}


def test_a_wrapper_of_the_user_s_own_is_not_read(tmp_path: Path) -> None:
    client = Client(written(tmp_path / "claude", '#!/bin/sh\nexec /opt/claude "$@"\n'), "")
    assert installation.find_known_names(client, ["ANTHROPIC_MODEL"], tmp_path) == {}


def test_the_native_installer_s_link_names_the_version(tmp_path: Path) -> None:
    binary = written(tmp_path / ".local" / "share" / "claude" / "versions" / "2.1.330", TEXT)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "claude").symlink_to(binary)
    assert installation.find(on_path(tmp_path / "bin")) == Client(binary, "2.1.330")


@pytest.mark.parametrize(
    ("script", "version"),
    [("echo '2.1.99 (Claude Code)'", "2.1.99"), ("exit 1", ""), ("exec sleep 60", "")],
)
def test_the_client_is_asked_where_no_file_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, version: str
) -> None:
    monkeypatch.setattr(installation, "VERSION_SECONDS", 0.5)
    written(tmp_path / "claude", f"#!/bin/sh\n{script}\n")
    found = installation.find(on_path(tmp_path))
    assert found is not None
    assert found.version == version


def test_without_a_client_the_refusal_says_how_to_install_it(tmp_path: Path) -> None:
    environment: Mapping[str, str] = {"PATH": str(tmp_path)}
    assert shutil.which("claude", path=str(tmp_path)) is None
    assert installation.find(environment) is None
    with pytest.raises(UserError) as why:
        installation.require_client(environment)
    assert why.value.exit_code == UNAVAILABLE
    assert "npm install" in "\n".join(why.value.hints)
