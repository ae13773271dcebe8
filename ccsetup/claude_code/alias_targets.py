"""The ids that the installed client asks for, of its own aliases and for pins. Never what another release asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, assert_never

from ccsetup.claude_code.facts.kept import installed_facts, known_prefixes, model_table
from ccsetup.claude_code.facts.provider_tables import provider_name
from ccsetup.claude_code.installation import Client
from ccsetup.claude_code.published_catalogue import MOVES, Published, cached_path, read_published
from ccsetup.claude_code.settings import Layer
from ccsetup.knowledge import precedence
from ccsetup.knowledge.precedence import Provider
from ccsetup.knowledge.prefix import Prefix
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.providers.catalogue import TIERS, without_suffix

Origin = Literal["client", "published", "release", "unknown"]
_ANTHROPICS = provider_name(precedence.FIRST_PARTY)
_BUILT_IN = "us."  # how the client's own table writes Bedrock's ids


@dataclass(frozen=True, slots=True)
class AliasTarget:
    """What one alias asks for: `id` is None if not known. `by` says which client, or which catalogue."""

    id: str | None
    origin: Origin
    by: str

    @property
    def document(self) -> dict[str, str | None]:
        """For JSON: the id, which kind of source says so, and its name."""
        return {"id": self.id, "from": self.origin, "by": self.by}

    @property
    def words(self) -> str:
        """For a message: the id, and who says so."""
        match self.origin:
            case "client":
                return f"{self.id} in {self.by}"
            case "published":
                return f"{self.id} by {self.by}"
            case "release":
                return f"{self.id} in {self.by}, by ccsetup's own table"
            case "unknown":
                return f"not known for {self.by}"
            case _:
                assert_never(self.origin)


@dataclass(frozen=True)
class ClientModels:
    """How the client names models with these variables, in this region; `client` is None where none is installed."""

    values: Mapping[str, str]
    place: str
    client: Client | None
    knowledge: Knowledge
    cache: Path

    def alias_targets(self, *, home: Path | None = None, layers: Sequence[Layer] = ()) -> Mapping[str, AliasTarget]:
        """{tier: target} of the tiers' aliases; with ccsetup's own table only where no client is.

        With `home`, the published catalogue in Claude Code's cache counts too, if it verifies (`layers`: managed
        settings).
        """
        if self.client is None:
            ids = self._surface.aliases if self._surface else {}
            origin: Origin = "release"
            by = f"Claude Code {self._surface.client}" if self._surface else self._provider.title
        else:
            table = model_table(self.client.code, self.client.version, self.cache)
            ids = table.aliases.get(provider_name(self._provider.client), {}) if table else {}
            origin, by = "client", self.client.name
        published = self._published(home, layers) if home else None
        if published and published.problem:
            by = f"{by} (a catalogue of models is in its cache and does not count: {published.problem})"
        found = {}
        for tier in TIERS:
            if published and (moved := published.ids.get(tier)):
                words = f"Anthropic's published catalogue, version {published.version}"
                found[tier] = AliasTarget(self._here(moved), "published", words)
            elif id_ := ids.get(tier):
                found[tier] = AliasTarget(self._here(id_), origin, by)
            else:
                found[tier] = AliasTarget(None, "unknown", by)
        return found

    def sent_id(self, model: str, *, overrides: Mapping[str, str] | None = None, own: bool = False) -> str:
        """Return the id that the client sends for a pin. Seen on 2.1.332: the exact id of a model on the Anthropic API,
        in any case, becomes the provider's own id, or what `overrides` (of settings files) have for it; an undated id
        of a dated model does not, and Foundry has no ids of its own. The `own` id of an alias is overridden too, and
        what takes its place is then read like a pin. All stay as they are where no client is installed. A model in the
        extra body replaces them all."""
        if (model_of_body := precedence.load().model_of_body(self.values)) is not None:
            return model_of_body
        bare = without_suffix(model)
        name, here = self._known(bare, own=own)
        if not name:
            return model
        if other := (overrides or {}).get(name):
            return self.sent_id(other, overrides=overrides) if own else other
        is_deployment = self._surface is not None and self._surface.lists == "none"
        return model if is_deployment else (here or bare) + model[len(bare) :]

    def replaced(self, targets: Mapping[str, AliasTarget], overrides: Mapping[str, str]) -> dict[str, str]:
        """Return {tier: what `overrides` have for its own id}, of the tiers whose id they replace."""
        found = {
            tier: overrides.get(self._known(target.id, own=True)[0]) for tier, target in targets.items() if target.id
        }
        return {tier: other for tier, other in found.items() if other}

    def knows(self, model: str) -> bool:
        """Whether an id contains one of the client's own models, by its name on the Anthropic API."""
        names = {ids[_ANTHROPICS] for ids in self._models if _ANTHROPICS in ids}
        return any(name in model.lower() for name in names)

    @property
    def own_ids(self) -> frozenset[str]:
        """The ids by which the client asks for its models here."""
        return frozenset(
            self._here(id_) for ids in self._models if (id_ := ids.get(provider_name(self._provider.client)))
        )

    def _known(self, bare: str, *, own: bool) -> tuple[str, str]:
        """Return a model's ids on the Anthropic API and here, found by the former, or by the latter too (`own`); ""
        for one that it does not have."""
        name = provider_name(self._provider.client)
        for ids in self._models:
            here = self._here(ids.get(name, ""))
            if ids.get(_ANTHROPICS) == bare.lower() or (own and here == bare):
                return ids.get(_ANTHROPICS, ""), here
        return "", ""

    @cached_property
    def _models(self) -> tuple[Mapping[str, str], ...]:
        """The ids of each model that the client was built with, by provider."""
        table = model_table(self.client.code, self.client.version, self.cache) if self.client else None
        return tuple(table.models.values()) if table else ()

    @cached_property
    def _provider(self) -> Provider:
        return precedence.load().selected(self.values)[0]

    @cached_property
    def _surface(self) -> Surface | None:
        return self.knowledge.selected(self._provider.flags)

    @cached_property
    def _geography(self) -> str:
        """The prefix of ids here; "" where ids have none."""
        prefix = self._surface.prefix if self._surface else None
        if prefix is None:
            return ""
        return prefix.of(self.place, self.values.get(prefix.variable, ""), taken(prefix, self.client, self.cache))

    def _here(self, id_: str) -> str:
        """An id of the client's own table, as it is sent from here."""
        return (
            f"{self._geography}.{id_.removeprefix(_BUILT_IN)}" if self._geography and id_.startswith(_BUILT_IN) else id_
        )

    def _published(self, home: Path, layers: Sequence[Layer]) -> Published | None:
        """What the published catalogue says of these aliases; None if Claude Code does not follow it."""
        provider = provider_name(self._provider.client)
        if self.client is None or provider not in MOVES or (path := cached_path(self.values, layers, home)) is None:
            return None
        facts = installed_facts(self.client.code, self.client.version, self.cache)
        return read_published(path, provider, facts, layers) if facts.catalogue_keys else None


def taken(prefix: Prefix, client: Client | None, cache: Path) -> Collection[str]:
    """The prefixes that the client takes of the variable; ccsetup's own list where that cannot be read."""
    return (known_prefixes(client.code, client.version, cache, prefix.variable) if client else ()) or prefix.takes
