"""Who signs Claude Code's requests in an environment, as far as variables and files show: one of a fixed set of words,
and what tells it from another of its kind. No program is run, and nothing holds a secret."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ccsetup.claude_code import anthropic_profile
from ccsetup.claude_code import login as claude
from ccsetup.knowledge import custom_headers, precedence
from ccsetup.knowledge.custom_headers import AUTHORIZATION, X_API_KEY
from ccsetup.knowledge.precedence import Provider
from ccsetup.providers.aws import sources
from ccsetup.providers.aws.config_files import profiles
from ccsetup.providers.google import config_files as google
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

_WORDS = {
    "ANTHROPIC_AUTH_TOKEN": "auth-token",
    "apiKeyHelper": "key-helper",
    "ANTHROPIC_API_KEY": "api-key",
    "CLAUDE_CODE_OAUTH_TOKEN": "oauth-token",
    "ANTHROPIC_FEDERATION_RULE_ID": "federation",
    "AWS_BEARER_TOKEN_BEDROCK": "bearer",
    "ANTHROPIC_AWS_API_KEY": "api-key",
    "ANTHROPIC_FOUNDRY_API_KEY": "api-key",
    "ANTHROPIC_FOUNDRY_AUTH_TOKEN": "auth-token",
    "awsCredentialExport": "export",
}
PROFILE = "anthropic-profile"
CONSOLE_KEY = "primaryApiKey"
"""Of the client's state file: the key of a sign-in to the Claude Console."""
_HEADERS = custom_headers.VARIABLE
_KEY = "api-key"
_REPLACED = ("oauth-token", "claude-login", "none")
"""The ways of signing as a bearer that a header of one's own replaces. Seen on 2.1.332: any other bearer is sent
instead of such a header, and an `X-Api-Key` replaces whatever key there is."""
_GATEWAY = "CLAUDE_CODE_USE_GATEWAY"
_FOUNDRY_KEY = "ANTHROPIC_FOUNDRY_API_KEY"
BEARER, OAUTH = "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"
REPLACED = ("", OAUTH)
"""The signers on the Anthropic API that an `Authorization` header of one's own replaces: a login and an OAuth token."""
_BESIDE: Mapping[str, tuple[str, ...]] = {
    BEARER: ("ANTHROPIC_API_KEY", "apiKeyHelper"),
    "apiKeyHelper": ("ANTHROPIC_API_KEY",),
}
"""What signs as a bearer on the Anthropic API, and what is sent as `x-api-key` beside it: the first that is set."""
_GOOGLE = {
    "user": "adc-user",
    "service-account": "adc-service-account",
    "external": "adc-external",
    "impersonated": "adc-service-account",
    "metadata": "adc-metadata",
}


@dataclass(frozen=True, slots=True)
class Signing:
    """The way of signing, its details, and the variable or settings line that chose it ("" if none did); `expired`: the
    user has to sign in again first; `beside`: another credential that is sent too."""

    way: str
    details: str = ""
    chosen_by: str = ""
    expired: bool = False
    beside: str = ""

    def __str__(self) -> str:
        details = ", and ".join(filter(None, (self.details, self.beside)))
        return f"{self.way}: {details}" if details else self.way


NOTHING = Signing("none")


def find_signing(
    provider: Provider, values: Mapping[str, str], system: System, console_key: Secret | None = None
) -> Signing:
    """Return who signs with these variables and settings lines; `console_key` is the stored key of the Console."""
    order = precedence.load()
    if not provider.flags:
        return _direct(order.signer(values).name, values, system, None if claude.is_bare(values) else console_key)
    named, headers = first_credential(provider, values), custom_headers.credentials(values)
    if order.is_on(values.get(provider.skip)):
        named = named or _first_read(("apiKeyHelper", *provider.beside_skip), values)
        alone = next(map(_by_header, headers), None) or Signing("none", "the gateway signs", provider.skip)
        return _by_name(named, values) if named else alone
    if named in _WORDS:
        is_replaced = named == _FOUNDRY_KEY and X_API_KEY in headers
        return _by_header(X_API_KEY) if is_replaced else _by_name(named, values)
    return {"aws": _aws, "google": _google, "": lambda *_: NOTHING}[provider.cloud](values, system)


def _by_name(name: str, values: Mapping[str, str]) -> Signing:
    """Return a credential's name with only as much of its value as distinguishes it from another; of a settings line
    the name alone, since its command may hold a secret."""
    return Signing(_WORDS[name], name if name[:1].islower() else f"{name} {Secret(values[name])}", name)


def sent_beside(name: str, values: Mapping[str, str]) -> str:
    """Return what the client sends as `x-api-key` beside the bearer of this name on the Anthropic API; "" if nothing.
    Seen on 2.1.332, but not with CLAUDE_CODE_USE_GATEWAY."""
    return _first_read(_BESIDE.get(name, ()), values)


def first_credential(provider: Provider, values: Mapping[str, str]) -> str:
    """Return the variable or settings line whose credential a cloud's provider takes, of several; "" without any. Seen
    on 2.1.332: one that must not sign takes ANTHROPIC_AUTH_TOKEN, with a base URL and without one."""
    skips = precedence.load().is_on(values.get(provider.skip))
    return _first((*provider.despite_skip, BEARER) if skips else provider.identity, values)


def _first_read(names: tuple[str, ...], values: Mapping[str, str]) -> str:
    """Like `_first`, of those that the client reads here."""
    order = precedence.load()
    return _first(tuple(name for name in names if order.reads(name, values)), values)


def _first(names: tuple[str, ...], values: Mapping[str, str]) -> str:
    """Return the first of these that is set to more than blanks; "" without any."""
    return next((name for name in names if values.get(name, "").strip()), "")


def sends_console_key(name: str, values: Mapping[str, str]) -> bool:
    """Whether the client sends the Claude Console's key, if one is stored, as `x-api-key` beside the bearer of this
    name on the Anthropic API, whichever host that is moved to. Seen on 2.1.332, but not with CLAUDE_CODE_USE_GATEWAY,
    nor beside another key."""
    if name != BEARER or sent_beside(name, values) or precedence.load().is_on(values.get(_GATEWAY)):
        return False
    return X_API_KEY not in custom_headers.credentials(values) and not claude.is_bare(values)


def _direct(signer: str, values: Mapping[str, str], system: System, console_key: Secret | None) -> Signing:
    """Return what is sent to the Anthropic API as a bearer or as `x-api-key`, and the other of the two beside it."""
    found = _by_name(signer, values) if signer else _login(values, system, console_key)
    first, second = (X_API_KEY, AUTHORIZATION) if found.way in (_KEY, NOTHING.way) else (AUTHORIZATION, X_API_KEY)
    also, stored = sent_beside(signer, values), console_key if sends_console_key(signer, values) else None
    beside = _by_name(also, values) if also else _console(stored) if stored else NOTHING
    sent = {first: found, second: beside}
    for name, value in custom_headers.credentials(values).items():
        if name == X_API_KEY or sent[name].way in _REPLACED:
            sent[name] = _by_header(name) if value else NOTHING
    main, other = sent[first], sent[second]
    return replace(main, beside=other.details) if main != NOTHING else other


def _by_header(name: str) -> Signing:
    return Signing("auth-token" if name == AUTHORIZATION else _KEY, f"{name} in {_HEADERS}", _HEADERS)


def header_replaces_login(values: Mapping[str, str]) -> bool:
    """Whether a header of one's own is sent instead of a login's token."""
    return bool(custom_headers.credentials(values).get(AUTHORIZATION))


def _login(values: Mapping[str, str], system: System, console_key: Secret | None) -> Signing:
    login = claude.login(system, [])
    profile = anthropic_profile.signing_profile(values, system.home, has_login=login is not None)
    if profile is not None:
        return Signing(PROFILE, profile.name, anthropic_profile.VARIABLE if profile.named else "")
    if login:
        return Signing("claude-login", login.plan or "")
    return _console(console_key) if console_key else NOTHING


def _console(key: Secret) -> Signing:
    return Signing(_KEY, f"{CONSOLE_KEY} {key}", CONSOLE_KEY)


def _aws(values: Mapping[str, str], system: System) -> Signing:
    named = values.get("AWS_PROFILE", "")
    if sources.env_keys_sign(values):
        return Signing("env", f"AWS_ACCESS_KEY_ID {Secret(values['AWS_ACCESS_KEY_ID'])}", "AWS_ACCESS_KEY_ID")
    name, chosen_by = named or "default", "AWS_PROFILE" if named else ""
    profile = next((profile for profile in profiles(system, []) if profile.name == name), None)
    if profile is not None and profile.kind != "none":
        state = f" ({profile.state(system.now())})" if profile.sso_profile else ""
        return Signing(profile.kind, f"AWS profile {name}{state}", chosen_by, profile.expired(system.now()))
    if web := sources.web_identity(values):
        return Signing("web", web["role_arn"], "AWS_WEB_IDENTITY_TOKEN_FILE")
    if container := sources.container(values):
        return Signing("container", container, container)
    if profile is None:
        return Signing("none", f"AWS profile {name} not found", chosen_by) if named else NOTHING
    return Signing("none", f"AWS profile {name} has no credentials", chosen_by)


def _google(_: Mapping[str, str], system: System) -> Signing:
    adc = google.adc(system, [])
    details = ", ".join(part for part in (str(adc.path) if adc.named else "", adc.account or "") if part)
    chosen_by = "GOOGLE_APPLICATION_CREDENTIALS" if adc.named else ""
    if adc.state in _GOOGLE:
        return Signing(_GOOGLE[adc.state], details, chosen_by)
    return NOTHING if adc.state == "none" else Signing("none", f"{details} ({adc.state})", chosen_by)
