"""Keep what `cost --json` prints, with what it depends on, for `usage/kept_answer.py`."""

import os
import sys
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from ccsetup.system import files, redact
from ccsetup.system.errors import UserError
from ccsetup.system.standard_folders import standard_folders
from ccsetup.usage import kept_answer
from ccsetup.usage.collect import Collected
from ccsetup.usage.ledger import Ledger
from ccsetup.workspace import Workspace


class Keeping:
    """What an answer depends on, each noted before it is read."""

    def __init__(self, workspace: Workspace, words: Sequence[str]) -> None:
        self._workspace, self._words, self._read = workspace, words, b""
        self._folders: tuple[str, ...] = ()
        self._places = standard_folders(workspace.system.environment) if os.name == "posix" else None
        self._own = kept_answer.own_marks(*self._places) if self._places else b""

    def watch(self, folders: Iterable[Path]) -> None:
        """Note the transcripts and settings files of these configuration folders."""
        if self._places:
            self._folders = tuple(map(str, folders))
            self._read = kept_answer.read_marks(self._folders, self._workspace.system.environment)

    def keep(self, text: str, until: str, document: object, ledger: Ledger, found: Collected) -> None:
        """Keep an answer that will be the same as long as nothing changes."""
        open_ = any(not note.session for note in ledger.notes)  # the client says later which session that is
        if not self._places or found.unread_files or open_ or redact.document_without_secrets(document) != document:
            return
        environment, (_, cache, state) = self._workspace.system.environment, self._places
        with suppress(OSError, UserError, UnicodeError):
            counts = kept_answer.counts_mark(state)
            if zlib.crc32(Path(state, "usage", "ledger").read_bytes()) != ledger.stamp:  # written by another process
                return
            before, found_until, after = text.partition(f'"until": "{until}"')
            answer = before + found_until.replace(until, kept_answer.UNTIL) + after
            content = (
                kept_answer.answer_key(self._words, environment),
                b" ".join(os.fsencode(folder).hex().encode() for folder in self._folders),
                " ".join(self._secrets()).encode(),
                self._own,
                self._read,
                counts,
                answer.encode(sys.stdout.encoding, "surrogateescape"),
            )
            files.private_folder(Path(cache))
            files.write(Path(cache, kept_answer.FILE), b"\n".join(content), durable=False)

    def _secrets(self) -> list[str]:
        """The variables whose values no answer may show."""
        known = self._workspace.knowledge
        return sorted(name for name in {*known.variables, *known.shared.secrets} if known.is_secret(name))
