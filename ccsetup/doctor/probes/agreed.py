"""Probe of the guard of `[expect]`: the regions that may serve a request, and who operates the models."""

from collections.abc import Iterator

from ccsetup.doctor.probes import bedrock_listing
from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.profile.profile import REGIONS
from ccsetup.providers import agreed
from ccsetup.providers.access import Failed
from ccsetup.providers.catalogue import TIERS, Listing, Model, is_alias


def check_agreed(case: Case) -> Iterator[Result]:
    """Check every model that Claude Code would ask for, pinned or not, against what was agreed."""
    served = tuple(_served(case))
    findings = tuple(agreed.judge_agreed(case.name, case.profile, case.access.environment, served))
    yield from findings
    if not findings:
        regions = sorted({region for _, _, destinations, _ in served for region in destinations})
        yield Passed("agreed", ", ".join(regions) or case.surface.own.operator)


def _served(case: Case) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Yield (tier, model, destinations, why none are known) of each model that would be requested."""
    models = {tier: model for model, tier in case.distinct_pins.items()}
    aliases = case.knowledge.shared.aliases
    targets = case.alias_targets() if REGIONS in case.profile.expect and case.surface.fixed_aliases else {}
    for tier in TIERS:
        if is_alias(case.profile.models.get(tier, tier), aliases) and (target := targets.get(tier)):
            models.setdefault(tier, target.id or "")
    listing, error = _listing(case)
    for tier, id_ in models.items():
        if not id_:
            yield tier, "", (), f"{tier} is not pinned, and what Claude Code asks for is not known"
        elif error:
            yield tier, id_, (), error
        else:
            model = _find(case, listing, id_)
            yield tier, id_, *agreed.served_at(case.profile, case.access.environment, id_, model)


def _listing(case: Case) -> tuple[Listing | None, str]:
    """The region's listing if it contains destinations, and why it could not be read."""
    if not agreed.needs_listing(case.surface) or case.access.is_gateway:
        return None, ""
    try:
        return bedrock_listing.fetch_listing(case), ""
    except Failed as error:
        return None, error.words or error.finding.check


def _find(case: Case, listing: Listing | None, id_: str) -> Model | None:
    try:
        return bedrock_listing.find(case, listing, id_) if listing else None
    except Failed:
        return None
