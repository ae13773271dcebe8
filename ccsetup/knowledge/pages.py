"""Pages: strict readers of `checks/<slug>.md`; and findings, a page's slug plus facts."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from ccsetup.knowledge import location
from ccsetup.system import bounds, decoding
from ccsetup.system.display import pasted, visible
from ccsetup.system.errors import USAGE, CommandLine, UserError

HERE = "this shell"  # instead of a profile's name; no profile can have it
SECTIONS = ("Fix", "Why", "You see")  # "See also" may follow
Severity = Literal["info", "warning", "error"]

_PAGE = re.compile(r"\A# (?P<title>[^\n]+)\n\n```toml\n(?P<head>.*?)\n```\n(?P<body>.*)\Z", re.DOTALL)
_SPECIMEN = re.compile(
    r"^> (?:(?P<status>\d{3}) )?(?P<code>[\w.-]+): (?P<message>.+?)(?: \{(?P<parts>\w+=[^{}]*)\})?$", re.MULTILINE
)
_OPTION = re.compile(r" --[\w-]+[ =](?:\w+=)?\{([a-z_]+)\}")
_NEEDED = re.compile(r"\{([a-z_]+)!\}")  # a command is left out where this fact is empty
_COMMENT = re.compile(r"(?:^| {2,})# .*")
_OF_PROFILE = re.compile(r"\b[Pp]rofile `?\{profile\}`?")
_PLACE = re.compile(r"\{([a-z_]+)!?(?:\|([^{}]*))?\}")
_BLOCK = re.compile(r"(?<=^```sh\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
_COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Conditions that identify a provider's error; all that are given must hold. `pattern` is searched for in the
    message and its named groups become facts. Each pattern of `when` must fully match the part of that name (see
    `recognise`)."""

    code: str | None = None  # the provider's error code or reason, or the name of a library's exception
    status: int | None = None
    pattern: str | None = None
    when: Mapping[str, str] = {}


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page's TOML block: severity, surfaces, and how the fault is detected, by a probe or by the provider's error.
    `explains` lists faults that are only consequences of this one. `unchecked` means that nothing else was checked, so
    the verdict is unknown. `live_beats` means that a model's answer to a real request disproves the fault, and
    `despite` names checks whose success contradicts it."""

    severity: Severity
    surfaces: tuple[str, ...]
    source: str
    seen: datetime.date
    probe: str | None = None
    match: tuple[Match, ...] = ()
    explains: tuple[str, ...] = ()
    unchecked: bool = False
    live_beats: bool = False
    despite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do: a text, and commands that can be pasted; `bare` are the same without their comments."""

    text: str
    commands: tuple[str, ...]
    bare: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One fault. `title` and the remedy contain `{fact}` placeholders, or `{fact|default}` if a case may lack it."""

    slug: str
    title: str
    head: Head
    body: str
    remedy: Remedy

    @property
    def shown_title(self) -> str:
        """The title with <name> in place of each fact."""
        return _fill(self.title, {})

    @property
    def shown_body(self) -> str:
        """All sections of the page, with <name> in place of each fact."""
        return _fill(self.body, {})

    def filled(self, facts: Mapping[str, str]) -> tuple[str, Remedy]:
        """Return title and remedy with the facts filled in: shortened to one line in text, shell-quoted in commands. A
        fact too long for a command keeps its placeholder there. An option whose fact is empty is left out, and so is a
        command that needs it (`{name!}`)."""
        words = {name: bounds.short(visible(fact)) for name, fact in facts.items()}
        commands = tuple(_fill_commands(self.remedy.commands, facts))
        bare = tuple(filter(None, _fill_commands(self.remedy.commands, facts, comments=False)))
        title = _fill(self.title, words)
        title = title.replace(HERE, HERE.capitalize(), 1) if title.startswith(HERE) else title
        return title, Remedy(_fill(self.remedy.text, words), commands, bare)

    def filled_text(self, facts: Mapping[str, str], escape: Callable[[str], str]) -> str:
        """Return the page as Markdown with the facts filled in, as `filled` does; `escape` spells a fact in text."""
        words = {name: escape(bounds.short(visible(fact))) for name, fact in facts.items()}
        parts = _BLOCK.split(self.body)
        for number, part in enumerate(parts):
            is_block = number % 2 == 1
            parts[number] = "\n".join(_fill_commands(part.split("\n"), facts)) if is_block else _fill(part, words)
        return f"# {_fill(self.title, words)}\n\n{''.join(parts)}\n"


@dataclass(frozen=True, slots=True)
class Finding:
    """A page's slug and its facts; `severity` overrides the page's for this case."""

    check: str
    facts: Mapping[str, str]
    severity: Severity | None = None

    @property
    def weight(self) -> Severity:
        """The severity of this case: its own, else its page's."""
        return self.severity or load_page(self.check).head.severity


@cache
def slugs() -> tuple[str, ...]:
    """The slugs of all pages, sorted."""
    return tuple(sorted(path.stem for path in Path(location.folder("checks")).glob("*.md")))


@cache
def load_page(slug: str) -> Page:
    """Load the page of `slug`, once; raises UserError naming the file if it is malformed."""
    path = Path(location.folder("checks")) / f"{slug}.md"
    file = f"checks/{path.name}"
    match = _PAGE.match(path.read_text(encoding="utf-8"))
    if not match:
        raise UserError(f"{file}: needs a '# title', then a fenced toml block")
    try:
        head = decoding.from_toml(match["head"], Head)
    except msgspec.DecodeError as error:
        raise UserError(f"{file}: {error}") from error
    _, *parts = re.split(r"^## (.+)$", match["body"], flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    if tuple(sections) not in (SECTIONS, (*SECTIONS, "See also")):
        raise UserError(f"{file}: sections are {tuple(sections)}, not {SECTIONS}")
    fix = sections["Fix"]
    commands = tuple(line for block in _COMMANDS.findall(fix) for line in block.splitlines() if line)
    text = " ".join(_COMMANDS.sub("", fix).split())
    return Page(slug, match["title"], head, match["body"].strip(), Remedy(text, commands))


def specimens(slug: str) -> tuple[tuple[int | None, str, str, Mapping[str, str]], ...]:
    """The sample errors under "You see" of a page: (HTTP status, code, message, parts)."""
    return tuple(
        (int(words["status"]) if words["status"] else None, words["code"], words["message"], _parts(words["parts"]))
        for words in _SPECIMEN.finditer(load_page(slug).body)
    )


def _parts(text: str | None) -> dict[str, str]:
    """Parse "name=value, name=value" into a dictionary."""
    pairs = (part.partition("=") for part in (text or "").split(", ") if part)
    return {name: value for name, _, value in pairs}


class Explained(UserError):
    """A UserError built from a page."""

    def __init__(self, finding: Finding, code: int) -> None:
        title, remedy = load_page(finding.check).filled(finding.facts)
        super().__init__(title, (remedy.text, *remedy.commands), code)
        self.finding = finding


def refusal(slug: str, code: int = USAGE, **facts: str) -> Explained:
    """Build a UserError from the page `slug` and these facts."""
    return Explained(Finding(slug, facts), code)


def without_profile(lines: Iterable[str], profile: str) -> tuple[str, ...]:
    """Leave out the commands of ccsetup for a profile that does not exist yet."""
    name = re.compile(rf"ccsetup .* '?{re.escape(profile)}'?(\s|$)") if profile else None
    return tuple(line for line in lines if name is None or not name.match(line))


def _fill_commands(commands: Iterable[str], facts: Mapping[str, str], *, comments: bool = True) -> Iterator[str]:
    commands = _commands_here(commands) if facts.get("profile") == HERE else commands
    quoted = {name: pasted(fact) for name, fact in facts.items() if len(fact) <= bounds.COMMAND}
    empty = {name for name, fact in facts.items() if not fact}
    for command in commands:
        if empty.isdisjoint(_NEEDED.findall(command)):
            wanted = command if comments else _COMMENT.sub("", command)
            known = _OPTION.sub(lambda found: "" if found[1] in empty else found[0], wanted)
            yield CommandLine(_fill(known, quoted))


def _commands_here(commands: Iterable[str]) -> Iterator[str]:
    """Leave out the commands that need a profile; doctor can do without."""
    for command in commands:
        here = command.replace("ccsetup doctor {profile}", "ccsetup doctor --here")
        if "{profile" not in here and "{keyring_profile" not in here:
            yield here


def _fill(template: str, facts: Mapping[str, str]) -> str:
    if facts.get("profile") == HERE:
        template = _OF_PROFILE.sub(lambda found: HERE.capitalize() if found[0][0] == "P" else HERE, template)
    return _PLACE.sub(
        lambda place: facts.get(place[1], f"<{place[1]}>") if place[2] is None else facts.get(place[1]) or place[2],
        template,
    )
