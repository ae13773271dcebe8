"""Names and files that Claude Code does not read and that look as if it did: a strict, frozen reader of
`profiles/_nearly.toml`."""

import datetime
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal

import msgspec

from ccsetup.knowledge import strict
from ccsetup.system.spelling import is_misspelt

FILE = "_nearly"
_OWN = re.compile("ANTHROPIC_|AWS_|AZURE_|CLAUDE_|CLOUD_ML_|GCLOUD_|GOOGLE_|VERTEX_")


class UnreadFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """File names in a folder that Claude Code does not read; `wanted` is the file that it reads there."""

    folder: Literal["settings", "home", "project"]
    names: tuple[str, ...]
    wanted: str
    always: bool = False  # whatever is in it


class NearAws(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names that give AWS credentials: `keys` in the AWS files, `variables`, and what is `meant` by names that are
    neither."""

    keys: tuple[str, ...]
    variables: tuple[str, ...]
    meant: dict[str, str]

    def key_meant_by(self, key: str) -> str | None:
        """Return the key that one in an AWS file is meant to be; None if it is right but for its case, or like none."""
        if key.lower() in self.keys:
            return None
        bare = re.sub(r"^export\s+", "", key.strip().strip("'\"")).replace("-", "_").replace(" ", "_").lower()
        return bare if bare in self.keys else self.meant.get(bare) or _nearest(bare, self.keys)

    def variable_meant_by(self, name: str, environment: Mapping[str, str]) -> str | None:
        """Return the variable that a name of the shell is meant to be, unless that one is set too."""
        upper = name.replace("-", "_").upper()
        if name in self.variables or not upper.startswith("AWS_"):
            return None
        meant = upper if upper in self.variables else self.meant.get(upper) or _nearest(upper, self.variables)
        return meant if meant and not environment.get(meant) else None


def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    return next((one for one in known if is_misspelt(name, one)), None)


class NearlyRight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    title: str
    source: str
    seen: datetime.date
    client: str
    env: tuple[str, ...]
    others: tuple[str, ...]
    shell_words: tuple[str, ...]
    any_case: tuple[str, ...]
    file: tuple[UnreadFile, ...]
    aws: NearAws
    meant: dict[str, str]

    def meant_by(self, name: str, known: tuple[str, ...], is_known: Callable[[str], bool]) -> str | None:
        """Return the variable that a name in a settings file is meant to be; None if it is right, or nothing like a
        variable of ours. `known` are the names that it may be a misspelling of."""
        if is_known(name):
            return None
        words = "|".join(re.escape(word) for word in self.shell_words)
        bare = re.sub(rf"^(?:{words})(?:\s+-\w+)?\s*", "", name.strip().strip("'\""), flags=re.IGNORECASE)
        upper = bare.strip().rstrip("=").replace("-", "_").upper()
        if upper in self.meant:
            return self.meant[upper]
        is_read = upper == name.upper() and (sys.platform == "win32" or (name.islower() and upper in self.any_case))
        if is_read or is_known(upper):
            return upper if not is_read and _OWN.match(upper) else None
        return _nearest(upper, known)


@cache
def near_misses() -> NearlyRight:
    """Load the table, once; raises UserError naming file and key if it is malformed."""
    return strict.read_table(FILE, NearlyRight)
