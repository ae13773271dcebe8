"""Stand-ins: values that the traced client gets in place of secrets, so that it cannot reveal any."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ccsetup.knowledge import secret_shapes
from ccsetup.system.secret import Secret

_PREFIX = re.compile(r"sk-ant-[a-z]{3,5}\d{2}-|bedrock-api-key-|ABSK|1//")
_TAIL = 4  # characters shown of a secret of TAILED or more
_TAILED = 16
_HEADER = re.compile(r"^(\s*([^:\r\n]*?)\s*:\s*(?:bearer\s+)?)(.+)$", re.I | re.M)


@dataclass(slots=True)
class StandIns:
    """Creates stand-ins and records their origin: `names` maps what appears in a request to its description.

    Within one run the same secret gets the same stand-in; `salt` differs for each run, so that a stand-in reveals
    nothing about its secret. `aws` has the key id of each AWS profile, `google` the identity of each credentials file,
    `login` the token of the Claude login.
    """

    salt: bytes
    names: dict[str, str] = field(default_factory=dict)
    aws: dict[str, str] = field(default_factory=dict)
    google: dict[str, str] = field(default_factory=dict)
    login: str | None = None

    def replace_secret(self, secret: str, whose: str) -> str:
        """Return a stand-in of the same shape: the secret's prefix, length, punctuation and last four characters."""
        digest = hmac.new(self.salt, secret.encode(errors="surrogateescape"), hashlib.sha256).hexdigest()
        prefix = _PREFIX.match(secret)
        head = prefix.end() if prefix else 0
        end = len(secret) - (_TAIL if len(secret) >= _TAILED else 0)
        letters = [
            digest[position % len(digest)] if head <= position < end and letter.isalnum() else letter
            for position, letter in enumerate(secret)
        ]
        stand_in = "".join(letters)
        tail = f"{Secret(secret)}, " if len(secret) >= _TAILED else ""
        self.names.setdefault(stand_in.strip(), f"{tail}{whose}")
        return stand_in

    def add_placeholder(self, text: str, whose: str) -> str:
        """Register a stand-in for a secret that only a request or a program can provide."""
        self.names.setdefault(text, f"{whose}, not shown")
        return text

    def headers(self, text: str, whose: str) -> str:
        """Return header lines with stand-ins for values that may be secret."""

        def replaced(line: re.Match[str]) -> str:
            return (
                line[0] if not secret_shapes.secret_header(line[0]) else line[1] + self.replace_secret(line[3], whose)
            )

        return _HEADER.sub(replaced, text)

    def add_known(self, identity: str, name: str) -> None:
        """Register a value that is not secret and stays as it is: an access key id, an account's address."""
        self.names.setdefault(identity, name)


def describe_identity(identity: str, names: Mapping[str, str]) -> str:
    """Return the description of an identity; of an unknown one the last characters only."""
    return names.get(identity) or str(Secret(identity))
