"""The providers' catalogues, one module a cloud; each official SDK is imported in its module, inside functions.

listing = clouds.look(Access(...), place)      # raises Failed
"""

import atexit
import datetime
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ccsetup import recognise
from ccsetup.catalogue import Listing
from ccsetup.page import Finding
from ccsetup.profile import Profile
from ccsetup.recognise import Said
from ccsetup.refusal import Refusal
from ccsetup.secret import Secret
from ccsetup.surface import Knowledge

CONNECT_SECONDS = 3
REQUEST_SECONDS = 10
ATTEMPTS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """How a profile reaches its provider: its answers, its secrets, and the environment it would give a child."""

    name: str
    profile: Profile
    secrets: Mapping[str, Secret]
    environment: Mapping[str, str]
    home: Path
    now: datetime.datetime

    def answer(self, key: str) -> str | None:
        return self.profile.set.get(key)


class Failed(Exception):
    """A look-up that yielded nothing: the finding that names the cause, and the provider's own words.

    "denied": the provider answered and refused. "unreachable": nobody could be asked.
    """

    def __init__(self, status: Literal["denied", "unreachable"], finding: Finding, words: str = "") -> None:
        super().__init__(finding.check)
        self.status = status
        self.finding = finding
        self.words = words


def failed(said: Said, access: Access, place: str, url: str) -> Failed:
    """The failure that these words mean for this profile at this place."""
    facts = {
        "profile": access.name,
        "place": place,
        "url": url,
        "region": place,
        "project": access.answer("project") or "",
        "aws_profile": access.answer("aws_profile") or access.environment.get("AWS_PROFILE", "default"),
    }
    finding = recognise.finding(said, access.profile.surface, **facts)
    # Without a status nobody has answered; unless it is our side that has nothing to ask with.
    local = finding.check not in ("endpoint-unreachable", "tls-intercepted", recognise.UNKNOWN)
    # Codes of our own (no-key, no-token) are nobody's words.
    words = "" if said.code.startswith("no-") else str(said)
    return Failed("denied" if said.status or local else "unreachable", finding, words)


def look(access: Access, place: str | None = None) -> Listing:
    """What the profile's provider lists, at `place` or at the profile's own; Failed when it cannot be had."""
    match access.profile.surface:
        case "bedrock":
            from ccsetup.clouds import bedrock

            return bedrock.look(access, place or access.profile.set["region"])
        case "vertex":
            from ccsetup.clouds import vertex

            return vertex.look(access, place or access.profile.set["location"])
        case "api-key" | "subscription":
            from ccsetup.clouds import anthropic

            return anthropic.look(access)
        case other:
            raise Refusal(f"surface {other} has no live catalogue")


def scrub(knowledge: Knowledge) -> None:
    """Take the shell's leftovers out of this process, once, before any SDK looks: they move nothing of ours."""
    for name in [name for name in os.environ if name in knowledge.owned]:
        del os.environ[name]


@cache
def merged_bundle(extra: str) -> str:
    """A temporary file with the usual certificates and those of the file `extra`: the client adds, SDKs replace."""
    import certifi

    handle, name = tempfile.mkstemp(suffix=".pem")
    with os.fdopen(handle, "wb") as file:
        file.write(Path(certifi.where()).read_bytes() + b"\n" + Path(extra).read_bytes())
    atexit.register(Path(name).unlink, missing_ok=True)
    return name
