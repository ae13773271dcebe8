"""Any path, variable and text arrive: launchd's property list, Task Scheduler's XML with PowerShell inside, YAML."""

import plistlib
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ccsetup.drift.schedule import launchd, windows
from ccsetup.drift.schedule.yaml import block, quote_scalar
from tests.support.timers import DIFFICULT, job, machine


def test_any_path_survives_launchd(tmp_path: Path) -> None:
    wanted = job(tmp_path / DIFFICULT)
    found = plistlib.loads(launchd.launchd_target(machine(tmp_path)).texts(wanted)[0].content)
    assert found["ProgramArguments"] == list(wanted.words)
    assert found["EnvironmentVariables"] == wanted.environment
    assert found["StartCalendarInterval"] == {"Hour": 10, "Minute": 7}


def test_any_path_survives_task_scheduler(tmp_path: Path) -> None:
    """The XML as schtasks reads it, its arguments as Windows splits them, and the words as PowerShell reads them."""
    wanted = job(tmp_path / DIFFICULT)
    root = ElementTree.fromstring(windows.windows_target(machine(tmp_path)).texts(wanted)[0].content.decode("utf-16"))
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    arguments = windows_words(root.findtext(".//t:Exec/t:Arguments", "", names))
    assert arguments[:-1] == ["-NoProfile", "-NonInteractive", "-WindowStyle", "Hidden", "-Command"]
    *variables, command, ending = re.split(r"; (?=\$env:|& |exit )", arguments[-1])
    assert ending == "exit $LASTEXITCODE"
    assert {name: literal(text) for name, text in (one.removeprefix("$env:").split(" = ", 1) for one in variables)} == (
        wanted.environment
    )
    words = re.findall(r"\(-join\(.*?\)\)(?= |$)|'(?:[^']|'')*'(?= |$)", command.removeprefix("& "))
    assert [literal(word) for word in words] == list(wanted.words)


def windows_words(line: str) -> list[str]:
    """A command line as Windows splits it. https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments"""
    words, word, quoted = [], "", False
    for slashes, mark in re.findall(r'(\\*)("|[^\\]|$)', line):
        if mark == '"':
            word += "\\" * (len(slashes) // 2)
            if len(slashes) % 2:
                word += '"'
            else:
                quoted = not quoted
        elif mark in (" ", "") and not quoted:
            words.append(word + slashes)
            word = ""
        else:
            word += slashes + mark
    return [word for word in words if word]


def literal(text: str) -> str:
    """What a PowerShell word stands for, of those that `shells.powershell.quote` makes."""
    parts = re.findall(r"'((?:[^']|'')*)'|\[char\]0x([0-9a-f]+)", text)
    units = b"".join(
        bytes.fromhex(code) if code else quoted.replace("''", "'").encode("utf-16-be") for quoted, code in parts
    )
    return units.decode("utf-16-be")


@pytest.mark.thorough
@given(st.text())
def test_any_text_survives_yaml(text: str) -> None:
    assert yaml.safe_load(f"a: {quote_scalar(text)}") == {"a": text}
    assert yaml.safe_load(f"x:\n  a: {block(text, 4)}\n  b: 1\n") == {"x": {"a": text, "b": 1}}


@given(st.lists(st.text(alphabet=st.sampled_from("ab \t:#-'\"\\ü…\u2028"))))
def test_any_lines_survive_yaml(lines: list[str]) -> None:
    text = "\n".join([*lines, ""])
    assert yaml.safe_load(f"x:\n  a: {block(text, 4)}\n  b: 1\n") == {"x": {"a": text, "b": 1}}
