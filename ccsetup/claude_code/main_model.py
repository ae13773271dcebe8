"""The model that a session begins with: what is asked for, and what takes its place if a list of models excludes that.

Each rule was seen on the real client (2.1.332).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ccsetup.claude_code.settings import MANAGED, Layer
from ccsetup.knowledge import precedence, secret_shapes
from ccsetup.knowledge.precedence import Provider
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.providers import catalogue

LIST, DENIED = "availableModels", "deniedModels"
FIRST_TIERS = ("opus", "sonnet", "haiku")  # a session begins with the first that is not denied
_ALL = ("",)  # a part of every name


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models that the settings layers allow, together; `ids` is what each tier's own alias asks for, and `denied`
    holds the tiers that managed settings exclude."""

    entries: Sequence[str]
    ids: Mapping[str, str]
    denied: Collection[str] = ()

    def admits(self, asked: str, pins: Mapping[str, str]) -> bool:
        """Whether a session may begin with what is asked for: a part of its name or id is enough."""
        tier = _tier(asked, pins)
        if tier in self.denied or catalogue.parse_family(asked)[0] in self.denied:
            return False
        id_ = pins.get(tier) or self.ids.get(tier) or asked
        names = {catalogue.without_suffix(name).lower() for name in (asked, tier, id_)}
        return any(entry in name for entry in self.entries for name in names)


def listed_models(layers: Sequence[Layer], ids: Mapping[str, str]) -> ModelList | None:
    """Return the list of all layers, which may be empty; None if no layer has one. A managed one counts alone."""
    having = [layer for layer in layers if isinstance(layer.content.get(LIST), list)]
    denied = list_words((layer for layer in layers if layer.name == MANAGED), DENIED)
    if not having:
        return ModelList(_ALL, ids, denied) if denied else None
    counted = [layer for layer in having if layer.name == MANAGED] or having
    return ModelList(list_words(counted, LIST), ids, denied)


def list_words(layers: Iterable[Layer], line: str) -> list[str]:
    """Return the texts in the lists of a settings line, in lower case."""
    lists = [layer.content.get(line) for layer in layers]
    return [word.lower() for found in lists if isinstance(found, list) for word in found if isinstance(word, str)]


def overrides_of(layers: Sequence[Layer]) -> dict[str, str]:
    """Return the ids that are sent in place of a model's: {its id on the Anthropic API: other id}."""
    found: dict[str, str] = {}
    for layer in reversed(layers):
        table = layer.content.get("modelOverrides")
        found |= {key: id_ for key, id_ in table.items() if isinstance(id_, str)} if isinstance(table, dict) else {}
    return found


def main_word(
    provider: Provider,
    values: Mapping[str, str],
    pins: Mapping[str, str],
    listed: ModelList | None = None,
    replaced: Mapping[str, str] | None = None,
    leads: tuple[str, ...] = (),
) -> str:
    """Return the tier, alias or id that a session's first model is asked for by; `pins` are {tier: id or ""}, and
    `replaced` what settings files put in place of a tier's own id. A session begins with the first tier of
    `leads` that is pinned on the Anthropic API, if that depends on more than variables."""
    given = next((values[name] for name in precedence.load().model if values.get(name)), None)
    main = None if given is None else secret_shapes.trim(given)  # of blanks alone, seen to ask for the model ""
    if main is None or (listed is not None and not listed.admits(main, pins)):
        word = _default_word(provider, values, pins, replaced or {}, leads)
        if listed is None or word not in listed.denied:
            return word
        return next((tier for tier in FIRST_TIERS if tier not in listed.denied), word)
    instead = precedence.load().remapped_tier(provider, values, catalogue.without_suffix(main))
    return instead or _tier(main, pins)


def pins_of(values: Mapping[str, str], knowledge: Knowledge) -> dict[str, str]:
    """Return the pinned id of each tier, "" where the tier is left to Claude Code. It trims them."""
    return {
        tier: secret_shapes.trim(values.get(name) or "")
        for tier, name in knowledge.shared.models.items()
        if tier != "default"
    }


def _default_word(
    provider: Provider,
    values: Mapping[str, str],
    pins: Mapping[str, str],
    replaced: Mapping[str, str],
    leads: tuple[str, ...],
) -> str:
    """What a session begins with where nothing is asked for. Only here is an alias followed that a tier's variable
    holds, or an override, and once."""
    if provider.client == precedence.FIRST_PARTY:
        leads = leads or (precedence.load().signer(values).tier,)
    else:
        leads = provider.leads or ("opus",)
    tier = next((tier for tier in leads if pins[tier]), leads[0])
    other = _tier(pins[tier] or secret_shapes.trim(replaced.get(tier, "")), pins)
    return other if other in pins else tier


def _tier(model: str, pins: Mapping[str, str]) -> str:
    """Return the tier that an alias stands for, and anything else as it is."""
    word = catalogue.without_suffix(model).lower()
    tier = precedence.load().aliases.get(word, word)
    return tier if tier in pins else model
