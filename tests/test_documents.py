"""README, docs and pages: every command line in them is one that ccsetup, or a known program, understands."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import commands, known_options

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = sorted((ROOT / "checks").glob("*.md"))
BLOCK = re.compile(r"^```(?:sh|yaml)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(?<!`)`(ccsetup [^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)")
SET = (";", "&&", "||", "|", "(", ")", "&")
# Programs that the documents start besides ccsetup.
OTHERS = {
    "ant",
    "aws",
    "az",
    "cat",
    "ccuse",
    "chmod",
    "claude",
    "curl",
    "cut",
    "date",
    "docker",
    "env",
    "eval",
    "export",
    "gcloud",
    "git",
    "grep",
    "head",
    "hostname",
    "install",
    "ls",
    "make",
    "man",
    "npm",
    "openssl",
    "pip",
    "pipx",
    "pre-commit",
    "python3",
    "read",
    "rm",
    "sed",
    "source",
    "sudo",
    "type",
    "unset",
    "uv",
    ".ci/run",
    ".venv/bin/python",
    "pytest",
    "cd",
    "setopt",
    "printf",
    "PROMPT",
    "python",
}


def lines(path: Path) -> Iterator[str]:
    """The command lines in a document's blocks of shell and workflow steps."""
    for block in BLOCK.findall(path.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            command = line.strip()
            if "- run: " in command:
                yield command.partition("- run: ")[2]
            elif command and not command.startswith("#") and "```sh\n" + block in path.read_text(encoding="utf-8"):
                yield command


def calls(line: str) -> Iterator[list[str]]:
    """The words of each program that a line starts, those of a `$(…)` in it included."""
    for inner in re.findall(r"\$\(([^()]*)\)", line):
        yield from calls(inner)
    lexer = shlex.shlex(re.sub(r"\$\([^()]*\)", "OUTPUT", line), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, "#"
    words: list[str] = []
    for token in lexer:
        if token in SET:
            yield words
            words = []
        else:
            words.append(token)
    yield words


def plain(words: list[str]) -> list[str]:
    """The words without redirections and assignments before them."""
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in (">", ">>", "<", "2>", "2>&1"):
            skip = word != "2>&1"
        elif kept or not re.fullmatch(r"[A-Za-z]\w*=.*", word):
            kept.append(word)
    return kept


def understood(words: list[str]) -> None:
    """Parse the words as ccsetup does, up to the call of the command."""
    name, *rest = words
    if name in ("--version", "-V", "--help", "-h", "version", "help", "COMMAND"):
        return
    assert name in commands(), name
    own = rest[: rest.index("--")] if "--" in rest else rest
    given = {word.partition("=")[0] for word in own if word.startswith("-") and word != "-"}
    assert given <= {*known_options(name), "--help", "-h"}
    commands()[name].make_context(name, list(rest), resilient_parsing=True)


@pytest.mark.parametrize("path", [*DOCUMENTS, *PAGES], ids=lambda path: path.stem)
def test_command_lines_are_understood(path: Path) -> None:
    """The pages' own commands are filled with facts by `tests/knowledge/test_remedies.py`; here as they are written."""
    for line in lines(path):
        for words in map(plain, calls(re.sub(r"\{(\w+)!?(?:\|([^{}]*))?\}", "X", line))):
            program = words[0] if words else ""
            if program == "ccsetup" and len(words) > 1:
                understood(words[1:])
            else:
                assert not program or program in OTHERS or program.startswith("OUTPUT"), line


@pytest.mark.parametrize("path", [*DOCUMENTS, *PAGES], ids=lambda path: path.stem)
def test_commands_in_sentences_exist(path: Path) -> None:
    for span in SPAN.findall(path.read_text(encoding="utf-8")):
        words = plain(shlex.split(re.sub(r"\{(\w+)!?(?:\|([^{}]*))?\}", "X", span)))
        if len(words) > 1 and words[1] != "COMMAND":
            understood(words[1:])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_blocks_of_shell_are_shell(path: Path) -> None:
    script = "\n".join(line for line in lines(path) if not line.endswith("| source            # fish"))
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    made = {"reference/commands.md", "errors/index.md"}  # by docs/build.py
    for target in LINK.findall(
        re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    ):
        assert target.startswith("https://") or target in made or (path.parent / target).exists(), target


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_every_document_is_in_the_sites_navigation() -> None:
    shown = (ROOT / "docs" / "mkdocs.yml").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / "docs").glob("*.md") if f": {path.name}\n" not in shown] == []
