"""What Claude Code would use right now in one shell and folder, and who decided it. Starts nothing and asks nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ccsetup.claude_code import conflicts, effective, installation
from ccsetup.claude_code import login as claude
from ccsetup.claude_code.alias_targets import AliasTarget, alias_targets
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.effective import Decided
from ccsetup.knowledge import decisive_settings, precedence, secret_shapes
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.precedence import Provider
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import environment
from ccsetup.providers import catalogue, hosts
from ccsetup.providers.aws.config_files import profiles
from ccsetup.providers.google import config_files as google
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

_UNSIGNED = "none"


@dataclass(frozen=True, slots=True)
class Status:
    """`provider` and `method` in the words of `claude auth status`; `models` has "main" and the tiers as the client
    asks for them, None where that is not known; `aliases` are the tiers that nothing pins; `variables` are those that
    decide, and the settings lines beside them."""

    surface: str
    title: str
    provider: str
    method: str
    key_source: str | None
    profile: str | None
    place: str | None
    project: str | None
    identity: str | None
    models: Mapping[str, str | None]
    aliases: Mapping[str, AliasTarget]
    variables: tuple[Decided, ...]
    findings: tuple[Finding, ...]


def read_status(surroundings: Surroundings, knowledge: Knowledge, system: System) -> Status:
    """The status of this shell and folder, its findings included."""
    decided = effective.variables(surroundings.layers, surroundings.environment, surroundings.active)
    lines = effective.lines(surroundings.layers)
    values = effective.values({**decided, **lines})
    order = precedence.load()
    provider = order.selected(values)[0]
    name = surroundings.environment.get(environment.ACTIVE) or None
    surface = surface_of(provider, values, knowledge)
    values = secret_shapes.masked(values)
    there = replace(system, environment=secret_shapes.masked({**surroundings.environment, **effective.values(decided)}))
    place = place_of(provider, values, there)
    client = installation.located(system.environment)
    targets = alias_targets(
        values, place or "", client, knowledge, system.cache, home=system.home, layers=surroundings.layers
    )
    models, aliases = _models(provider, values, targets, knowledge)
    return Status(
        surface=surface,
        title=provider.title,
        provider=provider.client,
        method=method(provider, values, surroundings.signed_in),
        key_source=key_source(provider, values),
        profile=name,
        place=place,
        project=next((values[name] for name in provider.project if values.get(name)), None),
        identity=_identity(provider, values, there),
        models=models,
        aliases=aliases,
        variables=tuple(_mattering({**decided, **lines}, surface, knowledge)),
        findings=tuple(_findings(surroundings, knowledge)),
    )


def method(provider: Provider, values: Mapping[str, str], signed_in: bool | None) -> str:
    """The `authMethod` of `claude auth status`."""
    if provider.client != precedence.FIRST_PARTY:
        return "third_party"
    signer = precedence.load().signer(values)
    return signer.method if signer.name or signed_in is not False else _UNSIGNED


def key_source(provider: Provider, values: Mapping[str, str]) -> str | None:
    """The `apiKeySource` of `claude auth status`, which names a key even where it is not used."""
    if provider.client == "gateway":
        return None
    return next((name for name in ("ANTHROPIC_API_KEY", "apiKeyHelper") if values.get(name)), None)


def surface_of(provider: Provider, values: Mapping[str, str], knowledge: Knowledge) -> str:
    """The ccsetup surface that goes this way; the client's own word where there is none."""
    if not provider.flags:
        named = precedence.load().signer(values).surface
        return named if named in knowledge.surfaces else "api-key"
    for name, surface in knowledge.surfaces.items():
        fixed = [variable for variable, how in surface.env.owns.items() if how.fixed is not None]
        if fixed and fixed[0] == provider.flags[0]:
            return name
    return provider.client


def place_of(provider: Provider, values: Mapping[str, str], there: System) -> str | None:
    """The region or location that requests go to, the client's own default included."""
    for name in provider.place:
        value = values.get(name, "")
        # Since 2.1.232 the client takes a region that cannot be one for unset. Seen on Vertex too.
        if value and (not provider.place_default or hosts.is_region_of_client(value)):
            return value
    if provider.cloud == "aws":
        chosen = values.get("AWS_PROFILE") or "default"
        region = next((one.region for one in profiles(there, []) if one.name == chosen), None)
        return region or provider.place_default
    return provider.place_default or None


def _identity(provider: Provider, values: Mapping[str, str], there: System) -> str | None:
    """Who signs, as far as variables and files tell; never a secret. None for nobody."""
    if provider.skip and precedence.load().is_on(values.get(provider.skip)):
        return "nobody: the gateway signs"
    if not provider.flags:
        return _direct(values, there)
    named = next((name for name in provider.identity if values.get(name)), "")
    if named not in ("", "AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS"):
        return shown(named, values[named])
    return {"aws": _aws, "google": _google, "": lambda *_: None}[provider.cloud](values, there)


def _direct(values: Mapping[str, str], there: System) -> str | None:
    signer = precedence.load().signer(values)
    if signer.name:
        return shown(signer.name, values[signer.name])
    login = claude.login(there, [])
    return f"Claude login{f' ({login.plan})' if login.plan else ''}" if login else None


def _aws(values: Mapping[str, str], there: System) -> str | None:
    chosen = values.get("AWS_PROFILE") or "default"
    one = next((one for one in profiles(there, []) if one.name == chosen), None)
    if one is None and not values.get("AWS_PROFILE"):
        return None
    return f"AWS profile {chosen} ({one.state(there.now()) if one else 'not found'})"


def _google(_: Mapping[str, str], there: System) -> str | None:
    adc = google.adc(there, [])
    parts = [str(adc.path) if adc.named else "", adc.account or "", adc.state]
    return f"Google credentials: {', '.join(part for part in parts if part)}" if adc.state != "none" else None


def shown(name: str, value: str) -> str:
    """A credential by its name, and no more of its value than tells it from another."""
    if name[:1].islower():  # a settings line: its command may hold a secret
        return name
    return f"{name} {Secret(value)}"


def _models(
    provider: Provider, values: Mapping[str, str], targets: Mapping[str, AliasTarget], knowledge: Knowledge
) -> tuple[dict[str, str | None], dict[str, AliasTarget]]:
    """The ids asked for, and the targets of the tiers that are left to the client's own alias."""
    order = precedence.load()
    pins = {tier: values.get(name) or "" for tier, name in knowledge.shared.models.items() if tier != "default"}
    aliases = {tier: targets[tier] for tier, pin in pins.items() if catalogue.bare(pin) in ("", tier)}
    tiers = {tier: aliases[tier].id if tier in aliases else pin for tier, pin in pins.items()}
    chosen = next((values[name] for name in order.model if values.get(name)), None)
    if chosen is None:
        chosen = order.signer(values).tier if provider.client == precedence.FIRST_PARTY else "opus"
    word = catalogue.bare(chosen)
    tier = order.aliases.get(word, word)
    return {"main": tiers.get(tier, chosen), **tiers}, aliases


def _mattering(decided: Mapping[str, Decided], surface: str, knowledge: Knowledge) -> Iterator[Decided]:
    """What decides something: set, or blank over something that was; in the order of their names."""
    families = tuple(name[:-1] for name in knowledge.shared.env.left_alone if name.endswith("*"))
    for name in sorted(decided):
        one = decided[name]
        known = conflicts.is_ours(name, knowledge) or name in knowledge.shared.env.left_alone or name[:1].islower()
        unasked = one.path is not None and decisive_settings.load().decides(name, surface, {})
        if (one.value or one.beats) and (known or unasked or name.startswith(families)):
            yield one


def _findings(surroundings: Surroundings, knowledge: Knowledge) -> Iterator[Finding]:
    if surroundings.active is None:
        yield from conflicts.of_shell(surroundings, knowledge)
    else:
        yield from conflicts.of_profile(
            surroundings, surroundings.active, knowledge.surface(surroundings.active_surface), knowledge
        )
