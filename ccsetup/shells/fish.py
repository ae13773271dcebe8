"""Code for fish.

`set -e` alone is not enough: a universal variable (`set -Ux ANTHROPIC_API_KEY …`) would become visible. On 3.6.0,
programs see it even behind a global that is not exported. An exported empty global, which the client treats as unset,
hides it from this session's programs and leaves the user's other sessions unchanged.
"""

from collections.abc import Iterable, Mapping

_GIVE_BACK = r"""for __ccsetup_entry in (string split --no-empty : -- "$CCSETUP_BORROWED")
  set -l __ccsetup_name (string replace -r -- '-$' '' $__ccsetup_entry)
  string match -qr '^[A-Za-z_][A-Za-z0-9_]*$' -- $__ccsetup_name; or continue
  set -l __ccsetup_saved CCSETUP_SAVED_$__ccsetup_name
  if test "$__ccsetup_name" = "$__ccsetup_entry"
    set -gx $__ccsetup_name "$$__ccsetup_saved"
  else
    set -eg $__ccsetup_name
  end
  set -eg $__ccsetup_saved
end
set -eg CCSETUP_BORROWED
set -eg __ccsetup_entry
"""


def quote(value: str) -> str:
    """Quote `value` as one fish word; any character but NUL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _unset(names: Iterable[str]) -> str:
    return (
        f"for __ccsetup_name in {' '.join(names)}\n"
        "  set -eg $__ccsetup_name\n"
        "  if set -qx $__ccsetup_name; set -gx $__ccsetup_name ''; end\n"
        "end\nset -eg __ccsetup_name\n"
    )


def switch(values: Mapping[str, str | None], borrowed: Iterable[str]) -> str:
    """Code that restores previously borrowed variables, saves the ones borrowed now, and sets and unsets the rest."""
    borrowed = sorted(borrowed)
    text = [_GIVE_BACK]
    if unset := [name for name, value in values.items() if value is None and name not in borrowed]:
        text.append(_unset(unset))
    for name in borrowed:
        value = values[name]
        aside = f'set -gx CCSETUP_SAVED_{name} "${name}"'
        entry = f"set -gx CCSETUP_BORROWED (string join : -- $CCSETUP_BORROWED {name}"
        otherwise = _unset([name]) if value is None else f"else\n  {entry}-)\n"
        text.append(f"if set -qx {name}\n  {aside}\n  {entry})\n{otherwise}end\n")
    text += [f"set -gx {name} {quote(value)}\n" for name, value in values.items() if value is not None]
    return "".join(text)


def off(owned: Iterable[str]) -> str:
    """Code that undoes the active profile; it does nothing if no profile is active."""
    forget = "".join(f"  set -eg {name}\n" for name in [*owned, "CCSETUP_PROFILE", "CCSETUP_CLEARED"])
    return f"if set -q CCSETUP_PROFILE\n{_GIVE_BACK}{forget}end\n"
