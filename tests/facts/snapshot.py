"""A client's facts and the packages' lists as lines: one fact a line, sorted, so that a release is a diff to read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ccsetup.claude_code.facts.client_facts import FACTS, ClientFacts
from ccsetup.knowledge import surfaces
from tests.facts.logic import Function

FOLDER = Path(__file__).parent
CLIENT, LISTS = FOLDER / "client.txt", FOLDER / "lists.txt"
# Of the names that the client reads, those that may say who signs, where requests go, and which model answers.
PROVIDER_LIKE = re.compile(
    "ANTHROPIC|AWS_|BEDROCK|VERTEX|FOUNDRY|MANTLE|GOOGLE|GCLOUD|GCE_|CLOUD_ML|AZURE|GATEWAY|BASE_URL|_AUTH|OAUTH|TOKEN$"
    "|API_KEY|PROVIDER|HOST_|REGION|MODEL|CATALOG|PROXY|CERT"
)


def watched_variables() -> frozenset[str]:
    """The variables whose readers are fingerprinted: the clouds' own, and those that say where."""
    found: set[str] = set()
    for surface in surfaces.load_surfaces().surfaces.values():
        if surface.flag:
            found |= {name for name in surface.env.owns if surface.place or name.startswith("CLAUDE_CODE_")}
            found |= {surface.place.variable} if surface.place else set()
            found |= {surface.prefix.variable} if surface.prefix else set()
    return frozenset(found - {"ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS"})


def client_lines(version: str, facts: ClientFacts, logic: Mapping[str, Function]) -> list[str]:
    return sorted(
        {*_lines(version, facts), *(f"logic {name} {','.join(one.variables)}" for name, one in logic.items())}
    )


def read(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def version_of(lines: Iterable[str]) -> str:
    return next((line.split()[1] for line in lines if line.startswith("client ")), "")


def _lines(version: str, facts: ClientFacts) -> Iterator[str]:
    yield f"client {version}"
    for fact in FACTS:
        if fact in facts.unreadable:
            yield f"unreadable {fact}"
    for word, table in (("alias", facts.aliases), ("model", facts.models)):
        for first, row in table.items():
            yield from (f"{word} {first} {second} {id_}" for second, id_ in row.items())
    if facts.best:
        yield f"best {facts.best}"
    yield from (f"key {key[-16:]}" for key in facts.catalogue_keys)
    yield from (f"managed {name}" for name in facts.managed)
    yield from (f"order {at} {variable} {provider}" for at, (variable, provider) in enumerate(facts.order, 1))
    yield from (f"region {model} {variable}" for model, variable in facts.regions.items())
    for model, days in facts.retirements.items():
        yield from (f"retires {model} {provider} {day}" for provider, day in days.items())
    for name in sorted({*facts.names, *facts.variables}):
        if PROVIDER_LIKE.search(name):
            declared = facts.variables.get(name)
            kind = " ".join([declared.kind, *declared.values]) if declared else "not in its registry"
            yield f"variable {name} {kind}"
