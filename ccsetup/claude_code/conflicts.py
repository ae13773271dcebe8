"""What keeps a profile or this shell from working: stale variables, conflicts, settings files that override.

`of_profile` checks a profile as if it were activated with `env` in this shell and folder; `of_shell` checks the
current state without a profile. Both are pure: their findings depend on the arguments only.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ccsetup.claude_code import effective, overrides, settings_lines, signing
from ccsetup.claude_code import value_checks as value_findings
from ccsetup.claude_code.effective import Decided
from ccsetup.claude_code.settings import MANAGED, STATE_MALFORMED, Layer
from ccsetup.claude_code.settings_lines import Softer
from ccsetup.knowledge import custom_headers, precedence
from ccsetup.knowledge.custom_headers import AUTHORIZATION
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile import environment as environ
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.system.secret import Secret


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A shell and a folder: exported variables, settings layers (`broken`: findings for files that the client
    ignores), whether a Claude login is stored, the change and surface of the profile that CCSETUP_PROFILE names, and
    whether an Anthropic profile signs where no credential is set."""

    environment: Mapping[str, str]
    layers: tuple[Layer, ...]
    broken: tuple[Finding, ...]
    signed_in: bool | None = False  # None: unknown, on macOS
    active: EnvironmentChange | None = None
    active_surface: str = ""
    profile_signs: bool = False
    console_key: Secret | None = None  # the stored key of the Claude Console


def of_profile(
    surroundings: Surroundings, change: EnvironmentChange, surface: Surface, knowledge: Knowledge
) -> Iterator[Finding]:
    """Yield what would keep Claude Code from following the profile.

    What `env` and `run` clear is a warning, unless the profile is active, in which case a variable was changed after
    activation.
    """
    is_active = surroundings.active is not None and surroundings.active.profile == change.profile
    yield from _unread(surroundings)
    yield from overrides.override_findings(surroundings.layers, change, surface, surroundings.environment)
    applied = environ.apply_change(change, surroundings.environment)
    decided = effective.variables(surroundings.layers, surroundings.environment if is_active else applied, change)
    lines = effective.lines(surroundings.layers)
    yield from settings_lines.models(surroundings.layers, decided, change, knowledge)
    yield from settings_lines.managed(
        surroundings.layers, effective.values(decided), lines, change.profile, surroundings.signed_in
    )
    shell = tuple(
        _changed_variables(surroundings, change, knowledge)
        if is_active
        else _stale_variables(surroundings, change, knowledge)
    )
    yield from shell
    yield from conflicts(decided, change.profile, surface)
    if not is_active:
        yield from _two_in_shell(surroundings, change)


def of_shell(surroundings: Surroundings, knowledge: Knowledge) -> Iterator[Finding]:
    """Yield errors and surprises in the effective configuration of this shell and folder."""
    yield from _unread(surroundings)
    decided = effective.variables(surroundings.layers, surroundings.environment, None)
    yield from conflicts(decided, lines=effective.lines(surroundings.layers), profile_signs=surroundings.profile_signs)
    yield from _two_addresses(effective.values(decided), knowledge)
    yield from settings_lines.managed(
        surroundings.layers, effective.values(decided), effective.lines(surroundings.layers), "", surroundings.signed_in
    )
    yield from _overridden_values(decided, effective.lines(surroundings.layers), knowledge, surroundings.signed_in)


def _two_addresses(values: Mapping[str, str], knowledge: Knowledge) -> Iterator[Finding]:
    """Yield the variables of the surface in use of which Claude Code accepts only one. Seen on 2.1.332: it makes no
    request."""
    surface = knowledge.selected(precedence.load().selected(values)[0].flags)
    if surface is None:
        return
    for group in surface.exactly_one:
        given = [name for name in map(surface.variable, group) if name and values.get(name, "").strip()]
        if len(given) > 1:
            yield Finding("foundry-two-addresses", {"first": given[0], "second": given[1]})


def _unread(surroundings: Surroundings) -> Iterator[Finding]:
    """Yield the files that the client cannot read. Seen on 2.1.332: an interactive start asks whether to go on without
    them, `claude -p` goes on. Without an administrator's it does not start."""
    for finding in surroundings.broken:
        goes_on = finding.check != STATE_MALFORMED and finding.facts["layer"] != MANAGED
        yield replace(finding, severity="warning") if goes_on else finding


def conflicts(
    decided: Mapping[str, Decided],
    profile: str = "",
    surface: Surface | None = None,
    lines: Mapping[str, Decided] = MappingProxyType({}),
    *,
    profile_signs: bool = False,
) -> Iterator[Finding]:
    """Yield contradictions within one environment: two providers, an unsigned provider, a header that replaces the
    credential. Of two providers Claude Code uses one: that is an error where the profile is for another."""
    order = precedence.load()
    values = effective.values(decided)
    used, *others = order.selected(values)
    for other in others:
        flags = [flag for flag in other.flags if flag not in used.also and flag not in used.flags]
        if flags:
            wanted = surface is None or bool(surface.env.owns.keys() & {*used.flags})
            layer = decided[flags[0]].layer
            yield _two_providers_finding(used, flags[0], layer, profile, "warning" if wanted else "error")
    unsigned = bool(used.skip) and order.is_on(values.get(used.skip))
    has_helper = "apiKeyHelper" in lines and bool(lines["apiKeyHelper"].value.strip())
    if unsigned and not has_helper and not signing.first_credential(used, values) and not values.get(used.base):
        yield _skip_auth_finding(decided[used.skip], used, profile)
    yield from value_findings.findings(decided, used, profile)
    signer = order.signer({**values, **effective.values(lines)})
    ignored = signer.ignores if used.is_direct else used.ignores
    if used.is_direct and not signer.name and profile_signs:
        ignored = (*ignored, AUTHORIZATION.lower())
    headers = decided.get(custom_headers.VARIABLE)
    is_own = headers is not None and used.is_direct and (not profile or headers.layer == effective.PROFILE)
    is_tried = is_own or bool((unsigned or used.is_direct) and values.get(used.base))
    is_replaced = used.is_direct and signer.name in signing.REPLACED
    if headers is not None:
        yield from _header_findings(headers, ignored, profile, is_tried=is_tried, is_replaced=is_replaced)


def _header_findings(
    headers: Decided, ignored: Collection[str], profile: str, *, is_tried: bool, is_replaced: bool
) -> Iterator[Finding]:
    """Yield the first header that replaces the credential, else the first that carries one. An error, unless it is
    `ignored` or requests with it are tried (`is_tried`); also where it leaves nothing of a bearer (`is_replaced`): seen
    on 2.1.332, the client then makes no request."""
    names = settings_lines.credential_headers(headers.value)
    sent = custom_headers.credentials({custom_headers.VARIABLE: headers.value})
    counting = [name for name in names if name.lower() not in ignored]
    if is_replaced and sent.get(AUTHORIZATION) == "" and AUTHORIZATION.lower() not in ignored:
        yield _header_finding(headers, AUTHORIZATION, profile, None)
    elif names:
        harmless = is_tried or not counting
        yield _header_finding(headers, (counting or names)[0], profile, "warning" if harmless else None)


def _changed_variables(
    surroundings: Surroundings, change: EnvironmentChange, knowledge: Knowledge
) -> Iterator[Finding]:
    """Yield variables that differ from what the active profile set."""
    for name in dict.fromkeys([*change.values, *surroundings.environment]):
        value = surroundings.environment.get(name, "")
        expected = change.values.get(name)
        if name == environ.ACTIVE or not (name in change.values or knowledge.is_owned(name)):
            continue
        if effective.gives_value(change, name, value) or (expected is None and _is_off(name, value)):
            continue
        state = "unset" if not value else "set" if expected is None else "changed"
        yield Finding("env-hijack", {"variable": name, "state": state, "profile": change.profile}, "error")


def _stale_variables(surroundings: Surroundings, change: EnvironmentChange, knowledge: Knowledge) -> Iterator[Finding]:
    """Yield variables that an inactive profile would clear and that the active profile did not set."""
    order = precedence.load()
    by_skip = {provider.skip: provider for provider in order.provider if provider.skip}
    for name, value in surroundings.environment.items():
        if not knowledge.is_owned(name) or _is_off(name, value) or effective.gives_value(change, name, value):
            continue
        if surroundings.active is not None and effective.gives_value(surroundings.active, name, value):
            continue
        variable = Decided(name, value, effective.SHELL)
        headers = settings_lines.credential_headers(value) if name == custom_headers.VARIABLE else ()
        if headers:
            yield _header_finding(variable, headers[0], change.profile, "warning")
        elif name in by_skip:
            yield _skip_auth_finding(variable, by_skip[name], change.profile, "warning")
        else:
            facts = {"variable": name, "state": "set", "profile": change.profile}
            yield Finding("env-hijack", facts, "warning")


def _two_in_shell(surroundings: Surroundings, change: EnvironmentChange) -> Iterator[Finding]:
    """Yield a finding if the shell selects two providers, although the profile would clear them."""
    used, *others = precedence.load().selected(surroundings.environment)
    for other in others:
        flags = [flag for flag in other.flags if flag not in used.also]
        if flags:
            yield _two_providers_finding(used, flags[0], effective.SHELL, change.profile, "warning")


def _overridden_values(
    decided: Mapping[str, Decided], lines: Mapping[str, Decided], knowledge: Knowledge, signed_in: bool | None
) -> Iterator[Finding]:
    """Yield settings files that override the shell's variables, and credentials that override a saved login."""
    order = precedence.load()
    for variable in decided.values():
        if variable.path is not None and effective.SHELL in variable.beats and is_ours(variable.name, knowledge):
            yield _override_finding(variable, f"what this shell sets {variable.name} to")
    if order.selected(effective.values(decided))[0].flags or signed_in is not True:
        return
    override = {**decided, **lines}.get(order.signer(effective.values({**decided, **lines})).name)
    if override is None:
        return
    if override.path is not None:
        yield _override_finding(override, "the saved login")
    else:
        yield Finding("login-shadowed", {"variable": override.name})


def _override_finding(variable: Decided, beaten: str) -> Finding:
    facts = {"path": str(variable.path), "variable": variable.name, "layer": variable.layer, "beaten": beaten}
    return Finding("settings-beats-shell", facts)


def _two_providers_finding(
    used: precedence.Provider, other_flag: str, layer: str, profile: str, severity: Softer = None
) -> Finding:
    facts = {"used": used.title, "flag": used.flags[0], "other_flag": other_flag, "layer": layer, "profile": profile}
    return Finding("two-providers", facts, severity)


def _skip_auth_finding(
    variable: Decided, provider: precedence.Provider, profile: str, severity: Softer = None
) -> Finding:
    facts = {
        "variable": variable.name,
        "layer": variable.layer,
        "used": provider.title,
        "base": provider.base,
        "profile": profile,
    }
    return Finding("skip-auth-leftover", facts, severity)


def _header_finding(variable: Decided, header: str, profile: str, severity: Softer) -> Finding:
    facts = {"variable": variable.name, "header": header, "layer": variable.layer, "profile": profile}
    return Finding("custom-headers-authorization", facts, severity)


def is_ours(name: str, knowledge: Knowledge) -> bool:
    """Whether a profile may set or clear the variable."""
    return name in knowledge.variables or knowledge.is_owned(name)


def _is_off(name: str, value: str) -> bool:
    """Whether the client treats this value of the variable as unset."""
    if name.startswith(("CLAUDE_CODE_USE_", "CLAUDE_CODE_SKIP_")):
        return not precedence.load().is_on(value)
    return not value
