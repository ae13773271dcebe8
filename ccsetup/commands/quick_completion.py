"""Completion of commands and profiles' names without the parser, whose import is slow. Prints what Typer would."""

from collections.abc import Iterable, Mapping

from ccsetup.workspace import Workspace

VARIABLE = "_CCSETUP_COMPLETE"
# Commands whose first argument is a profile's name.
NAMED = frozenset(
    {"show", "edit", "copy", "rename", "remove", "export", "trust", "key", "env", "use", "run", "apply", "doctor"}
    | {"models", "trace", "quota", "policy", "drift", "cost", "prices", "scope"}
)
_QUOTING = frozenset("'\"\\")
Item = tuple[str, str]  # a word, and a note about it


def command_in(environment: Mapping[str, str]) -> str:
    """The command in the line that is being completed; empty if none was typed yet."""
    words = _words(environment)
    return words[0][0] if words and words[0] else ""


def answer(environment: Mapping[str, str], commands: Iterable[str], workspace: Workspace) -> tuple[int, str] | None:
    """The exit code and the output for the shell that asks; None if the parser has to answer."""
    words = _words(environment)
    if words is None or words[1].startswith("-"):
        return None
    before, begun = words
    if not before:
        items: list[Item] = [(name, "") for name in commands]
    elif len(before) == 1 and before[0] in NAMED:
        items = profiles(workspace)
    else:
        return None
    matching = [(word, note) for word, note in items if word.startswith(begun)]
    if environment[VARIABLE] == "complete_fish" and environment.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        return (0, "") if matching else (1, "")
    return 0, _FORMATS[environment[VARIABLE]](matching)


def profiles(workspace: Workspace) -> list[Item]:
    """The profiles; a note marks one that is not trusted."""
    return [(name, "not trusted" if _is_untrusted(workspace, name) else "") for name in workspace.store.names()]


def _is_untrusted(workspace: Workspace, name: str) -> bool:
    from ccsetup.system.errors import UserError

    try:
        return workspace.trust.is_imported(name) and workspace.untrusted(name, workspace.store.load(name)) is not None
    except UserError:
        return False


def _words(environment: Mapping[str, str]) -> tuple[list[str], str] | None:
    """The words before the one that is being completed, without the program's name, and that one. None for what only
    the parser reads: another shell's form, and quotes."""
    shell = environment.get(VARIABLE)
    if shell not in _FORMATS:
        return None
    line = environment.get("COMP_WORDS" if shell == "complete_bash" else "_TYPER_COMPLETE_ARGS", "")
    if _QUOTING & set(line):
        return None
    words = line.split()
    if shell != "complete_bash":
        return (words[1:], "") if line.endswith(" ") or len(words) < 2 else (words[1:-1], words[-1])
    at = environment.get("COMP_CWORD", "")
    if not at.isdecimal() or int(at) < 1:
        return None
    return words[1 : int(at)], words[int(at)] if int(at) < len(words) else ""


def _plain(items: list[Item]) -> str:
    return "\n".join(word for word, _ in items)


def _fish(items: list[Item]) -> str:
    return "\n".join(f"{word}\t{note}" if note else word for word, note in items)


def _zsh(items: list[Item]) -> str:
    listed = "\n".join(f'"{word}":"{note}"' if note else f'"{word}"' for word, note in items)
    return f"_arguments '*: :(({listed}))'" if items else "_files"


_FORMATS = {"complete_bash": _plain, "complete_zsh": _zsh, "complete_fish": _fish}
