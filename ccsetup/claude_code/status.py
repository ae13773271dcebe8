"""What Claude Code would use now in one shell and folder, and which layer decided it. Starts no process and makes no
request."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ccsetup.claude_code import (
    anthropic_profile,
    conflicts,
    effective,
    first_keys,
    installation,
    main_model,
    misplaced,
)
from ccsetup.claude_code import login as claude
from ccsetup.claude_code.alias_targets import AliasTarget, ClientModels
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.effective import Decided
from ccsetup.claude_code.settings import Layer
from ccsetup.claude_code.signing import CONSOLE_KEY, PROFILE, Signing, find_signing
from ccsetup.knowledge import custom_headers, decisive_settings, precedence, secret_shapes, urls
from ccsetup.knowledge.custom_headers import X_API_KEY
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.precedence import Provider
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import environment
from ccsetup.providers import hosts, places
from ccsetup.providers.aws import endpoints
from ccsetup.providers.aws.config_files import region_in_use
from ccsetup.providers.google import config_files as google
from ccsetup.system.system import System

_UNSIGNED = "none"
_OF_TOKENS = "gateway"
OF_KEYS = "api-key"  # the surface whose bill requests of an Anthropic profile and of the Console's key are on
_MANAGED_KEY = "/login managed key"
_TOKENS = ("bearer", "auth-token")


@dataclass(frozen=True, slots=True)
class Status:
    """`provider` and `method` in the words of `claude auth status`; `models` has "main" and the tiers as the client
    asks for them, None if not known; `host` is None for the provider's own; `identity` begins with the way of
    signing, and `identity_layer` chose it; `aliases` are the tiers that nothing pins; `variables` are those that
    decide, and the settings lines beside them."""

    surface: str
    title: str
    provider: str
    method: str
    key_source: str | None
    profile: str | None
    place: str | None
    project: str | None
    host: str | None
    signing: Signing
    identity_layer: str | None
    models: Mapping[str, str | None]
    aliases: Mapping[str, AliasTarget]
    variables: tuple[Decided, ...]
    findings: tuple[Finding, ...]

    @property
    def identity(self) -> str:
        return str(self.signing)


def read_status(surroundings: Surroundings, knowledge: Knowledge, system: System) -> Status:
    """Return the status of this shell and folder, with findings."""
    decided = effective.variables(surroundings.layers, surroundings.environment, surroundings.active)
    lines = effective.lines(surroundings.layers)
    values = effective.values({**decided, **lines})
    provider = precedence.load().selected(values)[0]
    values = secret_shapes.mask(values)
    there = _with_variables(system, surroundings, decided)
    place = place_of(provider, values, there)
    client = installation.located(system.environment)
    named = ClientModels(values, place or "", client, knowledge, system.cache)
    signing, signed_by = _signing(provider, lines, surroundings, knowledge, system)
    models, aliases = _models(provider, named, there, surroundings.layers, signing)
    if (serving := _serving(provider, models["main"] or "", values, knowledge)) != provider:
        provider, (signing, signed_by) = serving, _signing(serving, lines, surroundings, knowledge, system)
    surface = surface_of(provider, values, knowledge)
    host = urls.host(values.get(provider.base, "")) or None
    if signing.way == PROFILE and (own := anthropic_profile.find_profile(effective.values(signed_by), system.home)):
        surface, host = OF_KEYS, host or urls.host(own.base_url) or None
    if not provider.flags:
        surface = _surface_of_headers(surface, signing, values, surroundings)
    # A bearer token is of no region: the requests are of the one that they go to.
    moved = endpoints.region_of(values.get(provider.base, "")) if signing.way in _TOKENS else None
    layers_of = {name: item.layer for name, item in {**decided, **lines}.items()}
    has_key = surroundings.console_key is not None
    return Status(
        surface=surface,
        title=provider.title,
        provider=provider.client,
        method=method(provider, values, surroundings.signed_in, console_key=has_key),
        key_source=key_source(provider, values, console_key=has_key),
        profile=surroundings.environment.get(environment.ACTIVE) or None,
        place=_main_place(surface, values, models["main"], knowledge) or moved or place,
        project=project_of(provider, values, there),
        host=host,
        signing=signing,
        identity_layer=layers_of.get(signing.chosen_by),
        models=models,
        aliases=aliases,
        variables=tuple(_relevant_variables({**decided, **lines}, surface, knowledge)),
        findings=(
            *shell_findings(surroundings, system, knowledge),
            *(client.wrapper.findings() if client and client.wrapper else ()),
        ),
    )


def _serving(provider: Provider, model: str, values: Mapping[str, str], knowledge: Knowledge) -> Provider:
    """Return the provider that is asked for the model: of two that may be selected together, the one that such an id
    belongs to. Seen on 2.1.332 with Bedrock and Mantle."""
    for other in precedence.load().selected(values):
        surface = knowledge.selected(other.flags) if set(other.flags) & {*provider.also} else None
        if surface is not None and re.search(surface.ids, model):
            return other
    return provider


def _with_variables(system: System, surroundings: Surroundings, decided: Mapping[str, Decided]) -> System:
    """`system` with the variables that Claude Code ends up with."""
    return replace(system, environment=secret_shapes.mask({**surroundings.environment, **effective.values(decided)}))


def _signing(
    provider: Provider,
    lines: Mapping[str, Decided],
    surroundings: Surroundings,
    knowledge: Knowledge,
    system: System,
) -> tuple[Signing, Mapping[str, Decided]]:
    """What signs requests, and the variables by which it was found."""
    shell = surroundings.environment
    layers = first_keys.signing_layers(surroundings.layers, shell, surroundings.active, knowledge, system)
    decided = effective.variables(layers, shell, surroundings.active)
    values = secret_shapes.mask(effective.values({**decided, **lines}))
    there = _with_variables(system, surroundings, decided)
    return find_signing(provider, values, there, surroundings.console_key), decided


def _main_place(surface: str, values: Mapping[str, str], model: str | None, knowledge: Knowledge) -> str | None:
    """Return the place that a variable sets for the main model alone."""
    known = knowledge.surfaces.get(surface)
    return places.own_place(known, values, model) if known and model else None


def method(provider: Provider, values: Mapping[str, str], signed_in: bool | None, *, console_key: bool = False) -> str:
    """Return the `authMethod` of `claude auth status`."""
    if provider.client != precedence.FIRST_PARTY:
        return "third_party"
    signer = precedence.load().signer(values)
    if not signer.name and signed_in is False:
        return "api_key" if console_key else _UNSIGNED
    return signer.method


def key_source(provider: Provider, values: Mapping[str, str], *, console_key: bool = False) -> str | None:
    """Return the `apiKeySource` of `claude auth status`, which names a key even if it is not used; None without a
    key."""
    if provider.client == "gateway":
        return None
    named = next((name for name in ("ANTHROPIC_API_KEY", "apiKeyHelper") if values.get(name)), None)
    return named or (_MANAGED_KEY if console_key else None)


def surface_of(provider: Provider, values: Mapping[str, str], knowledge: Knowledge) -> str:
    """Return the ccsetup surface for the provider in use; the client's name of the provider if no surface has it."""
    if not provider.flags:
        named = precedence.load().signer(values).surface
        return named if named in knowledge.surfaces else "api-key"
    for name, surface in knowledge.surfaces.items():
        fixed = [variable for variable, how in surface.env.owns.items() if how.fixed is not None]
        if fixed and fixed[0] == provider.flags[0]:
            return name
    return provider.client


def _surface_of_headers(surface: str, signing: Signing, values: Mapping[str, str], surroundings: Surroundings) -> str:
    """Return the surface of requests to the Anthropic API whose key is the Console's or in a header of one's own, or
    whose bearer is in such a header alone: what that is billed to is unknown, as of a gateway's token."""
    if surface != _OF_TOKENS and (
        signing.chosen_by == CONSOLE_KEY or custom_headers.credentials(values).get(X_API_KEY)
    ):
        return OF_KEYS
    is_alone = not precedence.load().signer(values).name and surroundings.signed_in is False
    return _OF_TOKENS if signing.chosen_by == custom_headers.VARIABLE and is_alone else surface


def place_of(provider: Provider, values: Mapping[str, str], system: System) -> str | None:
    """Return the region or location of requests, or the client's default; None if neither is known."""
    for name in provider.place:
        value = secret_shapes.trim(values.get(name, ""))
        # Since 2.1.232 the client treats an impossible region as unset. Seen on Vertex too; and that it trims.
        if value and (not provider.place_default or hosts.is_region_of_client(value)):
            return value
    if provider.cloud == "aws":
        region = region_in_use(system, values)
        return region if hosts.is_region_of_client(region) else provider.place_default
    return provider.place_default or None


def project_of(provider: Provider, values: Mapping[str, str], system: System) -> str | None:
    """Return the project of requests; None if neither a variable nor the credentials file names one."""
    named = next(filter(None, (secret_shapes.trim(values.get(name, "")) for name in provider.project)), None)
    if named is None and provider.cloud == "google":
        # Seen on 2.1.330. It also asks `gcloud`, which is not run here.
        credentials = google.adc(system, [])
        return credentials.project or (credentials.quota_project if provider.quota_project_counts else None)
    return named


def _models(
    provider: Provider, named: ClientModels, system: System, layers: tuple[Layer, ...], signing: Signing
) -> tuple[dict[str, str | None], dict[str, AliasTarget]]:
    """The ids that are sent, and the targets of the tiers that are left to the client's own alias."""
    pins = main_model.pins_of(named.values, named.knowledge)
    if (model_of_body := precedence.load().model_of_body(named.values)) is not None:
        return dict.fromkeys(("main", *pins), model_of_body), {}
    targets = named.alias_targets(home=system.home, layers=layers)
    aliases = {tier: targets[tier] for tier, pin in pins.items() if not pin}
    tiers = {tier: aliases[tier].id if tier in aliases else pin for tier, pin in pins.items()}
    listed = main_model.listed_models(layers, {tier: target.id or "" for tier, target in targets.items()})
    login = claude.login(system, []) if signing.way == "claude-login" else None
    leads, overrides = login.leads if login else (), main_model.overrides_of(layers)
    main = main_model.main_word(provider, named.values, pins, listed, named.replaced(aliases, overrides), leads)

    def sent(word: str, id_: str | None) -> str | None:
        return id_ and named.sent_id(id_, overrides=overrides, own=word in aliases)

    found = {tier: sent(tier, id_) for tier, id_ in tiers.items()}
    return {"main": found[main] if main in found else sent(main, main), **found}, aliases


def _relevant_variables(decided: Mapping[str, Decided], surface: str, knowledge: Knowledge) -> Iterator[Decided]:
    """Yield variables and lines that affect the client: set, or blank over another value; sorted by name."""
    families = tuple(name[:-1] for name in knowledge.shared.env.left_alone if name.endswith("*"))
    for name in sorted(decided):
        item = decided[name]
        known = conflicts.is_ours(name, knowledge) or name in knowledge.shared.env.left_alone or name[:1].islower()
        decides = item.path is not None and decisive_settings.load().decides(name, surface, {})
        if (item.value or item.beats) and (known or decides or name.startswith(families)):
            yield item


def shell_findings(surroundings: Surroundings, system: System, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return what contradicts itself or surprises in this shell and its settings files."""
    return (
        *_findings(surroundings, knowledge),
        *misplaced.find_misplaced(surroundings.layers, None, system, knowledge),
    )


def _findings(surroundings: Surroundings, knowledge: Knowledge) -> Iterator[Finding]:
    if surroundings.active is None:
        yield from conflicts.of_shell(surroundings, knowledge)
    else:
        yield from conflicts.of_profile(
            surroundings, surroundings.active, knowledge.surface(surroundings.active_surface), knowledge
        )
