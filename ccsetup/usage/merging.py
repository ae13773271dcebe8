"""What several transcripts hold, put together: the same for any order, and whichever process read them."""

from collections.abc import Sequence

import msgspec

from ccsetup.usage.ledger import Billed, Conversation, Ledger, Mark

Lacking = tuple[str, str, str]  # session, answer's id, hash of the system prompt and tools


class FileRead(msgspec.Struct, array_like=True):
    """What one transcript holds beyond its mark; the numbers are those of the names of the process that read it."""

    mark: Mark
    sessions: list[Conversation] = []
    lacking: list[Lacking] = []


class ReadByCopy(msgspec.Struct, array_like=True):
    """What a copy of this process has read: files by their numbers, and the names that it found in them."""

    names: list[str]
    shapes: dict[str, int]
    found: dict[int, FileRead | None]


class Merging:
    """A ledger while transcripts are added to it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._sessions = {session.id: session for session in ledger.sessions}
        self._known: dict[str, dict[str, Billed]] = {}
        self._lacking: list[Lacking] = []

    def add(self, read: FileRead) -> None:
        self._lacking += read.lacking
        for new in read.sessions:
            session = self._sessions.setdefault(new.id, new)
            if session is not new:
                _merge(session, new, self._requests(session))

    def finish(self) -> None:
        for session, id_, hash_ in self._lacking:
            request = self._requests(self._sessions[session])[id_]
            request.shape = request.shape or self._ledger.shapes.get(hash_, 0)
        self._ledger.sessions[:] = self._sessions.values()

    def _requests(self, session: Conversation) -> dict[str, Billed]:
        """A session's requests by their ids; most sessions are in one file, and need none."""
        known = self._known.get(session.id)
        if known is None:
            known = self._known[session.id] = {request.id: request for request in session.requests}
        return known


def _merge(session: Conversation, new: Conversation, known: dict[str, Billed]) -> None:
    session.project = session.project or new.project
    session.version = new.version or session.version
    session.main = session.main or new.main
    for request in new.requests:
        former = known.setdefault(request.id, request)
        if former is request:
            session.requests.append(request)
        else:
            former.absorb(request)
    for total in new.totals:
        session.came_to(total)
    for at in new.compactions:
        session.compacted(at)


def renumber(read: FileRead, numbers: Sequence[int]) -> None:
    """Change the numbers of names to those of another process; `numbers` has them by the former ones."""
    read.mark.refs = tuple(numbers[number] if place % 3 == 2 else number for place, number in enumerate(read.mark.refs))
    for session in read.sessions:
        session.folder, session.project = numbers[session.folder], numbers[session.project]
        session.version = numbers[session.version]
        for total in session.totals:
            total.models = {numbers[model]: tokens for model, tokens in total.models.items()}
        for one in session.requests:
            one.model, one.requested, one.chain = numbers[one.model], numbers[one.requested], numbers[one.chain]
            one.owner, one.effort, one.evidence = numbers[one.owner], numbers[one.effort], numbers[one.evidence]
            one.cause, one.extra = numbers[one.cause], numbers[one.extra]
            if tools := one.tools:
                if len(tools) == 2:  # nearly always
                    one.tools = (numbers[tools[0]], tools[1])
                else:
                    one.tools = tuple(number if place % 2 else numbers[number] for place, number in enumerate(tools))
