"""The shape of JSON documents: each key's path and types, as the reference of the documentation shows them."""

from collections.abc import Iterable, Iterator, Mapping

# Objects whose keys are data: names of facts, variables, labels.
MAPS = ("facts", "env", "recommended", "metadata")
_TYPES: Mapping[type, str] = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
_ORDER = ("object", "array", "string", "number", "boolean", "null")


def shape(documents: Iterable[object]) -> str:
    """One line for each key of the documents, in their order: `path: type or type`."""
    types: dict[str, set[str]] = {}
    for document in documents:
        for path, kind in _walk(document, ""):
            types.setdefault(path, set()).add(kind)
    return "".join(f"{path}: {' or '.join(sorted(kinds, key=_ORDER.index))}\n" for path, kinds in _by_parent(types))


def _walk(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield path, "object"
        if path.rpartition(".")[2] not in MAPS:
            for key, inner in value.items():
                yield from _walk(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield path, "array"
        for inner in value:
            yield from _walk(inner, f"{path}[]")
    else:
        yield path, _TYPES[type(value)]


def _by_parent(types: Mapping[str, set[str]]) -> Iterator[tuple[str, set[str]]]:
    """The paths, each after its parent, in the order in which they were first seen there; the document itself is left
    out."""
    children: dict[str, list[str]] = {}
    for path in types:
        children.setdefault(_parent(path), []).append(path)
    waiting = list(reversed(children.get("", [])))
    while waiting:
        path = waiting.pop()
        if path:
            yield path, types[path]
            waiting += reversed(children.get(path, []))


def _parent(path: str) -> str:
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
