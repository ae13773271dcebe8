"""The memory of drift: the last catalogue of each place, and its history. One file, replaced atomically."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.drift import history
from ccsetup.drift.history import Event
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.system.malformed import describe
from ccsetup.system.redact import document_without_secrets

SCHEMA = 1
KEPT = 2_000  # events; older ones are dropped


class LastAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place's last answer, at the time `at` of the provider's clock (UTC).

    `pins` are pinned models as last listed, by pin, so that a model is known after it vanished. `accepted` are the
    agreed destinations, by id of the inference profile. `renamed` maps a vanished pin to the id that appeared at that
    time. `aliases` are the ids that Claude Code requested for unpinned tiers, by prefix and tier.
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
    """All places by key, and the history, oldest first."""

    schema: int = SCHEMA
    places: dict[str, LastAnswer] = {}
    history: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """The state in its folder. The file is replaced atomically."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "state.json"

    def read(self) -> State:
        """Return the state; empty if drift never ran.

        Raises UserError, naming the file, if it is unreadable: it holds accepted destinations, so it is not discarded.
        """
        try:
            text = files.read(self.path)
        except FileNotFoundError:
            return State()
        hint = f"move it away to start over: mv {self.path} {self.path}.old"
        try:
            state = decoding.from_json(text, State)
        except msgspec.DecodeError as error:
            raise UserError(f"{self.path}: {describe(error, 'JSON')}", hint) from error
        if state.schema != SCHEMA:
            raise UserError(f"{self.path}: schema {state.schema} is not {SCHEMA}", f"upgrade ccsetup, or {hint}")
        return state

    def keep(
        self, seen: Mapping[str, LastAnswer], events: tuple[Event, ...] = (), *, former: Mapping[str, str] | None = None
    ) -> None:
        """Replace the answers of these places and extend the history; other places stay. `former` maps a key to the
        one under which the place may be stored."""
        if not seen and not events:
            return
        files.private_folder(self.folder)
        with files.locked(self.folder / ".lock"):
            files.sweep(self.folder)
            state = self.read()
            former_keys = former or {}
            changes = [
                change
                for key, answer in seen.items()
                for change in history.changes(
                    _listed(state.places.get(key) or state.places.get(former_keys.get(key, ""))),
                    answer.models,
                    answer.place,
                    answer.at,
                )
            ]
            new_state = State(SCHEMA, {**state.places, **seen}, (*state.history, *changes, *events)[-KEPT:])
            clean = document_without_secrets(msgspec.to_builtins(new_state))
            files.write(self.path, msgspec.json.encode(clean) + b"\n")


def update_answer(
    listing: Listing,
    at: datetime.datetime,
    former: LastAnswer | None,
    pins: Mapping[str, Model],
    renamed: Mapping[str, str],
    aliases: Mapping[str, str],
    *,
    accept: bool,
) -> LastAnswer:
    """Return the new answer of a place; `pins` are the pinned models that it lists.

    An id that is new gets its current destinations as accepted; with `accept` all ids do.
    """
    destinations = {model.id: model.destinations for model in (*listing.models, *pins.values()) if model.destinations}
    return LastAnswer(
        listing.surface,
        listing.place,
        at,
        listing.models,
        {**(former.pins if former else {}), **pins},
        {**destinations, **(former.accepted if former and not accept else {})},
        {**(former.renamed if former else {}), **renamed},
        {**(former.aliases if former else {}), **aliases},
    )


def _listed(former: LastAnswer | None) -> tuple[Model, ...] | None:
    return None if former is None else former.models
