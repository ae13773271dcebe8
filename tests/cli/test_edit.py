"""`ccsetup edit` with a real editor: what is saved, what is kept, what is left alone."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.profile.test_store import COMMENTED, mode, private_tree
from tests.support.desktop import executable
from tests.support.program import Done, Program


@dataclass(frozen=True)
class Editor:
    """`ccsetup edit p` with a script of sh as the editor; `$1` is the draft."""

    program: Program

    def run(self, script: str) -> Done:
        path = executable(self.program.home / "bin" / "my editor", f"#!/bin/sh\n{script}\n")
        return self.program.run("edit", "p", environment={"EDITOR": f"'{path}' --wait", "VISUAL": ""})

    @property
    def drafts(self) -> list[Path]:
        return list((self.program.home / ".local" / "state" / "ccsetup" / "drafts").iterdir())


@pytest.fixture
def editor(program: Program) -> Editor:
    program.bedrock("p")
    (program.profiles / "p.toml").write_text(COMMENTED)
    return Editor(program)


def test_an_edit_replaces_the_profile_and_keeps_comments(editor: Editor) -> None:
    done = editor.run('[ "$1" = --wait ] && sed -i s/us-east-1/eu-west-1/ "$2"')
    assert (done.code, done.out) == (0, "")
    assert (editor.program.profiles / "p.toml").read_text() == COMMENTED.replace("us-east-1", "eu-west-1")
    private_tree(editor.program.profiles)
    assert "eu-west-1" in editor.program.ok("env", "p", "--shell", "json").out
    assert editor.drafts == []


def test_misspelt_region_is_a_warning_with_the_nearest(editor: Editor) -> None:
    done = editor.run('sed -i s/us-east-1/us-esat-1/ "$2"')
    assert done.code == 0
    assert "warning: Bedrock has no region 'us-esat-1'; did you mean us-" in done.err
    assert "check it with: ccsetup doctor p" in done.err


def test_an_invalid_edit_is_kept_and_opened_again(editor: Editor) -> None:
    done = editor.run('sed -i "s/region/regoin/" "$2"; echo "# mine" >> "$2"')
    assert done.code == 2
    assert "regoin" in done.err
    assert "ccsetup edit p" in done.err
    assert (editor.program.profiles / "p.toml").read_text() == COMMENTED
    assert [mode(path) for path in editor.drafts] == ["0600"]
    done = editor.run('sed -i "s/regoin/region/" "$2"')
    assert done.code == 0
    assert "draft" in done.err
    assert (editor.program.profiles / "p.toml").read_text() == COMMENTED + "# mine\n"
    assert editor.drafts == []


@pytest.mark.parametrize(
    ("script", "code", "said", "drafts"),
    [
        (":", 0, "unchanged", 0),
        ("exit 7", 2, "exit code 7", 0),
        ('echo "# work" >> "$2"; exit 7', 2, "ccsetup edit p", 1),
        ('rm "$2"', 2, "is gone", 0),
        ('rm "$2"; mkdir "$2"', 2, "not a regular file", 1),
        ("kill -INT $$", 130, "", 0),
        ('kill -INT $PPID; sleep 0.2; echo "# work" >> "$2"', 0, "saved p", 0),  # Ctrl-C is the editor's own matter
        ('echo "# theirs" >> .config/ccsetup/profiles/p.toml; echo "# work" >> "$2"', 2, "in the meantime", 1),
    ],
)
def test_failed_edit_loses_no_text(editor: Editor, script: str, code: int, said: str, drafts: int) -> None:
    done = editor.run(script)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "internal error" not in done.err
    assert len(editor.drafts) == drafts
    assert (editor.program.profiles / "p.toml").read_text().startswith(COMMENTED)


def test_an_editor_that_is_not_there_is_named(program: Program) -> None:
    program.bedrock("p")
    for name in ("no-such-editor", "'unbalanced"):
        done = program.run("edit", "p", environment={"EDITOR": name})
        assert done.code == 2
        assert name in done.err
