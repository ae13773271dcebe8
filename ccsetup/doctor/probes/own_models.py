"""Models that Claude Code chooses or names itself: the id that it sends depends on the region's listing."""

from ccsetup.claude_code import main_model
from ccsetup.doctor.probes.case import Case
from ccsetup.knowledge import precedence, secret_shapes
from ccsetup.providers.aws import endpoints
from ccsetup.providers.catalogue import Listing, without_suffix


def is_left_to_client(case: Case, model: str) -> bool:
    """Whether the model is Claude Code's own choice. Seen on 2.1.332: of such a tier it uses what the region lists, and
    falls back to older ones."""
    return model not in _written_ids(case) and any(target.id == model for target in case.alias_targets().values())


def is_replaced_choice(case: Case, model: str) -> bool:
    """Whether a settings file puts this model in place of Claude Code's own choice. Seen on 2.1.332 on the Anthropic
    API: it falls back to older ones then too, if it knows the model."""
    if not case.is_ambient or model in _written_ids(case) or not case.models.knows(model):
        return False
    overrides = main_model.overrides_of(case.surroundings.layers)
    targets = [target.id for target in case.alias_targets().values() if target.id]
    return any(case.models.sent_id(id_, overrides=overrides, own=True) == model != id_ for id_ in targets)


def sent_id(case: Case, listing: Listing | None, model: str) -> str:
    """Return the id that Claude Code sends on Bedrock. Seen on 2.1.332: of one of its own models, by a tier or by the
    Anthropic API's id, the one that the region lists for this account."""
    sent = case.sent_id(model)
    if listing is None or not is_own(case, model) or endpoints.has_left_base(case.access):
        return sent
    return listing.as_sent("", sent)


def is_own(case: Case, model: str) -> bool:
    """Whether Claude Code chooses the form of the id that it sends for this model."""
    sent = case.sent_id(model)
    if sent not in case.models.own_ids:
        return False
    overrides = main_model.overrides_of(case.surroundings.layers) if case.is_ambient else {}
    return sent != model or model not in {*_written_ids(case), *overrides.values()}


def _written_ids(case: Case) -> set[str]:
    """The ids that are written in variables, in the profile or in a settings file's `model`."""
    values = case.values
    named = (secret_shapes.trim(values.get(name, "")) for name in precedence.load().model)
    pinned = {*(pin for tier, pin in case.pins.items() if tier != "default"), *named}
    if not case.is_ambient:
        pinned |= {*case.pins.values()}
    return {without_suffix(pin) for pin in pinned}
