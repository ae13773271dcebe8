"""The result of the last run of `drift`: written by `drift`, read by `schedule --status` and by the next run."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.system import decoding, files
from ccsetup.system.display import pasted
from ccsetup.system.errors import UserError
from ccsetup.system.malformed import describe
from ccsetup.system.redact import document_without_secrets


class LastRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run: its time (UTC), its exit code, a one-line summary, and a digest of its findings.

    Equal digests mean that nothing changed between two runs.
    """

    at: datetime.datetime
    code: int
    summary: str
    digest: str


@dataclass(frozen=True, slots=True)
class Runs:
    """The last run, in one file of `folder`."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "last-run.json"

    def last(self) -> LastRun | None:
        """Return the last run; None if there was none. Raises UserError, naming the file, if it is unreadable."""
        try:
            return decoding.from_json(files.read(self.path), LastRun)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise UserError(
                f"{self.path}: {describe(error, 'JSON')}", f"remove it: rm {pasted(str(self.path))}"
            ) from error

    def record(self, run: LastRun) -> None:
        """Replace the last run atomically."""
        files.private_folder(self.folder)
        files.write(self.path, msgspec.json.encode(document_without_secrets(msgspec.to_builtins(run))) + b"\n")


def all_profiles(state: Path) -> Runs:
    """The last run over all profiles, in the state folder."""
    return Runs(state / "drift")
