"""Record `docs/terminal.svg`: real commands on a terminal, against the simulated providers. `python docs/record.py`.

A test records it again and compares, without the day.
"""

import io
import re
import sys
import tempfile
from pathlib import Path

import pexpect
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from ccsetup.lab.lab import Lab

WIDTH = 92
PREPARED = (
    "ccsetup init bedrock-prod --surface bedrock --set aws_profile=my-prod --set region=us-east-1 --yes",
    "ccsetup init vertex-ml --surface vertex --set project=acme-ml --set location=global --yes",
    "ccsetup init work --surface bedrock --set aws_profile=stale --set region=us-east-1 --no-verify --yes",
)
SHOWN = ("ccsetup list", "ccsetup doctor work", "ccsetup models vertex-ml | head -6")
CLIENT = Path(__file__).parent.parent / "tests" / "client" / "node_modules" / ".bin"
SPINNER = re.compile(r"^.*[\u2801-\u28ff].*\n", re.MULTILINE)
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def recorded() -> str:
    """The SVG of what the commands show now."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder, Lab(tls=True, folder=Path(folder)) as lab:
        home = Path(folder)
        path = f"{Path(sys.executable).parent}:{CLIENT}:/usr/bin:/bin"
        terminal = {"HOME": folder, "LANG": "C.UTF-8", "TERM": "xterm-256color", "PATH": path}
        environment = {**lab.environment(home), **lab.proxied, "NO_PROXY": "", **terminal}
        for name in ("AWS_ENDPOINT_URL", "ANTHROPIC_BASE_URL"):  # through the proxy instead
            environment.pop(name, None)
        for command in PREPARED:
            _run(command, environment)
        for number, command in enumerate(SHOWN):
            console.print(Text("\n" * bool(number) + f"$ {command}", style="bold"))
            console.print(Text.from_ansi(_run(command, environment).strip("\n").replace(folder, "~")))
    svg = console.export_svg(title="ccsetup", theme=MONOKAI, unique_id="terminal")
    return FONTS.sub("", svg).replace("Fira Code", "monospace")


def _run(command: str, environment: dict[str, str]) -> str:
    """What the command shows on a terminal of WIDTH columns."""
    shown = pexpect.run(f"sh -c '{command}'", env=environment, dimensions=(60, WIDTH), encoding="utf-8", timeout=120)
    return SPINNER.sub("", str(shown).replace("\r\n", "\n").replace("\r", "\n"))


if __name__ == "__main__":
    (Path(__file__).parent / "terminal.svg").write_text(recorded(), encoding="utf-8")
