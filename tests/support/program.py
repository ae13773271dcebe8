"""ccsetup as its users meet it: a process."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

EXECUTABLE = Path(sys.executable).parent / "ccsetup"
NOWHERE = "http://127.0.0.1:9"
"""A proxy without a server: what a test forgot to point at loopback fails here, and not at a provider."""
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Program:
    """The program with a home folder, and an environment that holds nothing else."""

    home: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": f"{EXECUTABLE.parent}:{SYSTEM_PATH}",
            "LANG": "C.UTF-8",
            "HTTPS_PROXY": NOWHERE,
            "NO_PROXY": "127.0.0.1,localhost",
            **self.extra,
        }

    @property
    def profiles(self) -> Path:
        return self.home / ".config" / "ccsetup" / "profiles"

    @property
    def compiled(self) -> Path:
        return self.home / ".cache" / "ccsetup" / "compiled"

    def run(
        self,
        *arguments: str,
        stdin: str | None = None,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Done:
        """Run one command line to its end; output is decoded byte for byte (surrogateescape)."""
        code, out, err = self.ended(arguments, stdin, cwd or self.home, {**self.environment, **(environment or {})})
        open_facts = re.findall(rb"<(?:profile|aws_profile|path|place|region|variable|reason|words)>", err)
        assert not open_facts or "explain" in arguments, err
        if code and arguments[:1] == ("env",) and out == b"false\n":  # for a shell: see test_env_refused.py
            out = b""
        return Done(code, out.decode(errors="surrogateescape"), err.decode(errors="surrogateescape"))

    def ended(
        self, arguments: tuple[str, ...], stdin: str | None, cwd: Path, environment: Mapping[str, str]
    ) -> tuple[int, bytes, bytes]:
        """Start it, and wait: exit code, and what it wrote."""
        done = subprocess.run(
            [EXECUTABLE, *arguments],
            input=None if stdin is None else stdin.encode(),
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            cwd=cwd,
            env=environment,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def ok(self, *arguments: str, stdin: str | None = None) -> Done:
        """The same, for a run that must end with exit code 0."""
        done = self.run(*arguments, stdin=stdin)
        assert done.code == 0, f"{arguments}: exit code {done.code}\n{done.out}\n{done.err}"
        return done

    def init(self, name: str, surface: str, *flags: str, **answers: str) -> Done:
        """Make a profile without verification."""
        given = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
        return self.ok("init", name, "--surface", surface, *given, *flags, "--yes", "--no-verify")

    def bedrock(self, name: str = "bedrock-prod", *flags: str) -> Done:
        return self.init(name, "bedrock", *flags, aws_profile="my-prod", region="us-east-1")
