"""The wizard in a real terminal, 80 by 24, and what a person does there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pexpect  # type: ignore[import-untyped]

from tests.support.program import EXECUTABLE, Program

UP, DOWN, ENTER, CTRL_C, ESC = "\x1b[A", "\x1b[B", "\r", "\x03", "\x1b"
_STYLING = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>78]|\r")
_ASKING = r"(?:\x1b\[[0-9;]*m|[^\r\n\x1b])*?(?:\(↑|\(Up|\(<|\(Esc|\(Tab|\(hidden| \[[a-z])"
# A terminal that does not answer is not asked where its cursor is.
_QUIET = 0.4  # seconds
TERMINAL = {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", "AWS_EC2_METADATA_DISABLED": "true"}


@dataclass
class Run:
    """One run of ccsetup at a terminal."""

    child: Any  # pexpect has no types
    seen: str = ""

    def sees(self, *texts: str) -> "Run":
        """Wait until each text has been shown, in this order."""
        for text in texts:
            self.child.expect_exact(text)
            self.seen += self.child.before + self.child.after
        return self

    def does(self, *keys: str) -> "Run":
        for key in keys:
            self.child.send(key)
        return self

    def takes(self, question: str, *keys: str) -> "Run":
        """Wait for a question, not for what is left of it once it is answered, then press the keys and Enter."""
        self.child.expect(re.escape(question) + _ASKING)
        self.seen += self.child.before + self.child.after
        return self.does(*keys, ENTER)

    def ends(self) -> tuple[int, str]:
        """Exit code, and everything shown, without styling."""
        self.child.expect(pexpect.EOF)
        self.seen += self.child.before
        self.child.close()
        return self.child.exitstatus, _STYLING.sub("", self.seen)

    def screen(self, columns: int, lines: int) -> str:
        """The terminal's text once the run has ended."""
        self.ends()
        return _drawn(self.seen, columns, lines)

    def question(self, text: str, columns: int, lines: int) -> str:
        """Wait for a question and what may be answered; return the terminal's text, and press Enter."""
        self.child.expect(re.escape(text) + _ASKING)
        self.seen += self.child.before + self.child.after
        drawn = ""
        while True:  # what is drawn in one piece may come in several
            self.child.expect(pexpect.TIMEOUT, timeout=_QUIET)
            if drawn == (drawn := self.child.before):
                break
        shown = _drawn(self.seen + drawn, columns, lines)
        self.does(ENTER)
        return shown


def _drawn(written: str, columns: int, lines: int) -> str:
    import pyte

    shown = pyte.Screen(columns, lines)
    pyte.Stream(shown).feed(written)
    return "\n".join(line.rstrip() for line in shown.display).rstrip("\n")


def start(
    program: Program,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    dimensions: tuple[int, int] = (24, 80),
) -> Run:
    """Start `ccsetup ARGUMENTS` at a terminal of that many lines and columns."""
    child = pexpect.spawn(
        str(EXECUTABLE),
        list(arguments),
        env={**program.environment, **TERMINAL, **(environment or {})},
        cwd=str(program.home),
        dimensions=dimensions,
        encoding="utf-8",
        timeout=60,
    )
    return Run(child)


def command(shown: str) -> list[str]:
    """The words of the command that the wizard prints at its end, put together again."""
    import shlex

    _, _, after = shown.partition("Same thing, non-interactively:\n")
    line = after.partition(" --yes")[0] + " --yes"
    return shlex.split(line)[1:]
