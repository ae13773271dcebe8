"""What comes from outside is text: each format spells it, and it reads back as what it was."""

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import hcl2
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ccsetup.doctor.formats.junit import junit
from ccsetup.doctor.formats.markdown import markdown
from ccsetup.doctor.probes.case import Broken
from ccsetup.doctor.report import Report
from ccsetup.drift.schedule import yaml as schedule_yaml
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.policy import hcl
from ccsetup.system import console, display
from ccsetup.system.console import Line
from ccsetup.system.errors import UserError
from tests.support.program import Program
from tests.support.unsafe import FORGED, HOSTILE, SURROGATES, unsafe

ALL = (*HOSTILE, *SURROGATES)
LETTERS = st.text(st.characters(codec=None), max_size=40) | st.text(
    "\x1b\r\n:#[]`|<\\'\"${%\u202e\x85\udc9b", max_size=30
)
each = pytest.mark.parametrize("text", ALL, ids=ascii)


@pytest.mark.thorough
def test_every_code_point_is_safe_once_visible() -> None:
    for start in range(0, sys.maxunicode + 1, 4096):
        letters = "".join(f"a{chr(number)}" for number in range(start, start + 4096))
        assert unsafe(display.visible(letters)) == []


def test_letters_of_all_scripts_and_signs_stay() -> None:
    text = "Grüße, ☃ 😀 日本語 עברית العربية हिन्दी ✗ ✓ ↳ ← → … — · ⚠️ ℹ️ \\x1b :: #[ ## ["
    assert display.line(text) == text


@each
def test_console_keeps_each_text_on_its_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.answer(text, "", text)
    console.answer(*console.table(("A", "B"), [(text, text), ("", text)]), *console.pairs({"a": text}))
    console.print_lines([Line(0, text), Line(2, text, "bold", paste=True)], "")
    console.say(text, f"  {text}")
    console.print_block(text, (text, text), "")
    console.refuse(UserError(text, (text, "last")), "")
    shown = capsys.readouterr()
    assert unsafe(shown.out) == unsafe(shown.err) == []
    assert (shown.out.count("\n"), shown.err.count("\n")) == (3 + 4 + 2, 2 + 3 + 3)


@each
def test_a_document_leaves_nothing_raw(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.answer_document(f"a\n\tb {text}\nc")  # lines of its own are the renderer's to prevent
    shown = capsys.readouterr().out.replace(FORGED, "")
    assert unsafe(shown, tabs=True) == []


@each
def test_json_reads_back_as_the_same_values(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = {"a": text, text: [text, {"b": text}], "n": None, "x": [1, 1.5, True]}
    console.answer_json(document)
    shown = capsys.readouterr().out
    assert unsafe(shown) == []
    assert json.loads(shown) == document
    assert unsafe(console.json_text(document)) == []
    assert json.loads(console.json_text(document)) == document


def test_a_program_is_given_every_character(capsys: pytest.CaptureFixture[str]) -> None:
    for text in HOSTILE:
        console.answer_program(text)
        console.answer_with_secrets(text)
    assert capsys.readouterr().out == "".join(text * 2 for text in HOSTILE)


def report(text: str) -> Report:
    facts = dict.fromkeys(("model", "region", "aws_profile", "profile", "words", "path", "variable", "file"), text)
    slugs = ("bedrock-model-access", "aws-profile-missing", "settings-override", "pin-missing", "aws-no-identity")
    findings = tuple(Finding(slug, facts) for slug in slugs if slug in pages.slugs())
    assert len(findings) >= 3
    return Report("p", "bedrock", (*findings, Broken("quota", text)))


@each
def test_junit_is_xml_whose_texts_hide_nothing(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.answer_document(junit((report(text),)))
    shown = capsys.readouterr().out
    assert unsafe(shown) == []
    suite = Xml.fromstring(shown)[0]
    assert len(suite) == len(report("x").findings) + 1
    assert all(not unsafe(f"a {value}") for one in suite.iter() for value in (one.text or "", *one.attrib.values()))


@each
def test_markdown_has_the_same_blocks_whatever_a_text_holds(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.answer_document(markdown((report(text),)))
    shown = capsys.readouterr().out
    assert unsafe(shown) == []
    assert structure(shown) == structure(markdown((report("a `b"),)))


def structure(text: str) -> list[str]:
    """The blocks of a Markdown document, and what in them is not text; `code` of a page may hold a fact, too."""
    from markdown_it import MarkdownIt

    found = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        found.append(f"{token.type} {token.tag} {token.level}")
        found += [one.type for one in token.children or () if one.type not in ("text", "text_special", "softbreak")]
    return found


@pytest.mark.thorough
@each
def test_terraform_strings_interpolate_nothing(text: str) -> None:
    written = hcl.quote_text(text)
    assert unsafe(written) == []
    assert hcl2.loads(f"a = {written}\nb = 1\n") == {"a": written, "b": 1}


@each
def test_yaml_reads_back_as_the_same_text(text: str) -> None:
    bundle = f"schema = 1\n[profiles.p.env]\nA = '''{text}'''\n"
    for written, whole in ((schedule_yaml.quote_scalar(text), text), (schedule_yaml.block(bundle, 4), bundle)):
        assert unsafe(written) == []
        if text in HOSTILE:
            assert yaml.safe_load(f"a:\n  b: {written}\n") == {"a": {"b": whole}}


@pytest.mark.parametrize("shell", ["bash", "zsh", "ksh", "dash", "sh"])
def test_a_command_that_is_pasted_is_one_command(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    for text in ALL:
        word = display.pasted(text)
        assert unsafe(f"a {word}") == []
        assert "\n" not in word
        if "\0" in text:
            continue
        done = subprocess.run([shell, "-c", f"printf '%s|' {word} end"], capture_output=True, check=True)
        read = done.stdout.decode(errors="surrogateescape").removesuffix("|").split("|")
        if shell in ("bash", "zsh") and text not in SURROGATES:
            assert "|".join(read) == f"{text}|end"
        assert read[-1] == "end"
        assert done.stderr == b""


@pytest.mark.parametrize("seed", [20261127])
def test_random_texts_leave_nothing_raw(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(300):
        check_all("".join(chr(dice.randrange(dice.choice((0x30, 0x100, 0x3000, 0x110000)))) for _ in range(20)))


@pytest.mark.thorough
@settings(max_examples=5_000, deadline=None)
@given(LETTERS)
def test_any_text_leaves_nothing_raw(text: str) -> None:
    check_all(text)


def check_all(text: str) -> None:
    for shown in (display.line(text), display.pasted(text), hcl.quote_text(text), schedule_yaml.quote_scalar(text)):
        assert unsafe(f"a {shown}") == []
        assert "\n" not in shown
    assert unsafe(display.line(text)) == []
    assert display.line(display.line(text)) == display.line(text)
    assert json.loads(console.json_text([text])) == json.loads(json.dumps([text]))
    assert unsafe(console.json_text([text])) == []
    assert unsafe(schedule_yaml.block(f"a{text}\n", 4)) == []


def test_report_of_the_workflow_is_text(program: Program, tmp_path: Path) -> None:
    """The Python that the workflow runs: annotations of one line, table cells that stay cells."""
    (program.home / ".git").mkdir()
    program.bedrock()
    words = ("schedule", "--with", "github", "--package", "ccsetup==1", "--print")
    script = reporting(yaml.safe_load(re.split("\n# .*ccsetup-profiles.toml\n", program.ok(*words).out)[0]))
    findings = [
        {"check": "model-gone", "severity": "error", "tier": "opus", "model": text, "replacement": text, "title": text}
        for text in HOSTILE
    ]
    problem = {"profile": "q", "verdict": "unknown", "findings": [], "problem": "\n".join(HOSTILE)}
    document = {"profiles": [{"profile": "p", "verdict": "error", "findings": findings}, problem]}
    (tmp_path / "drift.json").write_text(json.dumps(document))
    summary = tmp_path / "summary.md"
    environment: Mapping[str, str] = {
        "PATH": program.environment["PATH"],
        "CODE": "1",
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    python = shutil.which("python3", path=program.environment["PATH"])
    done = subprocess.run(
        [str(python), "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.removesuffix("\n").split("\n")
    assert len(lines) == len(HOSTILE) + 1
    assert all(line.startswith("::error title=ccsetup") for line in lines)
    assert [one for line in lines for one in unsafe(line.replace("::", "", 1))] == []
    rows = summary.read_text()
    assert unsafe(rows) == []
    assert rows.count("\n") == 2 + len(HOSTILE) + 1
    bare = re.sub(r"\\.", "", rows).splitlines()[2:]  # what is left is the table's own
    assert all(row.count("|") == 8 and not {*"`<[*_~&"} & {*row} for row in bare)


def reporting(workflow: Any) -> str:  # noqa: ANN401 - YAML has no types
    """The script in the workflow's step."""
    steps = (step for job in workflow["jobs"].values() for step in job["steps"])
    return str(next(step["run"] for step in steps if "GITHUB_STEP_SUMMARY" in step.get("run", "")))
