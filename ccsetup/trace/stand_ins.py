"""Stand-ins for secrets: what the traced client is given in their place, so that nothing it does can give one away."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ccsetup.knowledge import secret_shapes
from ccsetup.system.secret import Secret

_PREFIX = re.compile(r"sk-ant-[a-z]{3,5}\d{2}-|bedrock-api-key-|ABSK|1//")
_TAIL = 4  # letters that are shown of a secret of TAILED letters or more
_TAILED = 16
_HEADER = re.compile(r"^(\s*([^:\r\n]*?)\s*:\s*(?:bearer\s+)?)(.+)$", re.I | re.M)


@dataclass(slots=True)
class StandIns:
    """Makes them, and remembers whose each is: `names` are the words for what is then seen on the wire.

    The same secret gets the same stand-in; `salt` is of one run, so that no stand-in tells anything of its secret.
    `aws` holds the key id of each AWS profile, `google` who signs in by each credentials file, `login` the token of
    the Claude login.
    """

    salt: bytes
    names: dict[str, str] = field(default_factory=dict)
    aws: dict[str, str] = field(default_factory=dict)
    google: dict[str, str] = field(default_factory=dict)
    login: str | None = None

    def of(self, secret: str, whose: str) -> str:
        """A text of the same shape: its kind's prefix, its length, its odd characters and its last four."""
        digest = hmac.new(self.salt, secret.encode(errors="surrogateescape"), hashlib.sha256).hexdigest()
        found = _PREFIX.match(secret)
        head = found.end() if found else 0
        end = len(secret) - (_TAIL if len(secret) >= _TAILED else 0)
        letters = [
            digest[place % len(digest)] if head <= place < end and letter.isalnum() else letter
            for place, letter in enumerate(secret)
        ]
        made = "".join(letters)
        tail = f"{Secret(secret)}, " if len(secret) >= _TAILED else ""
        self.names.setdefault(made.strip(), f"{tail}{whose}")
        return made

    def made(self, text: str, whose: str) -> str:
        """A stand-in for what cannot be had without asking somebody."""
        self.names.setdefault(text, f"{whose}, not shown")
        return text

    def headers(self, text: str, whose: str) -> str:
        """Header lines with stand-ins for all but the harmless among them."""

        def replaced(line: re.Match[str]) -> str:
            return line[0] if not secret_shapes.secret_header(line[0]) else line[1] + self.of(line[3], whose)

        return _HEADER.sub(replaced, text)

    def known(self, identity: str, name: str) -> None:
        """What is no secret, and goes as it is: an access key's id, an account's address."""
        self.names.setdefault(identity, name)


def shown(identity: str, names: Mapping[str, str]) -> str:
    """An identity in words; one that nobody named by its last letters."""
    return names.get(identity) or str(Secret(identity))
