"""Every fault that a provider tells in words, served by the lab, and diagnosed from outside: each is its own root.

A doctor run examines many profiles, each with a fault of its own, so that a hundred faults take a few processes.
"""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from ccsetup.knowledge import pages
from ccsetup.lab.call import Service
from ccsetup.lab.fault import Error, Fault, Reply, html
from ccsetup.lab.google.state import Principal
from ccsetup.lab.lab import Lab
from ccsetup.lab.world import World, default
from tests.support.program import Program
from tests.support.scored import Scored
from tests.support.warm import Warm

STS = ("InvalidClientTokenId", "ExpiredToken", "SignatureDoesNotMatch", "AccessDenied", "RequestExpired")
BATCH = 12
HOME = "us-east-1"


@dataclass(frozen=True)
class Word:
    """One specimen of a page, and the surface on which it is served."""

    slug: str
    surface: str
    status: int
    code: str
    message: str
    parts: Mapping[str, str]

    @property
    def does(self) -> Error | Reply:
        if self.code == "NotTheApi" or "<html" in self.message.lower():
            return html(self.message, self.status)
        details = {name: part for name, part in self.parts.items() if name not in ("status", "reason")}
        return Error(self.status, self.code, self.message, details)

    def __str__(self) -> str:
        return f"{self.slug}: {self.message[:50]}"


def words(surface: str) -> list[Word]:
    return [
        Word(slug, surface, status, code, message, dict(parts))
        for slug in pages.slugs()
        if surface in pages.load_page(slug).head.surfaces and pages.load_page(slug).head.match
        for status, code, message, parts in pages.specimens(slug)
        if status is not None
        and (surface, code) != ("vertex", "not_found_error")  # Google puts no 404 so
        and "operation" not in dict(parts)  # of other requests: tests/providers/test_refused_lookups.py
    ]


WORDS = [*words("bedrock"), *words("vertex"), *words("api-key")]


def today() -> World:
    return default().on(datetime.datetime.now(datetime.UTC).date())


@dataclass(frozen=True)
class Roots:
    """What doctor finds first, for each specimen; a batch is examined when its first specimen is asked for."""

    folder: pytest.TempPathFactory
    found: dict[int, str | None] = field(default_factory=dict)

    def __getitem__(self, word: Word) -> str | None:
        if id(word) not in self.found:  # a word holds a mapping, so it is known by identity
            mine = [one for one in WORDS if one.surface == word.surface]
            place = next(number for number, one in enumerate(mine) if one is word) // BATCH * BATCH
            batch = mine[place : place + BATCH]
            run = {"bedrock": _bedrock, "vertex": _vertex, "api-key": _direct}[word.surface]
            roots = run(self.folder.mktemp(word.surface), batch)
            self.found.update({id(one): root for one, root in zip(batch, roots, strict=True)})
        return self.found[id(word)]


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Roots:
    return Roots(tmp_path_factory)


def _examine(program: Program, names: list[str]) -> list[str | None]:
    done = program.run("doctor", "--live", "--json", *names)
    assert "Traceback" not in done.err
    assert done.out, (done.code, done.err[-2000:])
    by_name = {one["profile"]: one for one in json.loads(done.out)["profiles"]}
    return [by_name[name]["root"] for name in names]


def _at_home(home: Path, lab: Lab, **more: str) -> Program:
    environment = {**lab.environment(home), **more}
    environment.pop("ANTHROPIC_BASE_URL")
    return Warm(home, environment)


def _bedrock(home: Path, batch: list[Word]) -> list[str | None]:
    """A region each."""
    with Lab(today()) as lab:
        program = _at_home(home, lab)
        enabled = [one.name for one in lab.world.aws.region if one.state == "enabled" and "gov" not in one.name]
        names = []
        others = [region for region in enabled if region != HOME]
        for number, (word, other) in enumerate(zip(batch, others, strict=False)):
            region = HOME if word.code == "InvalidClientTokenId" else other  # elsewhere it means: not enabled
            service: Service = "sts" if word.code in STS else "bedrock-runtime"
            lab.inject(Fault(word.does, service=service, place=region))
            names.append(f"b{number}")
            answers = {"aws_profile": "my-prod", "region": region, "base_url": lab.base, "prefix": "global"}
            pins = {"models.opus": "global.anthropic.claude-opus-5-5"}
            program.init(names[-1], "bedrock", **answers, **pins)
        return _examine(program, names)


def _vertex(home: Path, batch: list[Word]) -> list[str | None]:
    """A project each, and a person each for what the token endpoint says."""
    world = today()
    model = next(one for one in world.google.project if one.id == "acme-ml")
    ids = [f"acme-ml-{number:02}" for number in range(len(batch))]
    projects = tuple(
        msgspec.structs.replace(model, id=name, number=str(10**11 + place)) for place, name in enumerate(ids)
    )
    people = tuple(
        Principal(name=name, email=f"{name}@example.com", refresh=f"1//lab-{name}", permissions={name: ("*",)})
        for name in ids
    )
    google = msgspec.structs.replace(world.google, project=projects, principal=people)
    with Lab(msgspec.structs.replace(world, google=google)) as lab:
        program = _at_home(home, lab)
        for number, (word, name) in enumerate(zip(batch, ids, strict=True)):
            file = home / f"{name}.json"
            file.write_text(json.dumps({"type": "authorized_user", "client_id": "c", "client_secret": "s",
                                        "refresh_token": f"1//lab-{name}"}))  # fmt: skip
            answers = {
                "project": name,
                "location": "global",
                "base_url": f"{lab.base}/v1",
                "credentials_file": str(file),
            }
            program.init(f"v{number}", "vertex", **answers, **{"models.opus": "claude-opus-5-5"})
            token = word.code.startswith(("invalid_", "unauthorized_", "deleted_", "access_denied"))
            lab.inject(
                Fault(word.does, service="google-token", identity=name) if token
                else Fault(word.does, operation="StreamRawPredict", project=name)
            )  # fmt: skip
        return _examine(program, [f"v{number}" for number in range(len(batch))])


def _direct(home: Path, batch: list[Word]) -> list[str | None]:
    """A key each."""
    world = today()
    model = next(one for one in world.anthropic.login if one.name == "console")
    logins = tuple(
        msgspec.structs.replace(model, name=f"k{number}", secret=f"sk-ant-api03-lab-{number:04}-AAAA")
        for number in range(len(batch))
    )
    anthropic = msgspec.structs.replace(world.anthropic, login=logins)
    with Lab(msgspec.structs.replace(world, anthropic=anthropic)) as lab:
        program = _at_home(home, lab, **{f"KEY_{number}": one.secret for number, one in enumerate(logins)})
        for number, word in enumerate(batch):
            program.init(f"k{number}", "api-key", key=f"env:KEY_{number}", base_url=lab.base,
                         **{"models.opus": "claude-opus-5-5"})  # fmt: skip
            lab.inject(Fault(word.does, operation="CreateMessage", identity=f"k{number}"))
        return _examine(program, [f"k{number}" for number in range(len(batch))])


@pytest.mark.parametrize("word", WORDS, ids=str)
def test_words_that_a_provider_says_are_their_own_pages_root(roots: Roots, word: Word, doctor_scores: Scored) -> None:
    if pages.load_page(word.slug).head.severity != "error":
        assert roots[word] == word.slug  # refused is refused
    doctor_scores(word.slug, roots[word])
