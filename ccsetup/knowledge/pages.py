"""Pages: strict readings of `checks/<slug>.md`, and findings, which are a page's slug plus facts."""

import datetime
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from ccsetup.knowledge import location
from ccsetup.system import bounds, decoding
from ccsetup.system.display import visible
from ccsetup.system.errors import USAGE, UserError

SECTIONS = ("You see", "Why", "Do")
Severity = Literal["info", "warning", "error"]

_PAGE = re.compile(r"\A# (?P<title>[^\n]+)\n\n```toml\n(?P<head>.*?)\n```\n(?P<body>.*)\Z", re.DOTALL)
_SPECIMEN = re.compile(
    r"^> (?:(?P<status>\d{3}) )?(?P<code>[\w.-]+): (?P<message>.+?)(?: \{(?P<parts>\w+=[^{}]*)\})?$", re.MULTILINE
)
_PLACE = re.compile(r"\{([a-z_]+)(?:\|([^{}]*))?\}")
_COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a provider's words are known: all that is given must hold. `pattern` is searched for in the message; its
    named groups become facts. Each pattern of `when` must match the whole of the part of its name (see `recognise`)."""

    code: str | None = None  # the provider's error code or reason, or the name of a library's exception
    status: int | None = None
    pattern: str | None = None
    when: Mapping[str, str] = {}


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fenced block: how bad it is, which surfaces it can befall, and how it is found: by a probe that looks, or by
    the words of the provider. `explains` are the faults that are mere consequences of this one. `unchecked` says that
    nothing else was checked, so that the verdict is unknown."""

    severity: Severity
    surfaces: tuple[str, ...]
    source: str
    seen: datetime.date
    probe: str | None = None
    match: tuple[Match, ...] = ()
    explains: tuple[str, ...] = ()
    unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do: words for a person, and commands that can be pasted."""

    text: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One fault. `title` and the remedy hold `{fact}` places; `{fact|words}` where not every case has the fact."""

    slug: str
    title: str
    head: Head
    body: str
    remedy: Remedy

    @property
    def shown_title(self) -> str:
        """The title with a <name> where a fact goes."""
        return _fill(self.title, {})

    @property
    def shown_body(self) -> str:
        """All of the page's sections likewise."""
        return _fill(self.body, {})

    def filled(self, facts: Mapping[str, str]) -> tuple[str, Remedy]:
        """Title and remedy with the facts in their places: short and on one line in words, quoted in commands. A fact
        that is too long for a command is left open there."""
        words = {name: bounds.short(visible(fact)) for name, fact in facts.items()}
        quoted = {name: shlex.quote(fact) for name, fact in facts.items() if len(fact) <= bounds.COMMAND}
        commands = tuple(_fill(command, quoted) for command in self.remedy.commands)
        return _fill(self.title, words), Remedy(_fill(self.remedy.text, words), commands)


@dataclass(frozen=True, slots=True)
class Finding:
    """A page's slug, and the facts that fill it; `severity` where this case is better or worse than the page says."""

    check: str
    facts: Mapping[str, str]
    severity: Severity | None = None

    @property
    def weight(self) -> Severity:
        """How bad it is here: its own severity, else its page's."""
        return self.severity or load_page(self.check).head.severity


@cache
def slugs() -> tuple[str, ...]:
    """Every page there is, by name."""
    return tuple(sorted(path.stem for path in Path(location.folder("checks")).glob("*.md")))


@cache
def load_page(slug: str) -> Page:
    """The page of `slug`, read once; a malformed one is a UserError that names the file."""
    path = Path(location.folder("checks")) / f"{slug}.md"
    file = f"checks/{path.name}"
    found = _PAGE.match(path.read_text(encoding="utf-8"))
    if not found:
        raise UserError(f"{file}: needs a '# title', then a fenced toml block")
    try:
        head = decoding.from_toml(found["head"], Head)
    except msgspec.DecodeError as why:
        raise UserError(f"{file}: {why}") from why
    _, *parts = re.split(r"^## (.+)$", found["body"], flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    if tuple(sections) != SECTIONS:
        raise UserError(f"{file}: sections are {tuple(sections)}, not {SECTIONS}")
    do = sections["Do"]
    commands = tuple(line for block in _COMMANDS.findall(do) for line in block.splitlines() if line)
    text = " ".join(_COMMANDS.sub("", do).split())
    return Page(slug, found["title"], head, found["body"].strip(), Remedy(text, commands))


def specimens(slug: str) -> tuple[tuple[int | None, str, str, Mapping[str, str]], ...]:
    """The provider's words under "You see" of a page that is known by words: (HTTP status, code, message, parts)."""
    return tuple(
        (int(words["status"]) if words["status"] else None, words["code"], words["message"], _parts(words["parts"]))
        for words in _SPECIMEN.finditer(load_page(slug).body)
    )


def _parts(text: str | None) -> dict[str, str]:
    """The parts in "name=value, name=value"."""
    pairs = (part.partition("=") for part in (text or "").split(", ") if part)
    return {name: value for name, _, value in pairs}


class Explained(UserError):
    """A UserError in the words of a page."""

    def __init__(self, finding: Finding, code: int) -> None:
        title, remedy = load_page(finding.check).filled(finding.facts)
        super().__init__(title, "\n".join((remedy.text, *remedy.commands)), code)
        self.finding = finding


def refusal(slug: str, code: int = USAGE, **facts: str) -> Explained:
    """A UserError in the words of a page."""
    return Explained(Finding(slug, facts), code)


def _fill(template: str, facts: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: facts.get(place[1], f"<{place[1]}>" if place[2] is None else place[2]), template)
