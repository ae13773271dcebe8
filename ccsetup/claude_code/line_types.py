"""The types of a settings file's lines: a value of another type makes Claude Code ignore the whole file."""

from collections.abc import Callable, Mapping

from ccsetup.knowledge import precedence

_HOLDS: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "positive integer": lambda value: isinstance(value, int | float) and value is not True and value > 0 == value % 1,
    "null": lambda value: value is None,
}


def misfit(content: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the first line with a value of another type, and the type that it must have."""
    for types, lines in precedence.load().types.items():
        kinds = types.split("|")
        for line in lines:
            if line in content and not any(_HOLDS[kind](content[line]) for kind in kinds):
                words = [f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}" for kind in kinds if kind != "null"]
                return line, " or ".join(words)
    return None
