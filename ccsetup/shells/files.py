"""Environment files: dotenv, JSON and GitHub's. They hold values only and save no variables for later.

A file cannot unset a variable. Variables to unset are written as empty to dotenv and GitHub's file (the client treats
empty as unset), and as null to JSON.
"""

import os
import re
from collections.abc import Mapping

import msgspec

from ccsetup.system.errors import UserError

# python-dotenv's parser.py and variables.py: what an unquoted value may contain, and what is expanded in any value.
_BARE = re.compile(r"[A-Za-z0-9_./:@+=,%~^-]*")
_EXPANDED = re.compile(r"\$\{[^}:]*(?::-[^}]*)?\}")


def dotenv(values: Mapping[str, str]) -> str:
    """Format values for python-dotenv; raises UserError naming the variable if the format cannot represent its
    value."""
    return "".join(f"{name}={_dotenv_value(name, value)}\n" for name, value in values.items())


def _dotenv_value(name: str, value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    if _EXPANDED.search(value):
        raise UserError(f"{name}: a dotenv file cannot carry ${{…}}, it would be expanded", "use --shell json or sh")
    if value.endswith("\\"):
        raise UserError(f"{name}: a dotenv file cannot carry a value ending in a backslash", "use --shell json or sh")
    if "\r" in value:  # an unescaped one would be read as a line end
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r")
        return f'"{escaped}"'
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def github(values: Mapping[str, str]) -> str:
    """Format lines for `$GITHUB_ENV`; the delimiter is random, so that no value can end its own block."""
    lines = []
    for name, value in values.items():
        if "\n" in value or "\r" in value:
            end = f"ccsetup_{os.urandom(16).hex()}"
            lines.append(f"{name}<<{end}\n{value}\n{end}\n")
        else:
            lines.append(f"{name}={value}\n")
    return "".join(lines)


def github_masks(value: str) -> str:
    """Workflow commands that hide `value` in the job's log: one per line, because masking works by line.

    The runner decodes %25, %0A and %0D in a command; only the percent sign needs escaping.
    """
    lines = re.split(r"[\r\n]+", value.replace("%", "%25"))
    return "".join(f"::add-mask::{line}\n" for line in lines if line.strip())


def json(values: Mapping[str, str | None]) -> str:
    """Format the contract's `{"schema":1,"env":{NAME: VALUE or null}}`."""
    return msgspec.json.encode({"schema": 1, "env": dict(values)}).decode() + "\n"
