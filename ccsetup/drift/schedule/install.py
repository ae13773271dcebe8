"""Installing and removing a schedule: exactly what was shown, and never what somebody else wrote."""

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
    """Where schedules are put up and taken down."""

    machine: Machine
    record: Record

    def install(self, target: Target, job: Job, texts: Sequence[Text], now: datetime.datetime) -> bool:
        """Write and start it. False where all of it stood already, and only the timer was started anew.

        What could not be started is taken back, so that files and timer never disagree.
        """
        with self._lock():
            return self._install(target, job, texts, now)

    def _install(self, target: Target, job: Job, texts: Sequence[Text], now: datetime.datetime) -> bool:
        self.check(target, texts)
        before = {text.place.name: (text.place, text.place.read()) for text in texts}
        changed = any(was != text.content for text, (_, was) in zip(texts, before.values(), strict=True))
        earlier = self.record.read().get(target.key)
        known = earlier.places if earlier else {}
        ours = {text.place.name: (digest(text.content),) for text in texts}
        # Both digests until all is written: killed in between, old and new files are still known as ours.
        both = {name: (*known.get(name, ()), *ours.get(name, ())) for name in {**known, **ours}}
        since = now if changed or earlier is None else earlier.since
        self.record.change(target.key, Written(since, job.every, job.cron, both))
        try:
            for text in texts:
                if before[text.place.name][1] != text.content:
                    text.place.put(text.content)
            for name in known.keys() - ours.keys():  # where it stood before, and stands no more
                self._withdraw(self.place(target, name), known[name])
            for command in target.start:
                self._run(command)
        except UserError:
            _restore(before)
            self.record.change(target.key, earlier)
            raise
        self.record.change(target.key, Written(since, job.every, job.cron, ours))
        return changed

    def check(self, target: Target, texts: Sequence[Text]) -> None:
        """A UserError where something stands that ccsetup did not write, or that was changed since."""
        if target.tool and not self.machine.has(target.tool):
            raise UserError(
                f"{target.tool} is not on this machine", "show the files with --print, or choose another --with"
            )
        written = self.record.read().get(target.key)
        for text in texts:
            there = text.place.read()
            if there is None or there == text.content:
                continue
            known = written.places.get(text.place.name, ()) if written else ()
            if digest(there) not in known:
                why = (
                    "was changed since ccsetup wrote it" if known else "is there already, and ccsetup did not write it"
                )
                raise UserError(f"{text.place.name} {why}", "move it away, then try again; nothing was changed")

    def remove(self, target: Target) -> tuple[str, ...]:
        """Stop it and delete what was written; the names of what went. Empty when nothing was installed."""
        with self._lock():
            return self._remove(target)

    def _lock(self) -> AbstractContextManager[None]:
        return files.locked(self.record.folder / ".lock")

    def _remove(self, target: Target) -> tuple[str, ...]:
        written = self.record.read().get(target.key)
        if written is None:
            return ()
        places = [self.place(target, name) for name in written.places]
        there = [(place, place.read()) for place in places]
        for place, content in there:
            if content is not None and digest(content) not in written.places[place.name]:
                raise UserError(
                    f"{place.name} was changed since ccsetup wrote it",
                    "nothing was removed; delete it yourself if it is no longer wanted, then run --remove again",
                )
        for command in target.stop:
            self._run(command)
        for place, content in there:
            if content is not None:
                place.clear()
        for command in target.gone:
            self._run(command)
        self.record.change(target.key, None)
        return tuple(place.name for place, content in there if content is not None)

    def _withdraw(self, place: Destination, digests: Sequence[str]) -> None:
        there = place.read()
        if there is not None and digest(there) in digests:
            place.clear()

    def place(self, target: Target, name: str) -> Destination:
        """A place of the record."""
        return target.place(name) if target.place else Disk(Path(name))

    def _run(self, command: TimerCommand) -> None:
        ran = self.machine.run(command.words, b"")
        if ran.code and not command.may_fail:
            words = " ".join(command.words)
            said = (ran.err or ran.out.decode(errors="replace")).strip()
            raise UserError(f"{words} ended with exit code {ran.code}: {said or 'no words'}", "nothing was left behind")


def _restore(before: Mapping[str, tuple[Destination, bytes | None]]) -> None:
    for place, was in before.values():
        if place.read() == was:
            continue
        if was is None:
            place.clear()
        else:
            place.put(was)
