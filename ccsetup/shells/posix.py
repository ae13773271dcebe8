"""Code for sh, bash, zsh, ksh and dash in one dialect, POSIX, tested by round trip through each.

Builtins have a backslash so that the user's aliases do not apply. Tests use only `if`, so that they work under `set
-e`, and every expansion has a default, for `set -u`.
"""

from collections.abc import Iterable, Mapping

# Restores what the active profile borrowed. CCSETUP_BORROWED is untrusted input: only valid names reach `eval`.
_GIVE_BACK = r"""while [ -n "${CCSETUP_BORROWED-}" ]; do
  __ccsetup_entry=${CCSETUP_BORROWED%%:*}
  case $CCSETUP_BORROWED in
    *:*) CCSETUP_BORROWED=${CCSETUP_BORROWED#*:} ;;
    *) CCSETUP_BORROWED= ;;
  esac
  __ccsetup_name=${__ccsetup_entry%-}
  case $__ccsetup_name in
    ''|[0-9]*|*[!A-Za-z0-9_]*) ;;
    "$__ccsetup_entry") \eval "\\export $__ccsetup_name=\"\${CCSETUP_SAVED_$__ccsetup_name-}\""
      \unset "CCSETUP_SAVED_$__ccsetup_name" ;;
    *) \unset "$__ccsetup_name" ;;
  esac
done
\unset CCSETUP_BORROWED __ccsetup_entry __ccsetup_name
"""


def quote(value: str) -> str:
    """Quote `value` as one shell word; any character but NUL."""
    return "'" + value.replace("'", "'\\''") + "'"


def switch(values: Mapping[str, str | None], borrowed: Iterable[str]) -> str:
    """Code that restores previously borrowed variables, saves the ones borrowed now, and sets and unsets the rest."""
    borrowed = sorted(borrowed)
    text = [_GIVE_BACK]
    if unset := [name for name, value in values.items() if value is None and name not in borrowed]:
        text.append(f"\\unset {' '.join(unset)}\n")
    for name in borrowed:
        value = values[name]
        aside = f'\\export CCSETUP_SAVED_{name}="${name}"'
        entry = f'\\export CCSETUP_BORROWED="${{CCSETUP_BORROWED-}}${{CCSETUP_BORROWED+:}}{name}'
        if value is None:
            text.append(f'if [ -n "${{{name}+x}}" ]; then {aside}; {entry}"; \\unset {name}; fi\n')
        else:
            text.append(f'if [ -n "${{{name}+x}}" ]; then {aside}; {entry}"; else {entry}-"; fi\n')
    text += [f"\\export {name}={quote(value)}\n" for name, value in values.items() if value is not None]
    return "".join(text)


def ccuse(values: Mapping[str, str | None], borrowed: Iterable[str], label: str) -> str:
    """Like `switch`, for `ccuse`, whose functions (see `hooks/`) already know the variables to unset.

    The braces make a shell read all of it or nothing; `__ccsetup_done` marks that it ran to the end, and is the label
    of the profile.
    """
    borrowed = sorted(borrowed)
    aside = " ".join(name for name in borrowed if values[name] is None)
    noted = " ".join(name for name in borrowed if values[name] is not None)
    exports = " ".join(f"{name}={quote(value)}" for name, value in values.items() if value is not None)
    return (
        f"{{\n__ccsetup_clear &&\n__ccsetup_borrow '' {aside} &&\n__ccsetup_borrow - {noted} &&\n"
        f"\\export {exports} &&\n__ccsetup_done={quote(label)}\n}}\n"
    )


def give_back() -> str:
    """Code that only restores what the active profile borrowed."""
    return _GIVE_BACK


def off(owned: Iterable[str]) -> str:
    """Code that undoes the active profile; it does nothing if no profile is active."""
    body = _GIVE_BACK + f"\\unset {' '.join(owned)} CCSETUP_PROFILE CCSETUP_CLEARED\n"
    return f'if [ -n "${{CCSETUP_PROFILE+x}}" ]; then\n{body}fi\n'
