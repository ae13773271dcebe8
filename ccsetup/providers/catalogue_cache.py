"""The last answer of each place, kept with its time: for completion, for the wizard, for when nobody can be asked."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.profile.profile import Profile
from ccsetup.providers.catalogue import Listing
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.system.redact import document_without_secrets


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Listings in the cache folder. A cache that cannot be read or written is as good as an empty one."""

    folder: Path
    asks_as: Callable[[str, Profile], tuple[str, ...]]  # all that says who asked

    def keep(self, name: str, profile: Profile, listing: Listing) -> None:
        try:
            files.private_folder(self.folder)
            clean = document_without_secrets(msgspec.to_builtins(listing))
            files.write(self._path(name, profile, listing.place), msgspec.json.encode(clean), durable=False)
        except UserError:
            pass

    def last(self, name: str, profile: Profile, place: str) -> Listing | None:
        """What the place listed when somebody last looked with this profile's answers; None for never."""
        try:
            return decoding.from_json(files.read(self._path(name, profile, place)), Listing)
        except (FileNotFoundError, UserError, msgspec.DecodeError):
            return None

    def _path(self, name: str, profile: Profile, place: str) -> Path:
        """Profiles that ask as the same, for the same place, share an answer."""
        text = msgspec.json.encode((place, *self.asks_as(name, profile)))
        return self.folder / f"{hashlib.sha256(text).hexdigest()[:24]}.json"
