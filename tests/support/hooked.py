"""A shell in which `ccuse` is defined."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.program import Program
from tests.support.real_shells import Environment, Ran, shell
from tests.support.warm import Warm

_SAID = re.compile(
    r"ccsetup: (now using \S+ \(.*\)|\S+ is off|no profile is active|(cleared from this shell|still unset): .*)"
)


def unexpected(messages: str) -> list[str]:
    """The lines of stderr that do not say what a shell switched to."""
    return [line for line in messages.splitlines() if not _SAID.fullmatch(line)]


@dataclass(frozen=True)
class Hooked:
    """The shell `name` with ccsetup's hook, in the home of `program`."""

    name: str
    program: Program

    @property
    def hook(self) -> Path:
        return self.program.home / f"hook.{self.name}"

    def load(self, *flags: str) -> "Hooked":
        self.hook.write_text(self.program.ok("hook", self.name, *flags).out)
        return self

    def run(
        self, script: str, environment: Mapping[str, str] | None = None, *, habit: str = "", user: int | None = None
    ) -> Ran:
        """Load the hook, run the script in the home folder, and show the environment after it."""
        whole = f"{habit}\n. ./{self.hook.name}\n{script}\nexec env -0"
        everything = {**self.program.environment, **(environment or {})}
        return shell(self.name).run(whole, everything, cwd=self.program.home, user=user)

    def use(self, *names: str, environment: Mapping[str, str] | None = None, habit: str = "") -> Environment:
        """The environment after `ccuse` of each; nothing may go wrong, and nothing said but what is used."""
        ran = self.run("\n".join(f"ccuse {name}" for name in names), environment, habit=habit)
        assert (ran.code, unexpected(ran.err)) == (0, [])
        return ran.environment

    def evaluate(self, *names: str, environment: Mapping[str, str] | None = None) -> Environment:
        """The environment after `eval "$(ccsetup env NAME)"` of each."""
        take = "ccsetup env {} | source" if self.name == "fish" else 'eval "$(ccsetup env {})"'
        return self.run("\n".join(take.format(name) for name in names), environment).environment

    def trap(self) -> Path:
        """From now on this shell's `ccsetup` only makes this file."""
        program, called = self.program.home / "trap", self.program.home / "called"
        program.write_text(f"#!/bin/sh\necho called >> {called}\nexit 9\n")
        program.chmod(0o755)
        lines = self.hook.read_text().splitlines()
        [place] = [place for place, line in enumerate(lines) if "__ccsetup_program=" in line]
        lines[place] = f"__ccsetup_program='{program}'"
        self.hook.write_text("\n".join(lines) + "\n")
        return called


@dataclass(frozen=True)
class Pristine:
    """A home that is made once and put back before each test; what is compiled in it knows its path."""

    hooked: Hooked
    copy: Path

    @classmethod
    def make(cls, name: str, folder: Path) -> "Pristine":
        """A home under `folder` with the profiles bedrock-prod and vertex."""
        program = Warm(folder / "home")
        program.home.mkdir()
        program.bedrock()
        program.init("vertex", "vertex", project="my-project", location="global")
        hooked = Hooked(name, program).load()
        shutil.copytree(program.home, folder / "copy")
        return cls(hooked, folder / "copy")

    def restored(self) -> Hooked:
        shutil.rmtree(self.hooked.program.home)
        shutil.copytree(self.copy, self.hooked.program.home)
        return self.hooked
