"""Fingerprints of the client's code: the same for the same code under other short names, and for nothing else."""

import pytest

from tests.facts.logic import functions, renamed

FUNCTION = (
    'async function a$b(e,t){let n=e.CLAUDE_CODE_SKIP_X,r={...Tt(t),region:t,"x{":`{${n}`};if(!n)await import("/$bunfs/'
    'root/chunk-aaaaaaaa.js");return function(){return r}}'
)
WATCHED = frozenset({"CLAUDE_CODE_SKIP_X"})


def fingerprints(*texts: str) -> set[str]:
    return {*functions([text.encode() for text in texts], WATCHED)}


def test_other_short_names_are_the_same_code() -> None:
    other = FUNCTION.replace("a$b", "Zq").replace("(e,t)", "(R,D)").replace("e.CL", "R.CL").replace("Tt(t)", "Ut(D)")
    other = other.replace("region:t", "region:D").replace("chunk-aaaaaaaa", "chunk-bbbbbbbb")
    assert other != FUNCTION
    assert fingerprints(FUNCTION) == fingerprints(other)
    assert len(fingerprints(f"var q=1;{FUNCTION};var z={{a:1}}", other)) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("!n", "n"), ("region:t", "region:e"), ('"x{"', '"y{"'), ("region", "location"), ("return r", "return null")],
)
def test_other_code_is_not(old: str, new: str) -> None:
    assert old in FUNCTION
    assert fingerprints(FUNCTION) != fingerprints(FUNCTION.replace(old, new))


def test_the_innermost_function_counts_and_is_named_by_what_it_reads() -> None:
    inner = "function i(o){return o.CLAUDE_CODE_SKIP_X}"
    found = functions([f"function outer(){{ {inner};return 1}}".encode()], WATCHED)
    assert [(one.code, one.variables) for one in found.values()] == [(renamed(inner), ("CLAUDE_CODE_SKIP_X",))]


@pytest.mark.parametrize(
    "text",
    ["", "a.CLAUDE_CODE_SKIP_X", "{a.CLAUDE_CODE_SKIP_X", "}}}a.CLAUDE_CODE_SKIP_X}}", '"' * 9000 + FUNCTION[:60]],
)
def test_what_is_in_no_function_has_none(text: str) -> None:
    assert fingerprints(text) == set()
