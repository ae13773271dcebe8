"""Every script for PowerShell is valid syntax, by its tree-sitter grammar: PowerShell itself is rarely on a machine."""

from collections.abc import Iterator

import pytest

from ccsetup.knowledge import pages
from ccsetup.system.pasting import in_shell
from tests.support.program import Program

tree_sitter = pytest.importorskip("tree_sitter")
grammar = pytest.importorskip("tree_sitter_powershell")

VALUES = ("plain", "o'brien", "$HOME `x` \"y\"", "a;b|c&d", "“quoted”", "naïve ☃")  # fmt: skip


def faults(text: str) -> Iterator[str]:
    """What the grammar does not understand, or misses."""
    source = text.encode()
    waiting = [tree_sitter.Parser(tree_sitter.Language(grammar.language())).parse(source).root_node]
    while waiting:
        node = waiting.pop()
        if node.type == "ERROR" or node.is_missing:
            yield source[node.start_byte : node.end_byte].decode(errors="replace") or f"missing {node.type}"
        waiting += node.children


def test_grammar_notices_a_fault() -> None:
    assert [*faults("if (Test-Path Env:X) { $a = 'x'\n")]


@pytest.mark.parametrize("value", VALUES)
def test_switch_is_valid(program: Program, value: str) -> None:
    program.init("b", "bedrock", aws_profile="p", region="us-east-1", **{"env.EXTRA": value})
    assert [*faults(program.ok("env", "b", "--shell", "powershell").out)] == []


@pytest.mark.parametrize("words", [("env", "--off", "--shell", "powershell"), ("hook", "powershell", "--cd"),
                                   ("hook", "powershell", "--completion"), ("completion", "powershell")])  # fmt: skip
def test_script_is_valid(program: Program, words: tuple[str, ...]) -> None:
    text = program.ok(*words).out
    assert text
    assert [*faults(text)] == []


def test_translated_commands_of_pages_are_valid() -> None:
    facts = {"secret_variable": "K", "variable": "V", "profile": "p", "other_flag": "O", "path": "/x/y"}
    for slug in pages.slugs():
        for command in pages.load_page(slug).filled(facts)[1].bare:
            if (spelled := in_shell(command, "pwsh")) != command:
                assert [*faults(spelled)] == [], (slug, spelled)
