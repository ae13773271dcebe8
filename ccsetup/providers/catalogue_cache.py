"""The last listing of each place with its time: for completion, for the wizard, and for offline use."""

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
    """Listings in the cache folder. A cache that cannot be read or written is treated as empty."""

    folder: Path
    identity_key: Callable[[str, Profile], tuple[str, ...]]  # everything that identifies the requester

    def keep(self, name: str, profile: Profile, listing: Listing) -> None:
        try:
            files.private_folder(self.folder)
            clean = document_without_secrets(msgspec.to_builtins(listing))
            files.write(self._path(name, profile, listing.place), msgspec.json.encode(clean), durable=False)
        except UserError:
            pass

    def last(self, name: str, profile: Profile, place: str) -> Listing | None:
        """The last listing of the place that was read with this profile's answers; None if not found."""
        try:
            return decoding.from_json(files.read(self._path(name, profile, place)), Listing)
        except (FileNotFoundError, UserError, msgspec.DecodeError):
            return None

    def _path(self, name: str, profile: Profile, place: str) -> Path:
        """The path of a listing; profiles that send the same requests to the same place share it."""
        text = msgspec.json.encode((place, *self.identity_key(name, profile)))
        return self.folder / f"{hashlib.sha256(text).hexdigest()[:24]}.json"
