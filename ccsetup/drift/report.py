"""The report of a drift run: the contract's JSON, its exit code, a summary, and a digest to compare runs."""

import hashlib
from collections import Counter
from collections.abc import Iterable

import msgspec

from ccsetup.drift.judge import PinFinding
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Severity
from ccsetup.system import decoding
from ccsetup.system.errors import PROBLEM, UNAVAILABLE, UserError
from ccsetup.system.malformed import describe

UNREACHABLE = "catalogue-unreachable"
UNASKED = (
    UNREACHABLE,
    "profile-untrusted",
    "secret-untrusted",
    "path-relative",
    "insecure-url",
    "expect-unchecked",
)  # the provider was not asked
GUARDS = ("destination-unexpected", "operator-unexpected")  # of [expect]; accepting a catalogue does not settle them
SCHEMA = 1


class Row(msgspec.Struct, frozen=True):
    """One finding. `date` is a day; `cause` the slug of the reason why a catalogue could not be read."""

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
    """One profile. `skipped` is the reason for not checking it or some of its pins, `problem` the reason why its file
    is unreadable."""

    profile: str
    verdict: str
    findings: tuple[Row, ...]
    surface: str | None = None
    place: str | None = None
    skipped: str | None = None
    problem: str | None = None


class Document(msgspec.Struct, frozen=True):
    """`drift --json`. `shard` is "I/N" if only a part of the places was checked."""

    schema: int
    profiles: tuple[Entry, ...]
    shard: str | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for entry in self.profiles for row in entry.findings)

    @property
    def code(self) -> int:
        """The exit code: 1 for drift, else 3 for a profile that was not checked, else 0."""
        return PROBLEM if any(row.is_drift for row in self.rows) else self.code_if_unchecked

    @property
    def code_if_unchecked(self) -> int:
        """3 for a profile that is unreadable, or whose provider was not reached, else 0."""
        unread = any(entry.problem for entry in self.profiles)
        return UNAVAILABLE if unread or any(row.check in UNASKED for row in self.rows) else 0

    @property
    def summary(self) -> str:
        """One line: how often each problem was found, and in which profiles."""
        counted = Counter(row.check for row in self.rows if row.severity != "info")
        words = [f"{count} {check}" for check, count in sorted(counted.items())]
        unread = sum(1 for entry in self.profiles if entry.problem)
        words += [f"{unread} unreadable"] if unread else []
        words = words or ["nothing to do"]
        skipped = sum(1 for entry in self.profiles if entry.skipped)
        words += [f"{skipped} not checked"] if skipped else []
        concerned = [entry.profile for entry in self.profiles if entry.verdict in ("error", "warning", "unknown")]
        more = f" and {len(concerned) - 5} more" if len(concerned) > 5 else ""
        concerned_names = f" ({', '.join(concerned[:5])}{more})" if concerned else ""
        many = f"{len(self.profiles)} profile{'' if len(self.profiles) == 1 else 's'}"
        return f"{many}: {', '.join(words)}{concerned_names}"

    @property
    def digest(self) -> str:
        """A hash of the findings: equal for two runs with the same result. Days left are ignored."""
        findings = [
            (entry.profile, row.check, row.tier, row.model, row.replacement, row.date, row.cause)
            for entry in self.profiles
            for row in entry.findings
            if row.check != "alias-moved"  # gone in the next run, without being a change
        ]
        results = [
            *sorted(findings, key=repr),
            *((entry.profile, entry.problem) for entry in self.profiles if entry.problem),
        ]
        return hashlib.sha256(msgspec.json.encode(results)).hexdigest() if results else ""


def entry(
    profile: str, surface: str, place: str, pin_findings: Iterable[PinFinding], skipped: str | None = None
) -> Entry:
    """Return one profile's entry; with `skipped`, the reason why not all was checked, it is not "ok"."""
    rows = tuple(row(finding) for finding in pin_findings)
    found = verdict(rows)
    return Entry(profile, "unknown" if skipped and found in ("ok", "warning") else found, rows, surface, place, skipped)


def row(pin_finding: PinFinding) -> Row:
    page = pages.load_page(pin_finding.finding.check)
    title, _ = page.filled(pin_finding.finding.facts)
    return Row(
        pin_finding.finding.check,
        pin_finding.finding.severity or page.head.severity,
        pin_finding.tier,
        pin_finding.model,
        pin_finding.replacement,
        pin_finding.date.isoformat() if pin_finding.date else None,
        title,
        pin_finding.finding.facts.get("cause"),
    )


def verdict(rows: Iterable[Row]) -> str:
    """Return error, unknown (a provider was not queried), warning or ok, as doctor does."""
    severities = {("unknown" if row.check in UNASKED else row.severity) for row in rows}
    return next((severity for severity in ("error", "unknown", "warning") if severity in severities), "ok")


def merge_documents(documents: Iterable[tuple[str, bytes]]) -> Document:
    """Merge the documents of several shards, given as (file, content).

    Raises UserError (exit code 3) if a shard is missing.
    """
    profiles: dict[str, Entry] = {}
    shards: dict[str, str] = {}
    for file, text in documents:
        document = _read(file, text)
        if document.shard in shards:
            raise UserError(
                f"{file}: shard {document.shard} is in {shards[document.shard or '']} already", "give each file once"
            )
        if document.shard:
            shards[document.shard] = file
        for other in document.profiles:
            if other.profile in profiles:
                raise UserError(f"{file}: profile {other.profile} is in another file, too", "give each file once")
            profiles[other.profile] = other
    totals = {shard.partition("/")[2] for shard in shards}
    if len(totals) > 1:
        raise UserError(
            "the files are of different splits", f"all of them must be of one N: {', '.join(sorted(shards))}"
        )
    expected = {f"{index}/{total}" for total in totals for index in range(1, int(total) + 1)}
    if missing := sorted(expected - shards.keys()):
        raise UserError(f"shard {', '.join(missing)} is missing", "run it, and give its file, too", UNAVAILABLE)
    return Document(SCHEMA, tuple(profiles[name] for name in sorted(profiles)))


def _read(file: str, text: bytes) -> Document:
    try:
        document = decoding.from_json(text, Document)
    except msgspec.DecodeError as error:
        raise UserError(f"{file}: {describe(error, 'JSON')}", "give what `ccsetup drift --json` printed") from error
    if document.schema != SCHEMA or (document.shard and not is_shard(document.shard)):
        raise UserError(f"{file}: is not a report of this ccsetup", "make it with the same version")
    return document


def is_shard(text: str) -> bool:
    """Whether `text` is I/N with 1 ≤ I ≤ N."""
    index, slash, of = text.partition("/")
    return bool(slash) and index.isdecimal() and of.isdecimal() and text.isascii() and 1 <= int(index) <= int(of)
