"""What a run of drift says: the contract's JSON, its exit code, one line, and a digest that tells it from others."""

import hashlib
from collections import Counter
from collections.abc import Iterable

import msgspec

from ccsetup.drift.judge import PinFinding
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Severity
from ccsetup.system import decoding
from ccsetup.system.display import visible
from ccsetup.system.errors import PROBLEM, UNAVAILABLE, USAGE, UserError

UNREACHABLE = "catalogue-unreachable"
UNASKED = (
    UNREACHABLE,
    "profile-untrusted",
    "secret-untrusted",
    "path-relative",
    "insecure-url",
)  # the provider was not asked
SCHEMA = 1


class Row(msgspec.Struct, frozen=True):
    """One finding. `date` is a day; `cause` the slug behind a catalogue that could not be had."""

    check: str
    severity: Severity
    tier: str | None
    model: str | None
    replacement: str | None
    date: str | None
    title: str
    cause: str | None = None

    @property
    def is_drift(self) -> bool:
        return self.severity != "info" and self.check not in UNASKED


class Entry(msgspec.Struct, frozen=True):
    """One profile. `skipped` says why there was nothing to look at, `problem` why its file could not be read."""

    profile: str
    verdict: str
    findings: tuple[Row, ...]
    surface: str | None = None
    place: str | None = None
    skipped: str | None = None
    problem: str | None = None


class Document(msgspec.Struct, frozen=True):
    """`drift --json`. `shard` is "I/N" where only a part of the places was looked at."""

    schema: int
    profiles: tuple[Entry, ...]
    shard: str | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for entry in self.profiles for row in entry.findings)

    @property
    def code(self) -> int:
        """1 for drift, else 2 for a profile that cannot be read, else 3 where nobody could be asked, else 0."""
        if any(row.is_drift for row in self.rows):
            return PROBLEM
        if any(entry.problem for entry in self.profiles):
            return USAGE
        return UNAVAILABLE if any(row.check in UNASKED for row in self.rows) else 0

    @property
    def summary(self) -> str:
        """One line: what was found how often, and in which profiles."""
        counted = Counter(row.check for row in self.rows if row.severity != "info")
        words = [f"{count} {check}" for check, count in sorted(counted.items())]
        unread = sum(1 for entry in self.profiles if entry.problem)
        words += [f"{unread} unreadable"] if unread else []
        words = words or ["nothing to do"]
        skipped = sum(1 for entry in self.profiles if entry.skipped)
        words += [f"{skipped} not looked at"] if skipped else []
        concerned = [entry.profile for entry in self.profiles if entry.verdict in ("error", "warning", "unknown")]
        more = f" and {len(concerned) - 5} more" if len(concerned) > 5 else ""
        who = f" ({', '.join(concerned[:5])}{more})" if concerned else ""
        many = f"{len(self.profiles)} profile{'' if len(self.profiles) == 1 else 's'}"
        return f"{many}: {', '.join(words)}{who}"

    @property
    def digest(self) -> str:
        """Equal for two runs that found the same; the days that are left do not count."""
        found = [
            (entry.profile, row.check, row.tier, row.model, row.replacement, row.date, row.cause)
            for entry in self.profiles
            for row in entry.findings
            if row.check != "alias-moved"  # which is gone in the next run, and that is no news
        ]
        told = [*sorted(found, key=repr), *((entry.profile, entry.problem) for entry in self.profiles if entry.problem)]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest() if told else ""


def entry(profile: str, surface: str, place: str, found: Iterable[PinFinding]) -> Entry:
    rows = tuple(row(one) for one in found)
    return Entry(profile, verdict(rows), rows, surface, place)


def row(found: PinFinding) -> Row:
    told = pages.load_page(found.finding.check)
    title, _ = told.filled(found.finding.facts)
    return Row(
        found.finding.check,
        found.finding.severity or told.head.severity,
        found.tier,
        found.model,
        found.replacement,
        found.date.isoformat() if found.date else None,
        title,
        found.finding.facts.get("cause"),
    )


def verdict(rows: Iterable[Row]) -> str:
    """error, unknown (somebody could not be asked), warning or ok, as doctor says it."""
    told = {("unknown" if row.check in UNASKED else row.severity) for row in rows}
    return next((word for word in ("error", "unknown", "warning") if word in told), "ok")


def merged(documents: Iterable[tuple[str, bytes]]) -> Document:
    """The documents of several shards, by the file they come from, as one; half a fleet is a UserError, exit code 3."""
    profiles: dict[str, Entry] = {}
    shards: dict[str, str] = {}
    for file, text in documents:
        part = _read(file, text)
        if part.shard in shards:
            raise UserError(
                f"{file}: shard {part.shard} is in {shards[part.shard or '']} already", "give each file once"
            )
        if part.shard:
            shards[part.shard] = file
        for one in part.profiles:
            if one.profile in profiles:
                raise UserError(f"{file}: profile {one.profile} is in another file, too", "give each file once")
            profiles[one.profile] = one
    totals = {shard.partition("/")[2] for shard in shards}
    if len(totals) > 1:
        raise UserError(
            "the files are of different splits", f"all of them must be of one N: {', '.join(sorted(shards))}"
        )
    wanted = {f"{index}/{total}" for total in totals for index in range(1, int(total) + 1)}
    if lost := sorted(wanted - shards.keys()):
        raise UserError(f"shard {', '.join(lost)} is missing", "run it, and give its file, too", UNAVAILABLE)
    return Document(SCHEMA, tuple(profiles[name] for name in sorted(profiles)))


def _read(file: str, text: bytes) -> Document:
    try:
        found = decoding.from_json(text, Document)
    except msgspec.DecodeError as why:
        raise UserError(f"{file}: {visible(str(why))}", "give what `ccsetup drift --json` printed") from why
    if found.schema != SCHEMA or (found.shard and not is_shard(found.shard)):
        raise UserError(f"{file}: is not a report of this ccsetup", "make it with the same version")
    return found


def is_shard(text: str) -> bool:
    """Whether `text` is I/N with 1 ≤ I ≤ N."""
    index, slash, of = text.partition("/")
    return bool(slash) and index.isdecimal() and of.isdecimal() and text.isascii() and 1 <= int(index) <= int(of)
