"""The last answer of each place, kept with its time: for completion, for the wizard, for when nobody can be asked."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup import files
from ccsetup.catalogue import Listing
from ccsetup.profile import Profile
from ccsetup.refusal import Refusal

# Whose answer it is.
_IDENTITY = ("aws_profile", "project", "workspace", "base_url", "bearer_token", "key", "oauth_token", "auth_token")


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Listings in the cache folder. A cache that cannot be read or written is as good as an empty one."""

    folder: Path

    def keep(self, name: str, profile: Profile, listing: Listing) -> None:
        try:
            files.private_folder(self.folder)
            files.write(self._path(name, profile, listing.place), msgspec.json.encode(listing), durable=False)
        except Refusal:
            pass

    def last(self, name: str, profile: Profile, place: str) -> Listing | None:
        """What the place listed when somebody last looked with this profile's answers; None for never."""
        try:
            return msgspec.json.decode(files.read(self._path(name, profile, place)), type=Listing)
        except (FileNotFoundError, Refusal, msgspec.DecodeError):
            return None

    def _path(self, name: str, profile: Profile, place: str) -> Path:
        """Profiles that would get the same answer share it; a secret in the profile's own keyring entry is its own."""
        answers = [f"{key}={profile.set[key]}" for key in _IDENTITY if key in profile.set]
        own = [name] if "keyring:" in profile.set.values() else []
        text = "\0".join((profile.surface, place, *answers, *own))
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"
