"""cron: a small script, and one line in the user's crontab that runs it."""

from dataclasses import dataclass
from pathlib import Path

from ccsetup.drift.schedule.model import Destination, Job, Machine, Target, Text, TimerStatus, filled
from ccsetup.drift.schedule.record import Disk
from ccsetup.shells import posix
from ccsetup.system.errors import UserError

CRONTAB = "ccsetup's block in the crontab"
BEGIN = "# BEGIN ccsetup drift: written by `ccsetup schedule`, removed by `ccsetup schedule --remove`\n"
END = "# END ccsetup drift\n"


def cron_target(machine: Machine) -> Target:
    folder = machine.state / "schedule"
    log = machine.state / "drift" / "cron.log"

    def texts(job: Job) -> tuple[Text, ...]:
        exports = "".join(f"export {name}={posix.quote(value)}\n" for name, value in job.environment.items())
        script = filled(
            "cron.sh",
            {
                "exports": exports,
                "folder": posix.quote(str(log.parent)),
                "log": posix.quote(str(log)),
                "command": " ".join(map(posix.quote, job.words)),
            },
        )
        file = folder / "drift.sh"
        line = f"{job.cron} {_escaped(f'/bin/sh {posix.quote(str(file))}')}\n"
        return Text(Disk(file), script.encode()), Text(Crontab(machine), f"{BEGIN}{line}{END}".encode())

    return Target(
        name="cron",
        tool="crontab",
        texts=texts,
        look=lambda: _look(machine),
        see=f"cat {posix.quote(str(log))}",
        place=lambda name: _place(machine, name),
    )


def _place(machine: Machine, name: str) -> Destination:
    return Crontab(machine) if name == CRONTAB else Disk(Path(name))


def _escaped(command: str) -> str:
    """A bare `%` ends the command in a crontab. See crontab(5)."""
    return command.replace("%", "\\%")


@dataclass(frozen=True, slots=True)
class Crontab:
    """Our lines in the user's crontab; every other byte of it stays.

    They stand first: what the user's own lines set (SHELL, PATH) holds for the lines below it only.
    """

    machine: Machine

    @property
    def name(self) -> str:
        return CRONTAB

    def read(self) -> bytes | None:
        _, ours, _ = _parted(self._all())
        return ours or None

    def put(self, content: bytes) -> None:
        before, _, after = _parted(self._all())
        self._write(before + content + after)

    def clear(self) -> None:
        before, ours, after = _parted(self._all())
        if not ours:
            return
        if before or after:
            self._write(before + after)
        elif self.machine.run(("crontab", "-r"), b"").code:
            raise UserError("crontab -r did not remove the empty crontab")

    def _all(self) -> bytes:
        ran = self.machine.run(("crontab", "-l"), b"")
        if ran.code == 0:
            return ran.out
        if "no crontab for" in ran.err or "No such file" in ran.err:  # the second is busybox's
            return b""
        raise UserError(f"crontab -l ended with exit code {ran.code}: {ran.err}", "nothing was changed")

    def _write(self, content: bytes) -> None:
        ran = self.machine.run(("crontab", "-"), content)
        if ran.code:
            raise UserError(f"crontab - ended with exit code {ran.code}: {ran.err}", "nothing was changed")


def _parted(crontab: bytes) -> tuple[bytes, bytes, bytes]:
    """What is before our lines, our lines, and what is after them; without ours, all of it is after."""
    begin = crontab.find(BEGIN.encode())
    if begin < 0 or (begin and crontab[begin - 1 : begin] != b"\n"):
        return b"", b"", crontab
    end = crontab.find(END.encode(), begin)
    if end < 0:
        raise UserError("the crontab has the begin of ccsetup's lines and not their end", "mend it with: crontab -e")
    end += len(END)
    return crontab[:begin], crontab[begin:end], crontab[end:]


def _look(machine: Machine) -> TimerStatus:
    there = Crontab(machine).read() is not None
    return TimerStatus(there, "" if there else "the crontab has no lines of ccsetup's")
