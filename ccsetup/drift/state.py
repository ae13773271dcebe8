"""What drift remembers: for each place the last catalogue it got, and what changed since. One file, replaced whole."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.drift import history
from ccsetup.drift.history import Event
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.system import decoding, files
from ccsetup.system.display import visible
from ccsetup.system.errors import UserError
from ccsetup.system.redact import document_without_secrets

SCHEMA = 1
KEPT = 2_000  # events; older ones are dropped


class LastAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place as it last answered, at `at` by the provider's clock (UTC).

    `pins` are pinned models as they were when last listed, by pin: what a model was is known after it vanished.
    `accepted` are the destinations that hold as agreed, by the id of the inference profile. `renamed` says which id
    came when a pinned one went. `aliases` are the ids that Claude Code asked for where a tier was not pinned, by
    prefix and tier.
    """

    surface: str
    place: str
    at: datetime.datetime
    models: tuple[Model, ...]
    pins: dict[str, Model]
    accepted: dict[str, tuple[str, ...]]
    renamed: dict[str, str] = {}
    aliases: dict[str, str] = {}


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All places by their key, and the history, oldest first."""

    schema: int = SCHEMA
    places: dict[str, LastAnswer] = {}
    history: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """The state in its folder. At any moment the file holds the old state or the new one."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "state.json"

    def read(self) -> State:
        """The state; empty when drift never ran. A file that cannot be read is a UserError that names it: what was
        accepted is in there, and is not thrown away in silence."""
        try:
            text = files.read(self.path)
        except FileNotFoundError:
            return State()
        todo = f"move it away, and the next run begins anew: mv {self.path} {self.path}.old"
        try:
            state = decoding.from_json(text, State)
        except msgspec.DecodeError as why:
            raise UserError(f"{self.path}: {visible(str(why))}", todo) from why
        if state.schema != SCHEMA:
            raise UserError(f"{self.path}: schema {state.schema} is not {SCHEMA}", f"upgrade ccsetup, or {todo}")
        return state

    def keep(
        self, seen: Mapping[str, LastAnswer], events: tuple[Event, ...] = (), *, former: Mapping[str, str] | None = None
    ) -> None:
        """Replace what is known of these places, and add to the history; what others know stands. `former` are other
        keys under which a place may be known."""
        if not seen and not events:
            return
        files.private_folder(self.folder)
        with files.locked(self.folder / ".lock"):
            files.sweep(self.folder)
            state = self.read()
            old = former or {}
            changes = [
                change
                for key, now in seen.items()
                for change in history.changes(
                    _listed(state.places.get(key) or state.places.get(old.get(key, ""))), now.models, now.place, now.at
                )
            ]
            kept = State(SCHEMA, {**state.places, **seen}, (*state.history, *changes, *events)[-KEPT:])
            clean = document_without_secrets(msgspec.to_builtins(kept))
            files.write(self.path, msgspec.json.encode(clean) + b"\n")


def seen(
    listing: Listing,
    at: datetime.datetime,
    former: LastAnswer | None,
    pins: Mapping[str, Model],
    renamed: Mapping[str, str],
    aliases: Mapping[str, str],
    *,
    accept: bool,
) -> LastAnswer:
    """A place as `listing` shows it now; `pins` are those that it lists. The first sight of an id is its base, and so
    is `accept`."""
    reach = {model.id: model.destinations for model in (*listing.models, *pins.values()) if model.destinations}
    return LastAnswer(
        listing.surface,
        listing.place,
        at,
        listing.models,
        {**(former.pins if former else {}), **pins},
        {**reach, **(former.accepted if former and not accept else {})},
        {**(former.renamed if former else {}), **renamed},
        {**(former.aliases if former else {}), **aliases},
    )


def _listed(former: LastAnswer | None) -> tuple[Model, ...] | None:
    return None if former is None else former.models
