"""Code for PowerShell 5 and 7."""

import re
from collections.abc import Iterable, Mapping

_GIVE_BACK = r"""& { foreach ($e in ([string]$env:CCSETUP_BORROWED).Split(':')) {
  $n = $e -replace '-$', ''
  if ($n -notmatch '^[A-Za-z_][A-Za-z0-9_]*$') { continue }
  $s = [string][Environment]::GetEnvironmentVariable("CCSETUP_SAVED_$n")
  if ($n -eq $e) { Set-Item -LiteralPath "Env:$n" -Value $s }
  else { Remove-Item -LiteralPath "Env:$n" -ErrorAction Ignore }
  Remove-Item -LiteralPath "Env:CCSETUP_SAVED_$n" -ErrorAction Ignore
} }
Remove-Item -LiteralPath Env:CCSETUP_BORROWED -ErrorAction Ignore
"""

_PARTS = re.compile(r"[ -~]+|[^ -~]")


def quote(value: str) -> str:
    """Quote `value` as one PowerShell word in printable ASCII; any character but NUL.

    PowerShell decodes a program's output with the console's code page, and `Out-String` rewrites line ends, so other
    characters may be changed.
    """
    parts = [word for part in _PARTS.findall(value) for word in _words(part)] or ["''"]
    return parts[0] if parts[0] == _literal(value) else f"(-join({','.join(parts)}))"


def _words(part: str) -> list[str]:
    if " " <= part[0] <= "~":
        return [_literal(part)]
    units = part.encode("utf-16-be")
    return [f"[char]0x{units[place : place + 2].hex()}" for place in range(0, len(units), 2)]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unset(names: Iterable[str]) -> str:
    listed = ",".join(quote(f"Env:{name}") for name in names)
    return f"Remove-Item -LiteralPath {listed} -ErrorAction Ignore\n"


def switch(values: Mapping[str, str | None], borrowed: Iterable[str]) -> str:
    """Code that restores previously borrowed variables, saves the ones borrowed now, and sets and unsets the rest."""
    borrowed = sorted(borrowed)
    text = [_GIVE_BACK]
    if unset := [name for name, value in values.items() if value is None and name not in borrowed]:
        text.append(_unset(unset))
    for name in borrowed:
        entry = f"$env:CCSETUP_BORROWED = (@($env:CCSETUP_BORROWED, '{name}%s') | Where-Object {{ $_ }}) -join ':'"
        aside = f"$env:CCSETUP_SAVED_{name} = $env:{name}; {entry % ''}"
        if values[name] is None:
            text.append(f"if (Test-Path Env:{name}) {{ {aside}; Remove-Item Env:{name} }}\n")
        else:
            text.append(f"if (Test-Path Env:{name}) {{ {aside} }} else {{ {entry % '-'} }}\n")
    text += [f"$env:{name} = {quote(value)}\n" for name, value in values.items() if value is not None]
    return "".join(text)


def off(owned: Iterable[str]) -> str:
    """Code that undoes the active profile; it does nothing if no profile is active."""
    forget = _unset([*owned, "CCSETUP_PROFILE", "CCSETUP_CLEARED"])
    return f"if (Test-Path Env:CCSETUP_PROFILE) {{\n{_GIVE_BACK}{forget}}}\n"
