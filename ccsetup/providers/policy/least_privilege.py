"""The least that a cloud has to allow for a profile: what, in the cloud's own words, and as what a person can apply."""

import datetime
from collections.abc import Mapping
from functools import cache

import msgspec

from ccsetup.knowledge import strict
from ccsetup.system.errors import UserError

FILE = "_policy"


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A further part that not everybody needs; `about` says who does. `billing` is granted on the billing account."""

    name: str
    about: str
    sid: str = ""
    actions: tuple[str, ...] = ()
    role: str = ""
    billing: tuple[str, ...] = ()
    when: Mapping[str, str] = {}


class Aws(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Actions of IAM. `through` is the condition key that ties a model to an inference profile; `largest` is how many
    characters a managed policy may have."""

    invoke: tuple[str, ...]
    resolve: tuple[str, ...]
    through: str
    largest: int
    block: tuple[Block, ...]


class Google(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Permissions and roles: `invoke` on the project, `charge` on the one that calls are counted against; `role` is the
    documented one, which allows much more; so does `billing_role`, on the billing account."""

    service: str
    title: str
    invoke: tuple[str, ...]
    role: str
    charge: str
    charge_role: str
    billing_role: str
    block: tuple[Block, ...]


class Least(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of the file."""

    title: str
    source: str
    seen: datetime.date
    aws: Aws
    google: Google


@cache
def load_policy() -> Least:
    """`profiles/_policy.toml`; a malformed file is a UserError that names file and key."""
    return strict.known(FILE, Least)


def chosen(blocks: tuple[Block, ...], wanted: tuple[str, ...]) -> tuple[Block, ...]:
    """The blocks of these names, in their own order; a name there is none of is a UserError."""
    known = {block.name: block for block in blocks}
    if unknown := [name for name in wanted if name not in known]:
        raise UserError(f"--with {unknown[0]}: there is no such part here", f"one of: {', '.join(known)}")
    return tuple(block for block in blocks if block.name in wanted)
