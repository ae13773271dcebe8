"""Commands to paste in the shell of the person who reads them. Pages write them for bash and zsh."""

import os
import re
from collections.abc import Callable
from functools import cache

# Texts, not compiled: few commands print one.
_LINE = r"(?s)(?P<mark>\s*(?:\$ )?)(?P<command>.*?)(?P<comment>   # .*)?"
_ASK = r"read -rs (?P<name>\S+) && export (?P=name)"
_EVAL = r'eval "\$\((?P<inner>ccsetup [^()]+)\)"'
_EXPORT = r"export (?P<name>\w+)=(?P<value>.*)"
_UNSET = r"unset (?P<names>[\w ]+)"
_WHICH = r"type -a (?P<name>\S+)"

_Spellings = tuple[tuple[str, Callable[[re.Match[str]], str]], ...]
_FISH: _Spellings = (
    (_ASK, lambda found: f"read --silent --export --global {found['name']}"),
    (_EVAL, lambda found: f"{found['inner']} | source"),
    (_EXPORT, lambda found: f"set -gx {found['name']} {found['value']}"),
    (_UNSET, lambda found: f"set -e {found['names']}"),
)
_POWERSHELL: _Spellings = (
    (_ASK, lambda found: f"$env:{found['name']} = Read-Host -MaskInput"),
    (_EVAL, lambda found: f"{found['inner']} | Out-String | Invoke-Expression"),
    (_EXPORT, lambda found: f"$env:{found['name']} = {_powershell_value(found['value'])}"),
    (_WHICH, lambda found: f"Get-Command -All {found['name']}"),
    (_UNSET, lambda found: "Remove-Item " + ", ".join(f"'Env:{name}'" for name in found["names"].split())),
)
# `read -s` is bash's and zsh's; ksh would write what is read into its history.
_OTHER: _Spellings = ((_ASK, lambda found: f"stty -echo; read -r {found['name']}; stty echo; export {found['name']}"),)
_SHELLS = {
    "fish": _FISH,
    "powershell": _POWERSHELL,
    "pwsh": _POWERSHELL,
    **dict.fromkeys(("ash", "busybox", "dash", "ksh", "ksh93", "mksh", "sh", "yash"), _OTHER),
}


def in_shell(line: str, shell: str) -> str:
    """The line of a command, perhaps after "$ " and before a comment, as `shell` spells it; unchanged if it needs no
    other spelling or the shell is unknown."""
    parts = re.fullmatch(_LINE, line)
    if parts is None:
        return line
    for pattern, spell in _SHELLS.get(shell, ()):
        if found := re.fullmatch(pattern, parts["command"]):
            return f"{parts['mark']}{spell(found)}{parts['comment'] or ''}"
    return line


def in_callers_shell(line: str) -> str:
    """The line as the shell that started this program spells it."""
    return in_shell(line, _caller())


@cache
def _caller() -> str:
    """The name of the program that started this one, else of the login shell."""
    if os.name == "nt":
        return "powershell"
    try:
        return os.path.basename(os.readlink(f"/proc/{os.getppid()}/exe"))
    except OSError:
        return os.path.basename(os.environ.get("SHELL", ""))


def _powershell_value(value: str) -> str:
    """The value of an assignment: quoted, with PowerShell's name of the PATH."""
    if value[:1] in ("'", '"'):
        return value.replace("$PATH", "$env:PATH")
    return f"'{value}'"
