"""Which profile each request is billed to: known facts override what the rows say; nothing is guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ccsetup.usage.evidence import CERTAINTIES, Certainty, Evidence, judge, rules_out
from ccsetup.usage.ledger import Conversation, Ledger
from ccsetup.usage.models import pinned_as
from ccsetup.usage.work import Unlogged, Work

_ID = 9  # characters of a message's id that show who made it: "msg_bdrk_"


@dataclass(frozen=True, slots=True)
class Payer:
    """A profile as far as it matters here. `folder` is its configuration folder, `own` whether it names one."""

    name: str
    surface: str
    place: str | None
    folder: str
    own: bool
    pins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Noted:
    """A profile that `run` went on with in a session, from `at` on (milliseconds)."""

    at: int
    profile: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Bill:
    profile: str | None
    surface: str | None
    certainty: Certainty
    place: str | None = None
    pins: frozenset[str] = frozenset()


@dataclass(slots=True)
class Bills:
    """Whose bill each request is on. `noted` are sessions that `run` started, in order of time."""

    ledger: Ledger
    payers: Sequence[Payer]
    noted: Mapping[str, Sequence[Noted]] = field(default_factory=dict)
    _known: dict[tuple[object, ...], Bill] = field(default_factory=dict)

    def of(self, work: Work) -> tuple[list[Bill], list[Bill]]:
        """The bills of the work's requests, and of what was billed without a row."""
        session = work.session
        line = next((request.evidence for request in work.requests if request.evidence and not request.chain), 0)
        bills = []
        seen: dict[tuple[str, int, int], Bill] = {}
        is_noted = session.id in self.noted
        for request in work.requests:
            if request.evidence and not request.chain:
                line = request.evidence  # a subagent's request has no cache scope: the main conversation's decides
            shown = (request.id[:_ID], request.model, line)
            if is_noted or (bill := seen.get(shown)) is None:
                note = self._note(session, request.at) if is_noted else None
                bill = seen[shown] = self._bill(*shown, session.folder, note)
            bills.append(bill)
        return bills, [self._unlogged(one, work, bills, line) for one in work.unlogged]

    def _unlogged(self, one: Unlogged, work: Work, bills: Sequence[Bill], line: int) -> Bill:
        """The bill of the last request before it; a model that shows its surface decides for itself. No note is asked:
        the time of a total leaves out how long the session lay between two processes."""
        before = [bill for request, bill in zip(work.requests, bills, strict=True) if request.at <= one.at]
        near = (before or list(bills))[-1:]
        shown = self._bill("", one.model, line, work.session.folder, None)
        return near[0] if near and (shown.certainty != "certain" or near[0].surface == shown.surface) else shown

    def _note(self, session: Conversation, at: int) -> Noted | None:
        """The last note before a request. One whose process has ended since is no longer certain."""
        note = next((note for note in reversed(self.noted[session.id]) if note.at <= at), None)
        ended = note is not None and any(note.at <= total.at < at for total in session.totals)
        return replace(note, certainty="likely") if note and ended else note

    def _bill(self, id_: str, model: int, line: int, folder: int, note: Noted | None) -> Bill:
        key = (id_, model, line, folder, note and (note.profile, note.certainty))
        if key not in self._known:
            strings = self.ledger.strings
            evidence = judge(id_, strings[model], strings[line])
            self._known[key] = self._attributed(evidence, strings[model], strings[folder], note)
        return self._known[key]

    def _attributed(self, evidence: Evidence, model: str, folder: str, note: Noted | None) -> Bill:
        shown = self._shown(evidence, model, folder)
        payer = next((payer for payer in self.payers if note and payer.name == note.profile), None)
        if note is None or payer is None or (payer.name == shown.profile and shown.certainty == "certain"):
            return shown
        if rules_out(evidence, payer.surface):  # the session went on without `run`
            return shown
        return _bill(payer, note.certainty)

    def _shown(self, evidence: Evidence, model: str, folder: str) -> Bill:
        """Whose bill a request is on by its folder and its rows."""
        here = [payer for payer in self.payers if payer.folder == folder]
        own = [payer for payer in here if payer.own]
        if len(own) == 1 and len(here) == 1:
            return _bill(own[0], "certain")
        meant = [payer for payer in here if payer.surface in evidence.may_be]
        if len(meant) > 1:  # of several only their pins tell
            meant = [payer for payer in meant if pinned_as(model, payer.pins) in payer.pins]
        if len(meant) == 1:
            return _bill(meant[0], evidence.certainty)
        return Bill(None, evidence.surface or None, evidence.certainty)


def _bill(payer: Payer, certainty: Certainty) -> Bill:
    return Bill(payer.name, payer.surface, certainty, payer.place, payer.pins)


def weakest(certainties: Iterable[Certainty]) -> Certainty:
    return max(certainties, key=CERTAINTIES.index, default="unknown")
