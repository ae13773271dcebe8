"""The types of a settings file's lines: a value of another type makes Claude Code ignore the whole file, and of a
managed file that line."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding

_HOLDS: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "positive integer": lambda value: isinstance(value, int | float) and value is not True and value > 0 == value % 1,
    "null": lambda value: value is None,
}


_STRICT = ("allowedProviders", "availableModels", "forceLoginOrgUUID", "enforceAnthropicSignIn")


def misfits(content: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield each line with a value of another type, and the type that it must have."""
    for types, lines in precedence.load().types.items():
        kinds = types.split("|")
        for line in lines:
            if line in content and not any(_HOLDS[kind](content[line]) for kind in kinds):
                words = [f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}" for kind in kinds if kind != "null"]
                yield line, " or ".join(words)


def ignored(content: Mapping[str, object], layer: str, path: Path) -> list[Finding]:
    """Return a finding for each line of a managed file that is left out: the others count."""
    facts = {"layer": layer, "path": str(path)}
    return [
        Finding("managed-line-ignored", {**facts, "variable": line, "reason": f"it must hold {kind}"})
        for line, kind in misfits(content)
    ]


def enforced(content: Mapping[str, object]) -> dict[str, object]:
    """Return the lines of a managed file that count. Seen on 2.1.332: one of another type is left out, but a
    restriction then restricts most."""
    others = {line for line, _ in misfits(content)}
    kept = {line: value for line, value in content.items() if line not in others or line in _STRICT}
    for line in ("allowedProviders", "availableModels"):
        if line in kept and not isinstance(kept[line], list):
            kept[line] = []
    return kept
