"""Changes of a place's catalogue between two runs, as events for the history."""

import datetime
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from ccsetup.providers.catalogue import Model

What = Literal["first-look", "listed", "vanished", "lifecycle", "ends", "destinations", "re-pinned", "undone"]


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change: of a model in a place, or of a profile's pin (`profile` and `tier`)."""

    at: datetime.datetime
    what: What
    place: str
    model: str | None = None
    before: str | None = None
    after: str | None = None
    profile: str | None = None
    tier: str | None = None


def changes(
    before: tuple[Model, ...] | None, after: tuple[Model, ...], place: str, at: datetime.datetime
) -> Iterator[Event]:
    """Yield the changes from one catalogue to the next, read in `place` at the time `at`. `before` is None on the
    first run."""
    if before is None:
        yield Event(at, "first-look", place, after=f"{len(after)} models")
        return
    old, new = {model.id: model for model in before}, {model.id: model for model in after}
    for id_ in sorted(old.keys() - new.keys()):
        yield Event(at, "vanished", place, id_, before=old[id_].lifecycle)
    for id_ in sorted(new.keys() - old.keys()):
        yield Event(at, "listed", place, id_, after=new[id_].lifecycle)
    for id_ in sorted(old.keys() & new.keys()):
        for what, describe in _TOLD:
            if (old_value := describe(old[id_])) != (new_value := describe(new[id_])):
                yield Event(at, what, place, id_, old_value, new_value)


def _ends(model: Model) -> str | None:
    return model.ends_on.date().isoformat() if model.ends_on else None


def _reach(model: Model) -> str | None:
    return " ".join(sorted(model.destinations)) or None


def _life(model: Model) -> str | None:
    return model.lifecycle


_TOLD: tuple[tuple[What, Callable[[Model], str | None]], ...] = (
    ("lifecycle", _life),
    ("ends", _ends),
    ("destinations", _reach),
)
