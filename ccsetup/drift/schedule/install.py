"""Installs and removes a schedule: exactly what was shown, and never files of another origin."""

import datetime
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ccsetup.drift.schedule.model import Destination, Job, Machine, Target, Text, TimerCommand
from ccsetup.drift.schedule.record import Disk, Record, Written, digest
from ccsetup.system import files
from ccsetup.system.errors import UserError


@dataclass(frozen=True, slots=True)
class Workshop:
    """Installs and removes schedules."""

    machine: Machine
    record: Record

    def install(self, target: Target, job: Job, texts: Sequence[Text], now: datetime.datetime) -> bool:
        """Write and start the schedule. False if everything was written already and only the timer was restarted.

        If it cannot be started, its files are restored, so that files and timer never disagree.
        """
        with self._lock():
            return self._install(target, job, texts, now)

    def _install(self, target: Target, job: Job, texts: Sequence[Text], now: datetime.datetime) -> bool:
        self.check(target, texts)
        before = {text.place.name: (text.place, text.place.read()) for text in texts}
        changed = any(previous != text.content for text, (_, previous) in zip(texts, before.values(), strict=True))
        earlier = self.record.read().get(target.key)
        known = earlier.places if earlier else {}
        current = {text.place.name: (digest(text.content),) for text in texts}
        # Both digests until everything is written: after a crash, old and new files are still recognised as ccsetup's.
        all_digests = {name: (*known.get(name, ()), *current.get(name, ())) for name in {**known, **current}}
        since = now if changed or earlier is None else earlier.since
        self.record.change(target.key, Written(since, job.every, job.cron, all_digests))
        try:
            for text in texts:
                if before[text.place.name][1] != text.content:
                    text.place.put(text.content)
            for name in known.keys() - current.keys():  # previous places that are no longer used
                self._withdraw(self.place(target, name), known[name])
            for command in target.start:
                self._run(command)
        except UserError:
            _restore(before)
            self.record.change(target.key, earlier)
            raise
        self.record.change(target.key, Written(since, job.every, job.cron, current))
        return changed

    def check(self, target: Target, texts: Sequence[Text]) -> None:
        """Raise UserError if a file exists that ccsetup did not write, or that was changed since."""
        if target.tool and not self.machine.has(target.tool):
            raise UserError(
                f"{target.tool} is not on this machine", "show the files with --print, or choose another --with"
            )
        written = self.record.read().get(target.key)
        for text in texts:
            existing = text.place.read()
            if existing is None or existing == text.content:
                continue
            known = written.places.get(text.place.name, ()) if written else ()
            if digest(existing) not in known:
                reason = (
                    "was changed since ccsetup wrote it" if known else "already exists, and ccsetup did not write it"
                )
                raise UserError(f"{text.place.name} {reason}", "move it away, then try again; nothing was changed")

    def remove(self, target: Target) -> tuple[str, ...]:
        """Stop the schedule and delete its files; return their names. Empty if nothing was installed."""
        with self._lock():
            return self._remove(target)

    def _lock(self) -> AbstractContextManager[None]:
        return files.locked(self.record.folder / ".lock")

    def _remove(self, target: Target) -> tuple[str, ...]:
        written = self.record.read().get(target.key)
        if written is None:
            return ()
        places = [self.place(target, name) for name in written.places]
        contents = [(place, place.read()) for place in places]
        for place, content in contents:
            if content is not None and digest(content) not in written.places[place.name]:
                raise UserError(
                    f"{place.name} was changed since ccsetup wrote it",
                    "nothing was removed; delete it yourself if it is no longer wanted, then run --remove again",
                )
        for command in target.stop:
            self._run(command)
        for place, content in contents:
            if content is not None:
                place.clear()
        for command in target.gone:
            self._run(command)
        self.record.change(target.key, None)
        return tuple(place.name for place, content in contents if content is not None)

    def _withdraw(self, place: Destination, digests: Sequence[str]) -> None:
        existing = place.read()
        if existing is not None and digest(existing) in digests:
            place.clear()

    def place(self, target: Target, name: str) -> Destination:
        """Return the place with this name in the record."""
        return target.place(name) if target.place else Disk(Path(name))

    def _run(self, command: TimerCommand) -> None:
        result = self.machine.run(command.words, b"")
        if result.code and not command.may_fail:
            command_line = " ".join(command.words)
            output = (result.err or result.out.decode(errors="replace")).strip()
            raise UserError(
                f"{command_line} ended with exit code {result.code}: {output or 'no output'}", "nothing was left behind"
            )


def _restore(before: Mapping[str, tuple[Destination, bytes | None]]) -> None:
    for place, content in before.values():
        if place.read() == content:
            continue
        if content is None:
            place.clear()
        else:
            place.put(content)
