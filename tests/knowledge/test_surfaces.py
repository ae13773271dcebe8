"""Surfaces against the client: no provider variable of its own list is overlooked."""

import json
import re
from pathlib import Path

import pytest

from ccsetup.knowledge import surfaces
from ccsetup.system.errors import UserError

HERE = Path(__file__).parents[1]
KNOWN = surfaces.load_surfaces()


def managed() -> list[str]:
    """The client's provider-managed list; a name ending in `*` is a family."""
    lines = (HERE / "provider_managed.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", managed())
def test_a_provider_variable_is_owned_borrowed_or_left_alone_with_a_reason(name: str) -> None:
    assert KNOWN.is_accounted(name)


def test_what_is_left_alone_says_why() -> None:
    assert all(len(reason) > 15 for reason in KNOWN.shared.env.left_alone.values())


def test_no_variable_is_both_owned_and_borrowed() -> None:
    borrowed = {name for each in KNOWN.surfaces.values() for name in each.env.borrows} | set(KNOWN.shared.env.borrows)
    assert not borrowed & set(KNOWN.owned)
    assert not (borrowed | set(KNOWN.owned)) & set(KNOWN.shared.env.left_alone)


def test_every_surface_was_tried_with_the_pinned_client() -> None:
    pinned = json.loads((HERE / "client" / "package.json").read_text())["devDependencies"]["@anthropic-ai/claude-code"]
    assert {each.client for each in KNOWN.surfaces.values()} | {KNOWN.shared.client} == {pinned}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("titel = 'x'", "unknown field `titel`"),
        ("[env.owns]\nX = { ask = 'missing' }", "no [[ask]] has"),
        ("[env.owns]\nX = { fixd = '1' }", "unknown field `fixd`"),
        ("seen = 'yesterday'", "seen"),
    ],
)
def test_a_malformed_surface_file_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    source = HERE.parent / "profiles"
    for path in source.iterdir():
        (tmp_path / path.name).write_text(path.read_text())
    text = (source / "api-key.toml").read_text()
    if line.startswith("seen"):
        text = re.sub("(?m)^seen .*", line, text)
    elif line.startswith("["):
        text = text.replace("[env.owns]\n", f"{line}\n")
    else:
        text = f"{line}\n{text}"
    (tmp_path / "api-key.toml").write_text(text)
    with pytest.raises(UserError) as why:
        surfaces.load_surfaces(tmp_path)
    assert "api-key.toml" in why.value.message
    assert complaint in why.value.message
