"""Text for PowerShell 5 and 7."""

from collections.abc import Iterable, Mapping

_GIVE_BACK = r"""foreach ($e in ([string]$env:CCSETUP_BORROWED).Split(':')) {
  $n = $e -replace '-$', ''
  if ($n -notmatch '^[A-Za-z_][A-Za-z0-9_]*$') { continue }
  $s = [string][Environment]::GetEnvironmentVariable("CCSETUP_SAVED_$n")
  if ($n -eq $e) { Set-Item -LiteralPath "Env:$n" -Value $s }
  else { Remove-Item -LiteralPath "Env:$n" -ErrorAction Ignore }
  Remove-Item -LiteralPath "Env:CCSETUP_SAVED_$n" -ErrorAction Ignore
}
Remove-Item -LiteralPath Env:CCSETUP_BORROWED -ErrorAction Ignore
"""

# PowerShell takes these for a single quote too and ends the string there.
# https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
_QUOTES = "'\u2018\u2019\u201a\u201b"


def quote(value: str) -> str:
    """`value` as one expandable-free string of PowerShell; any character but NUL."""
    return "'" + "".join(char * 2 if char in _QUOTES else char for char in value) + "'"


def _unset(names: Iterable[str]) -> str:
    listed = ",".join(quote(f"Env:{name}") for name in names)
    return f"Remove-Item -LiteralPath {listed} -ErrorAction Ignore\n"


def switch(values: Mapping[str, str | None], borrowed: Iterable[str]) -> str:
    """Code that gives back what was borrowed, puts aside what is borrowed now, and sets and unsets the rest."""
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
    """Code that undoes the active profile, and does nothing when there is none."""
    return f"if (Test-Path Env:CCSETUP_PROFILE) {{\n{_GIVE_BACK}{_unset([*owned, 'CCSETUP_PROFILE'])}}}\n"
