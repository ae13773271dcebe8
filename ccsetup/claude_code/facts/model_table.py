"""The models that a client was built with, and which of them a tier's alias asks each provider for.

Read from `{models:[{id, provider_ids:{…}}], aliases:{opus:{default, per_provider:{…}}}, latest_per_family:{…}}`. A
provider without an id for its alias's model is asked for the first model that it has one for (seen on 2.1.241 and
2.1.330: `sonnet` on Mantle asks for Haiku 4.5).
"""

from collections.abc import Iterable

import msgspec

from ccsetup.claude_code.facts import literals
from ccsetup.system import decoding

ANCHOR = b"latest_per_family:{"
_GATEWAY = "gateway"  # uses the first party's id if it has none itself


class _Model(msgspec.Struct, frozen=True):
    id: str
    provider_ids: dict[str, str | None]
    vertex_region_env_var: str | None = None


class _Alias(msgspec.Struct, frozen=True):
    default: str
    per_provider: dict[str, str] = {}


class _Table(msgspec.Struct, frozen=True):
    models: tuple[_Model, ...]
    aliases: dict[str, _Alias]
    latest_per_family: dict[str, str]
    best: str = ""


class ModelTable(msgspec.Struct, frozen=True):
    """What the client's own table says. Ids are those that a provider is asked for; Bedrock's begin with `us.`."""

    aliases: dict[str, dict[str, str]]  # provider → tier → id
    models: dict[str, dict[str, str]]  # the client's name of a model → provider → id
    regions: dict[str, str]  # the client's name of a model → the variable with its Vertex region
    best: str  # the tier that the alias `best` means; "" if not said


def read_table(text: bytes) -> ModelTable | None:
    """The table in this module's text; None if it is missing, or not a constant of the known form."""
    at = text.find(ANCHOR)
    while at >= 0:
        found = literals.object_around(text, at, "latest_per_family")
        if found and found.get("aliases"):
            try:
                return _table(decoding.convert(found, _Table))
            except (msgspec.ValidationError, KeyError):
                return None
        at = text.find(ANCHOR, at + 1)
    return None


def table_of(texts: Iterable[bytes]) -> ModelTable | None:
    """The first table in these texts; the rest is not read."""
    return next((table for text in texts if ANCHOR in text and (table := read_table(text))), None)


def _table(table: _Table) -> ModelTable:
    models = {model.id: _ids(model) for model in table.models}
    providers = sorted({provider for ids in models.values() for provider in ids})
    first = {provider: next(ids[provider] for ids in models.values() if provider in ids) for provider in providers}
    aliases = {
        provider: {
            tier: models[alias.per_provider.get(provider, alias.default)].get(provider, first[provider])
            for tier, alias in sorted(table.aliases.items())
        }
        for provider in providers
    }
    regions = {model.id: model.vertex_region_env_var for model in table.models if model.vertex_region_env_var}
    return ModelTable(aliases, dict(sorted(models.items())), dict(sorted(regions.items())), table.best)


def _ids(model: _Model) -> dict[str, str]:
    ids = {provider: id_ for provider, id_ in model.provider_ids.items() if id_}
    if "first_party" in ids:
        ids.setdefault(_GATEWAY, ids["first_party"])
    return dict(sorted(ids.items()))
