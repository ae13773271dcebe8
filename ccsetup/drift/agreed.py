"""A profile's models against the regions and the operator that `[expect]` says were agreed."""

from collections.abc import Iterator, Mapping

from ccsetup.claude_code.alias_targets import AliasTarget
from ccsetup.drift.judge import Live, PinFinding
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import agreed, catalogue, places


def judge_guard(
    name: str,
    profile: Profile,
    environment: Mapping[str, str],
    live: Live | None,
    aliases: tuple[str, ...],
    targets: Mapping[str, AliasTarget],
) -> Iterator[PinFinding]:
    """Yield errors for what leaves the agreement, which `--accept` does not accept. `live` is None if the place was not
    reached or has no listing, `environment` what the profile sets, and `targets` are the unpinned tiers'."""
    if not agreed.is_guarded(profile):
        return
    models = catalogue.ids_of(profile.models, aliases)
    models |= {tier: target.id or tier for tier, target in targets.items()}
    served = [(tier, pin, *_served(profile, environment, pin, live)) for tier, pin in models.items()]
    for finding in agreed.judge_agreed(name, profile, environment, served):
        yield PinFinding(finding, finding.facts.get("tier"), finding.facts.get("model"))


def _served(
    profile: Profile, environment: Mapping[str, str], pin: str, live: Live | None
) -> tuple[tuple[str, ...], str]:
    if live is None and agreed.needs_listing(find_surface(profile.surface)):
        return (), f"the models of {places.place(profile)} could not be listed"
    return agreed.served_at(profile, environment, pin, live.find(pin) if live else None)
