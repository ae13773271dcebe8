"""Rewrites what needs no judgement: aliases, Vertex's region variables, new models' clients, the managed list, dates.

The files keep their comments and their form: lines are changed or added, and the rest stays.
"""

import datetime
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ccsetup.claude_code.facts.client_facts import ClientFacts
from ccsetup.claude_code.facts.provider_tables import provider_name
from ccsetup.knowledge import precedence, surfaces

_REGION = re.compile(r"VERTEX_REGION_CLAUDE_\w+")
_ID = re.compile(r"[\w.:@-]+")
_NEED = re.compile(r'^([\w-]+?)( *)= "([\d.]+)"$', re.MULTILINE)


def rewrite(root: Path, version: str, facts: ClientFacts, known: Collection[str], today: datetime.date) -> list[str]:
    """Writes what the client says into our data below `root`; what was changed.

    `known`: the models that the client before knew; none if that is not known, and then no model counts as new.
    """
    profiles, managed = root / "profiles", root / "tests" / "provider_managed.txt"
    texts = {path: path.read_text() for path in (*sorted(profiles.glob("*.toml")), managed)}
    changed = dict(texts)
    said = [*_rewrite_surfaces(profiles, version, facts, today, changed)]
    said += _add_needs(profiles / "_shared.toml", version, facts, known, changed)
    said += _rewrite_managed(managed, version, facts, today, changed)
    for path, text in changed.items():
        if text != texts[path]:
            path.write_text(text)
    return said


def with_value(text: str, table: str, key: str, value: str) -> str:
    """A TOML document with the value of one line of a table ("" is the root) exchanged, and nothing else."""
    start = text.index(f"\n[{table}]") if table else 0
    end = text.find("\n[", start + 1)
    head, part, tail = text[:start], text[start : end if end >= 0 else None], text[end:] if end >= 0 else ""
    line = re.compile(rf"^({re.escape(key)} *= *)(\"[^\"]*\"|[\d-]+)", re.MULTILINE)
    return head + line.sub(lambda found: found[1] + value, part, count=1) + tail


def _rewrite_surfaces(
    folder: Path, version: str, facts: ClientFacts, today: datetime.date, texts: dict[Path, str]
) -> Iterator[str]:
    knowledge = surfaces.load_surfaces(folder)
    for name, surface in knowledge.surfaces.items():
        path = folder / f"{name}.toml"
        provider = precedence.load().selected({surface.flag: "1"} if surface.flag else {})[0]
        for tier, id_ in facts.aliases.get(provider_name(provider.client), {}).items():
            if surface.aliases.get(tier, id_) != id_ and _ID.fullmatch(id_):  # a tier that is new is for a human
                texts[path] = with_value(texts[path], "aliases", tier, f'"{id_}"')
                yield f"`{path.name}`: {tier} is {id_} (was {surface.aliases[tier]})"
        if surface.place and surface.place.by_model:
            for variable in sorted({*facts.regions.values()} - {*_REGION.findall(texts[path])}):
                texts[path] = _with_region(texts[path], variable)
                yield f"`{path.name}`: owns {variable}"
        if surface.client != version:
            texts[path] = _dated(texts[path], version, today)
    if knowledge.shared.client != version:
        shared = folder / "_shared.toml"
        texts[shared] = _dated(texts[shared], version, today)


def _dated(text: str, version: str, today: datetime.date) -> str:
    return with_value(with_value(text, "", "client", f'"{version}"'), "", "seen", str(today))


def _with_region(text: str, variable: str) -> str:
    """In its place among its like, which are sorted and come before the family's line."""
    lines = text.splitlines(keepends=True)
    there = [at for at, line in enumerate(lines) if line.startswith("VERTEX_REGION_CLAUDE_")]
    at = next((at for at in there if lines[at] > variable), there[-1] + 1)
    return "".join([*lines[:at], f"{variable} = {{}}\n", *lines[at:]])


def _add_needs(
    path: Path, version: str, facts: ClientFacts, known: Collection[str], texts: dict[Path, str]
) -> Iterator[str]:
    """A model that the client before did not know needs this one, or one between the two."""
    for model in sorted({*facts.models} - {*known}) if known else ():
        key = model.removeprefix("claude-")
        start = texts[path].index("\n[needs]")
        if not re.search(rf"^{re.escape(key)} ", texts[path][start:], re.MULTILINE):
            last = [*_NEED.finditer(texts[path], start, texts[path].index("\n[", start + 1))][-1]
            line = f'\n{key.ljust(len(last[1] + last[2]) - 1)} = "{version}"'
            texts[path] = texts[path][: last.end()] + line + texts[path][last.end() :]
            yield f"`{path.name}`: {key} needs Claude Code {version}"


def _rewrite_managed(
    path: Path, version: str, facts: ClientFacts, today: datetime.date, texts: dict[Path, str]
) -> Iterator[str]:
    """Names are added; one that is gone stays, as older clients still obey it."""
    head = re.sub(r"Claude Code [\d.]+ on [\d-]+", f"Claude Code {version} on {today}", texts[path])
    listed = {line for line in head.splitlines() if not line.startswith("#")}
    new = [name for name in facts.managed if name not in listed]
    if new or f"Claude Code {version} " not in texts[path]:
        texts[path] = head + "".join(f"{name}\n" for name in new)
    yield from (f"`{path.name}`: {name}" for name in new)
