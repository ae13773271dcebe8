"""The permissions that a profile needs, by cloud: a strict, frozen reader of `profiles/_policy.toml`."""

import datetime
from collections.abc import Mapping
from functools import cache

import msgspec

from ccsetup.knowledge import strict
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import choices

FILE = "_policy"


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An optional part of the policy; `about` describes who needs it."""

    name: str
    about: str
    sid: str = ""
    actions: tuple[str, ...] = ()
    role: str = ""
    billing: tuple[str, ...] = ()
    when: Mapping[str, str] = {}


class Aws(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Actions of IAM. `through` is the condition key that ties a model to an inference profile; `largest` is the
    maximum number of characters of a managed policy."""

    invoke: tuple[str, ...]
    resolve: tuple[str, ...]
    through: str
    largest: int
    block: tuple[Block, ...]


class Google(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Permissions and roles: `invoke` on the project, `charge` on the project that requests are counted against; `role`
    is the documented role, which allows much more."""

    service: str
    title: str
    invoke: tuple[str, ...]
    role: str
    charge: str
    charge_role: str
    billing_role: str
    block: tuple[Block, ...]


class Least(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    title: str
    source: str
    seen: datetime.date
    aws: Aws
    google: Google


@cache
def load_policy() -> Least:
    """Load `profiles/_policy.toml`, once; raises UserError naming file and key if it is malformed."""
    return strict.read_table(FILE, Least)


def choose_blocks(blocks: tuple[Block, ...], wanted: tuple[str, ...]) -> tuple[Block, ...]:
    """The blocks with these names, in their own order; raises UserError for an unknown name."""
    known = {block.name: block for block in blocks}
    if unknown := [name for name in wanted if name not in known]:
        raise UserError(f"--with {unknown[0]}: this surface has no such part", choices(unknown[0], known))
    return tuple(block for block in blocks if block.name in wanted)
