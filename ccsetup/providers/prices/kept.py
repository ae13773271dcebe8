"""The prices that were read, kept with their day in the state folder: for --offline, `run`, `drift` and `cost`.

No secret and no account is in there. What cannot be read or written is as good as nothing kept.
"""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import catalogue, identity, places
from ccsetup.providers.prices.price import ModelPrice, Prices, Unpriced, load_sources
from ccsetup.providers.prices.published import PublishedPage
from ccsetup.system import decoding, files
from ccsetup.system.errors import UserError
from ccsetup.system.redact import document_without_secrets

SCHEMA = 1
_PAGE = "published.json"


class Known(msgspec.Struct, frozen=True):
    """One model: its price when last read, the one that was agreed to, and why the last look found none or not all."""

    now: ModelPrice | None
    agreed: ModelPrice | None
    reason: str = ""

    @property
    def moved(self) -> bool:
        """Whether the price is another than the agreed one."""
        if self.now is None or self.agreed is None:
            return False
        return (self.now.prices, self.now.above) != (self.agreed.prices, self.agreed.above)


class _KeptPrices(msgspec.Struct, frozen=True):
    """Everything that was read for profiles that ask as one, at one place."""

    schema: int
    looked_at: datetime.datetime
    models: dict[str, Known]
    elsewhere: tuple[ModelPrice, ...] = ()


class _KeptPage(msgspec.Struct, frozen=True):
    """Anthropic's page, read for whichever profile."""

    schema: int
    read_at: datetime.datetime
    page: PublishedPage


@dataclass(frozen=True, slots=True)
class KeptPrices:
    """The folder of kept prices."""

    folder: Path

    def known(self, name: str, profile: Profile) -> Mapping[str, Known]:
        """What is known of each model that was asked for; empty if `prices` never ran for such a profile."""
        kept = self._read(name, profile)
        return kept.models if kept else {}

    def unit_prices(self, name: str, profile: Profile, models: Iterable[str]) -> dict[str, ModelPrice]:
        """The last price of each of these ids, for those that have one: decimals by kind, the band above, basis, source
        and the time it was read. Ids are as transcripts have them; the client's `[1m]` does not count."""
        models, known = tuple(models), self.known(name, profile)
        has_page = find_surface(profile.surface).prices == "published"
        found = self.published(models, places.place(profile)) if has_page else {}
        for model in models:
            one = known.get(catalogue.without_suffix(model))
            if one is not None and one.now is not None:
                found[model] = one.now
        return found

    def published(self, models: Iterable[str], place: str) -> dict[str, ModelPrice]:
        """What Anthropic's page said of any models when it was last read: for what has no seller's own price."""
        try:
            kept = decoding.from_json(files.read(self.folder / _PAGE), _KeptPage)
        except (FileNotFoundError, UserError, msgspec.DecodeError, RecursionError):
            return {}
        if kept.schema != SCHEMA:
            return {}
        found = {model: kept.page.price_of(catalogue.without_suffix(model), place, kept.read_at) for model in models}
        return {model: price for model, price in found.items() if price is not None}

    def stamp(self, name: str, profile: Profile) -> str:
        """Another for other kept prices of the profile."""
        path = self._path(name, profile)
        return f"{path.name} {_checksum(path)}"

    @property
    def page_stamp(self) -> str:
        """Another for another kept page."""
        return _checksum(self.folder / _PAGE)

    def last(self, name: str, profile: Profile, pins: Iterable[str], *, all_regions: bool = False) -> Prices | None:
        """What the last look found for these pins; None if there was none."""
        kept = self._read(name, profile)
        if kept is None:
            return None
        pins = tuple(dict.fromkeys(map(catalogue.without_suffix, pins)))
        known = {pin: kept.models.get(pin) or Known(None, None, "its price was never read") for pin in pins}
        models = tuple(one.now for one in known.values() if one.now is not None)
        unpriced = tuple(Unpriced(pin, one.reason) for pin, one in known.items() if one.reason)
        elsewhere = tuple(one for one in kept.elsewhere if one.model in pins) if all_regions else ()
        return Prices(places.place(profile), models, unpriced, reached=True, elsewhere=elsewhere)

    def keep(self, name: str, profile: Profile, prices: Prices, now: datetime.datetime) -> None:
        """Remember what was read. A model that was not priced this time keeps its last price, and why."""
        self.keep_all(((name, profile, prices),), now)

    def keep_all(self, read: Iterable[tuple[str, Profile, Prices]], now: datetime.datetime) -> None:
        """Like `keep`, for several profiles: each file is read and written once."""
        shared: dict[Path, list[tuple[str, Profile, Prices]]] = {}
        for name, profile, prices in read:
            if prices.reached:
                shared.setdefault(self._path(name, profile), []).append((name, profile, prices))
        if not shared:
            return
        try:
            with files.locked(self.folder / ".lock"):
                files.sweep(self.folder)
                for alike in shared.values():
                    self._keep(alike, now)
        except UserError:
            pass

    def _keep(self, alike: Sequence[tuple[str, Profile, Prices]], now: datetime.datetime) -> None:
        """Add what was read for profiles that share a file. Call it under the lock."""
        name, profile, _ = alike[0]
        before = self._read(name, profile)
        models = dict(before.models) if before else {}
        elsewhere = before.elsewhere if before else ()
        page = None
        for _, _, prices in alike:
            reasons = {one.model: one.reason for one in prices.unpriced}
            fresh = {one.model: one for one in prices.models}
            for model in (*fresh, *(one for one in reasons if one not in fresh)):
                old = models.get(model) or Known(None, None)
                price = fresh.get(model) or old.now
                models[model] = Known(price, old.agreed or price, reasons.get(model, ""))
            elsewhere, page = prices.elsewhere or elsewhere, prices.page or page
        if isinstance(page, PublishedPage):
            files.write(self.folder / _PAGE, msgspec.json.encode(_KeptPage(SCHEMA, now, page)) + b"\n")
        self._write(name, profile, _KeptPrices(SCHEMA, now, models, elsewhere))

    def agree(self, name: str, profile: Profile) -> None:
        """Take the prices of now as agreed to."""
        try:
            with files.locked(self.folder / ".lock"):
                if kept := self._read(name, profile):
                    models = {model: Known(one.now, one.now, one.reason) for model, one in kept.models.items()}
                    self._write(name, profile, msgspec.structs.replace(kept, models=models))
        except UserError:
            pass

    def _read(self, name: str, profile: Profile) -> _KeptPrices | None:
        try:
            kept = decoding.from_json(files.read(self._path(name, profile)), _KeptPrices)
        except (FileNotFoundError, UserError, msgspec.DecodeError, RecursionError):
            return None
        return kept if kept.schema == SCHEMA else None

    def _write(self, name: str, profile: Profile, kept: _KeptPrices) -> None:
        clean = document_without_secrets(msgspec.to_builtins(kept))
        files.write(self._path(name, profile), msgspec.json.encode(clean) + b"\n")

    def _path(self, name: str, profile: Profile) -> Path:
        """Profiles that ask as the same for the same place and tier share a file; a changed profile has another."""
        asked = (places.place(profile), profile.set.get("service_tier", ""), *identity.declared_identity(name, profile))
        return self.folder / f"{hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:24]}.json"


def _checksum(path: Path) -> str:
    try:
        return hashlib.sha256(files.read(path)).hexdigest()
    except (FileNotFoundError, UserError):
        return ""


def is_old(price: ModelPrice, now: datetime.datetime) -> bool:
    """Whether the price was read longer ago than one is relied on."""
    return now - price.read_at > datetime.timedelta(days=load_sources().keep_days)
