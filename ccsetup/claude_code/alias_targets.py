"""The id that a tier's alias asks for here, where nothing pins the tier: as the installed client has it, and not as
another release had it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, assert_never

from ccsetup.claude_code.facts.kept import installed_facts, known_prefixes, model_table
from ccsetup.claude_code.facts.provider_tables import provider_name
from ccsetup.claude_code.installation import Client
from ccsetup.claude_code.published_catalogue import MOVES, Published, cached_path, read_published
from ccsetup.claude_code.settings import Layer
from ccsetup.knowledge import precedence
from ccsetup.knowledge.prefix import Prefix
from ccsetup.knowledge.surfaces import Knowledge
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


def alias_targets(
    values: Mapping[str, str],
    place: str,
    client: Client | None,
    knowledge: Knowledge,
    cache: Path,
    *,
    home: Path | None = None,
    layers: Sequence[Layer] = (),
) -> Mapping[str, AliasTarget]:
    """{tier: target} with these variables, in this region; with ccsetup's own table only where no client is.

    With `home`, the published catalogue in Claude Code's cache counts too, if it verifies (`layers`: managed settings).
    """
    provider = precedence.load().selected(values)[0]
    surface = knowledge.selected(provider.flags)
    prefix = surface.prefix if surface else None
    if client is None:
        ids = surface.aliases if surface else {}
        origin: Origin = "release" if ids else "unknown"
        by = f"Claude Code {surface.client}" if surface else provider.title
        takes: Collection[str] = prefix.takes if prefix else ()
    else:
        table = model_table(client.code, client.version, cache)
        ids = table.aliases.get(provider_name(provider.client), {}) if table else {}
        origin, by = "client" if ids else "unknown", client.name
        takes = taken(prefix, client, cache) if prefix else ()
    published = _published(values, provider_name(provider.client), client, cache, home, layers) if home else None
    if published and published.problem:
        by = f"{by} (a catalogue of models is in its cache and does not count: {published.problem})"
    found = {}
    for tier in TIERS:
        id_ = ids.get(tier)
        if id_ and prefix:
            id_ = in_region(id_, prefix.of(place, values.get(prefix.variable, ""), takes))
        moved = published.ids.get(tier) if published else None
        if moved and published:
            moved = in_region(moved, prefix.of(place, values.get(prefix.variable, ""), takes)) if prefix else moved
            found[tier] = AliasTarget(
                moved, "published", f"Anthropic's published catalogue, version {published.version}"
            )
        else:
            found[tier] = AliasTarget(id_, origin if id_ else "unknown", by)
    return found


def sent_id(
    model: str,
    values: Mapping[str, str],
    place: str,
    client: Client | None,
    knowledge: Knowledge,
    cache: Path,
    *,
    overrides: Mapping[str, str] | None = None,
    own: bool = False,
) -> str:
    """Return the id that the client sends for a pin. Seen on 2.1.332: the exact id of a model on the Anthropic API, in
    any case, becomes the provider's own id, or what `overrides` (of settings files) have for it; an undated id of a
    dated model does not, nor does a deployment's name. The `own` id of an alias is overridden too. All stay as they are
    where no client is installed. A model in the extra body replaces them all."""
    order = precedence.load()
    if (model_of_body := order.model_of_body(values)) is not None:
        return model_of_body
    provider = order.selected(values)[0]
    surface = knowledge.selected(provider.flags)
    table = model_table(client.code, client.version, cache) if client else None
    if table is None or (surface is not None and surface.lists == "none"):
        return model
    prefix = surface.prefix if surface else None
    geography = prefix.of(place, values.get(prefix.variable, ""), taken(prefix, client, cache)) if prefix else ""

    def here(ids: Mapping[str, str]) -> str:
        id_ = ids.get(provider_name(provider.client), "")
        return in_region(id_, geography) if prefix else id_

    bare = without_suffix(model)
    rows = table.models.values()
    ids = next((ids for ids in rows if ids.get(_ANTHROPICS) == bare.lower() or (own and here(ids) == bare)), None)
    if ids is None:
        return model
    if other := (overrides or {}).get(ids.get(_ANTHROPICS, "")):
        return other
    return (here(ids) or bare) + model[len(bare) :]


def _published(
    values: Mapping[str, str], provider: str, client: Client | None, cache: Path, home: Path, layers: Sequence[Layer]
) -> Published | None:
    """What the published catalogue says of these aliases; None if Claude Code does not follow it."""
    if client is None or provider not in MOVES or (path := cached_path(values, layers, home)) is None:
        return None
    facts = installed_facts(client.code, client.version, cache)
    return read_published(path, provider, facts, layers) if facts.catalogue_keys else None


def taken(prefix: Prefix, client: Client | None, cache: Path) -> Collection[str]:
    """The prefixes that the client takes of the variable; ccsetup's own list where that cannot be read."""
    return (known_prefixes(client.code, client.version, cache, prefix.variable) if client else ()) or prefix.takes


def in_region(id_: str, prefix: str) -> str:
    """A Bedrock id of the client's own table, with this prefix."""
    return f"{prefix}.{id_.removeprefix(_BUILT_IN)}" if id_.startswith(_BUILT_IN) else id_
