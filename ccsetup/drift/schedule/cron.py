"""cron: a small script, and a line in the user's crontab that runs it."""

from dataclasses import dataclass
from pathlib import Path

from ccsetup.drift.schedule.model import Destination, Job, Machine, Target, Text, TimerStatus, filled
from ccsetup.drift.schedule.record import Disk
from ccsetup.shells import posix
from ccsetup.system.display import pasted
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
        look=lambda: _read_timer(machine),
        see=f"cat {pasted(str(log))}",
        place=lambda name: _place(machine, name),
    )


def _place(machine: Machine, name: str) -> Destination:
    return Crontab(machine) if name == CRONTAB else Disk(Path(name))


def _escaped(command: str) -> str:
    """Escape `%`, which ends the command in a crontab. See crontab(5)."""
    return command.replace("%", "\\%")


@dataclass(frozen=True, slots=True)
class Crontab:
    """ccsetup's lines in the user's crontab; all other bytes stay.

    They come first, since what the user's own lines set (SHELL, PATH) applies only to the lines below it.
    """

    machine: Machine

    @property
    def name(self) -> str:
        return CRONTAB

    def read(self) -> bytes | None:
        _, own_lines, _ = _split_crontab(self._all())
        return own_lines or None

    def put(self, content: bytes) -> None:
        before, _, after = _split_crontab(self._all())
        self._write(before + content + after)

    def clear(self) -> None:
        before, own_lines, after = _split_crontab(self._all())
        if not own_lines:
            return
        if before or after:
            self._write(before + after)
        elif self.machine.run(("crontab", "-r"), b"").code:
            raise UserError("crontab -r did not remove the empty crontab", "remove it yourself: crontab -r")

    def _all(self) -> bytes:
        result = self.machine.run(("crontab", "-l"), b"")
        if result.code == 0:
            return result.out
        if "no crontab for" in result.err or "No such file" in result.err:  # busybox prints the second
            return b""
        raise UserError(f"crontab -l ended with exit code {result.code}: {result.err}", "nothing was changed")

    def _write(self, content: bytes) -> None:
        result = self.machine.run(("crontab", "-"), content)
        if result.code:
            raise UserError(f"crontab - ended with exit code {result.code}: {result.err}", "nothing was changed")


def _split_crontab(crontab: bytes) -> tuple[bytes, bytes, bytes]:
    """Split the crontab: before ccsetup's lines, the lines, and after them; without the lines everything is after."""
    begin = crontab.find(BEGIN.encode())
    if begin < 0 or (begin and crontab[begin - 1 : begin] != b"\n"):
        return b"", b"", crontab
    end = crontab.find(END.encode(), begin)
    if end < 0:
        raise UserError("the crontab has the begin of ccsetup's lines and not their end", "fix it with: crontab -e")
    end += len(END)
    return crontab[:begin], crontab[begin:end], crontab[end:]


def _read_timer(machine: Machine) -> TimerStatus:
    is_installed = Crontab(machine).read() is not None
    return TimerStatus(is_installed, "" if is_installed else "the crontab has no lines of ccsetup's")
