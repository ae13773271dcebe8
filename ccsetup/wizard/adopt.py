"""Adopts an existing set-up as a profile: what a shell or a settings file sets becomes the surface's settings.

This includes what Claude Code's `/setup-bedrock` and `/setup-vertex` write. The source stays unchanged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ccsetup.claude_code import login as claude
from ccsetup.claude_code import settings, status
from ccsetup.claude_code.anthropic_profile import signing_profile
from ccsetup.claude_code.conflicts import is_ours
from ccsetup.claude_code.signing import header_replaces_login
from ccsetup.knowledge import precedence, secret_shapes
from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.profile.profile import HEADERS, refused_secret
from ccsetup.providers.places import ANTHROPIC
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.wizard.adoption import Adopted, Held, SetupSource
from ccsetup.wizard.draft import KEYRING, Draft
from ccsetup.workspace import Workspace

_FEDERATION = "ANTHROPIC_FEDERATION_RULE_ID"
_TOKEN, _KEY = "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"
_AWS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_BY_GATEWAY = (
    "use a key or token of that host: "
    "ccsetup init NAME --surface gateway --set base_url=… --set auth_token=env:VARIABLE"
)
_NETWORK = (
    "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "all_proxy", "no_proxy",
    "NODE_EXTRA_CA_CERTS",
)  # fmt: skip
_REGIONS = ("region", "location")  # settings for which Claude Code has a default


def adopt(workspace: Workspace, name: str, source: SetupSource, given: Iterable[str] = ()) -> Adopted:
    """Return the profile `name` made from `source`. `given` are the settings that flags provide.

    Raises UserError if the source selects nothing, or if something that decides host, credential, project, region,
    model or payer cannot be adopted.
    """
    order, knowledge = precedence.load(), workspace.knowledge
    source = _trimmed(source, knowledge)
    values = {**source.values, **source.lines}
    provider = order.selected(values)[0]
    signer = order.signer(values) if not provider.flags else None
    surface_name = status.surface_of(provider, values, knowledge)
    if signer is not None and not signer.name and values.get(provider.base) and header_replaces_login(values):
        surface_name = next(other.name for other in knowledge.surfaces.values() if other.is_gateway)
    surface = knowledge.surface(surface_name)
    adopted = Adopted(Draft(name, surface_name), source, frozenset(given))
    _refuse_secrets(adopted, knowledge)
    if signer is not None and signer.name in ("", _FEDERATION) and not surface.is_gateway:
        if source.values.get(_FEDERATION):
            raise adopted.refuse(_FEDERATION, "a profile cannot hold it, and Claude Code prefers it to a login")
        _adopt_login(workspace, adopted)
    adopted.draft.set |= claude.answers(surface, source.values)
    if surface.is_gateway:
        adopted.draft.set.setdefault("base_url", ANTHROPIC)  # where a token goes that no base URL leads elsewhere
    _adopt_place(workspace, adopted, surface, provider)
    for key, variable in knowledge.shared.models.items():
        if source.values.get(variable):
            adopted.draft.models[key] = source.values[variable]
    if source.lines.get("model") and "default" not in adopted.draft.models:
        adopted.draft.models["default"] = source.lines["model"]
    _adopt_secret(adopted, surface, values, signer.name if signer else "")
    _adopt_gateway_token(adopted, surface, provider)
    _adopt_headers(adopted, also_key=surface.is_gateway)
    _adopt_variables(adopted, surface, provider, knowledge)
    return adopted


def _trimmed(source: SetupSource, knowledge: Knowledge) -> SetupSource:
    """Return the source as the client reads it: without spaces around the values of its own variables."""
    values = {
        name: secret_shapes.trim(value) if knowledge.is_known(name) or name in _NETWORK else value
        for name, value in source.values.items()
    }
    return replace(source, values=values)


def _refuse_secrets(adopted: Adopted, knowledge: Knowledge) -> None:
    """Raise UserError for a secret in a variable that should hold a name, a path or an address."""
    for variable, value in sorted(adopted.source.values.items()):
        network = adopted.source.layer is not None and variable in _NETWORK
        is_adopted = (network or is_ours(variable, knowledge)) and not knowledge.is_secret(variable)
        if is_adopted and (kind := secret_shapes.kind(variable, value)):
            raise refused_secret(f"{variable} in {adopted.source.name}", kind, {"variable": variable})


def _adopt_headers(adopted: Adopted, *, also_key: bool) -> None:
    """Adopt additional headers, which are sent on every surface and are often the only credential. `also_key`: a key
    beside a gateway's token becomes one of them, since the client sends both."""
    lines = adopted.source.values.get(HEADERS, "")
    if also_key and any(item.variable == _TOKEN for item in adopted.secrets) and adopted.source.values.get(_KEY):
        lines = "\n".join(filter(None, (lines, f"x-api-key: {adopted.source.values[_KEY]}")))
        adopted.left = [(name, reason) for name, reason in adopted.left if name != _KEY]
    if not lines:
        return
    if secret_shapes.secret_header(lines):
        adopted.secrets.append(Held(HEADERS, "headers", Secret(lines)))
    else:
        adopted.draft.set["headers"] = lines


def _adopt_gateway_token(adopted: Adopted, surface: Surface, provider: precedence.Provider) -> None:
    """Adopt a token that the client sends because a gateway signs, where the surface has a variable of its own for
    one."""
    token, ask = adopted.source.values.get(_TOKEN), surface.question("auth_token")
    skips = bool(provider.skip) and precedence.load().is_on(adopted.source.values.get(provider.skip))
    if skips and token and ask is not None and not adopted.secrets:
        adopted.secrets.append(Held(_TOKEN, ask.name, Secret(token)))


def keep_in_keyring(adopted: Adopted, secret: Held) -> None:
    """Store the secret in the keyring when the draft is saved."""
    adopted.draft.secrets[secret.answer] = secret.secret
    adopted.draft.set[secret.answer] = KEYRING


def _adopt_login(workspace: Workspace, adopted: Adopted) -> None:
    """Adopt a saved login, which needs no settings but its plan."""
    login = claude.login(workspace.system, [])
    if own := signing_profile(adopted.source.values, workspace.system.home, has_login=login is not None):
        raise adopted.refuse(
            f"the Anthropic profile {own.name}", "Claude Code uses it as its credential, and a profile cannot hold it"
        )
    if login is None:
        raise UserError(
            f"{adopted.source.name} does not select a provider, and there is no Claude login",
            "create one with: ccsetup init NAME --surface …",
        )
    if login.plan:
        adopted.draft.set["plan"] = login.plan


def _adopt_place(workspace: Workspace, adopted: Adopted, surface: Surface, provider: precedence.Provider) -> None:
    """Adopt the region or location that Claude Code uses by default."""
    for ask in surface.ask:
        if ask.required and ask.name in _REGIONS and ask.name not in adopted.draft.set:
            environment = {**workspace.system.environment, **adopted.source.values}
            effective_system = replace(workspace.system, environment=environment)
            place = status.place_of(provider, environment, effective_system)
            if place and ask.accepts(place):
                adopted.draft.set[ask.name] = place


def _adopt_secret(adopted: Adopted, surface: Surface, values: Mapping[str, str], signer: str) -> None:
    """Adopt the credential in use; others are left out."""
    helper = values.get("apiKeyHelper", "")
    if signer == "apiKeyHelper" and surface.secret is not None:
        if owner := settings.helped_profile(helper):
            raise UserError(
                f"{adopted.source.name} was written by `ccsetup apply {owner}`", f"see: ccsetup show {owner}"
            )
        if surface.secret.name in adopted.given:
            adopted.left.append(("apiKeyHelper", "a flag gives the secret instead"))
        elif adopted.source.layer is not None and adopted.source.layer.from_folder:  # it may come with a project
            reason = "a command from a project's settings is not run"
            raise adopted.refuse("apiKeyHelper", reason, surface.secret.name)
        elif kind := secret_shapes.find_secret(helper):
            raise refused_secret(f"apiKeyHelper in {adopted.source.name}", kind, {})
        else:
            adopted.draft.set[surface.secret.name] = f"cmd:{helper}"
    found = adopted.source.values
    credentials = [(variable, ask) for variable, ask in _secrets(surface).items() if found.get(variable)]
    credentials.sort(key=lambda pair: (pair[0] != signer, not surface.flag_of(pair[1].name)))
    for variable, ask in credentials:
        if not surface.is_sent(ask.name, found):
            adopted.left.append((variable, f"Claude Code sends it only with {surface.flag_of(ask.name)}"))
        elif (other := surface.needs.get(ask.name)) and not adopted.provides(other):
            raise adopted.refuse(variable, f"a profile has it only with {other}", other)
        elif not adopted.secrets and signer != "apiKeyHelper":
            adopted.secrets.append(Held(variable, ask.name, Secret(adopted.source.values[variable])))
        else:
            adopted.left.append((variable, "another credential comes before it"))


def _secrets(surface: Surface) -> dict[str, Ask]:
    asked = {variable: surface.question(how.ask or "") for variable, how in surface.env.owns.items()}
    return {variable: ask for variable, ask in asked.items() if ask is not None and ask.secret and not ask.plain}


def _adopt_variables(adopted: Adopted, surface: Surface, provider: precedence.Provider, knowledge: Knowledge) -> None:
    """Adopt the other variables: those of the surface go into `[env]`, others are left out or refused with a reason."""
    named = {*surface.env.owns, *knowledge.shared.env.owns, *surface.also}
    # They decide model or payer.
    named |= {name for name in knowledge.shared.env.borrows if name.startswith("CLAUDE_CODE_")}
    order = precedence.load()
    for variable, value in sorted(adopted.source.values.items()):
        how = surface.env.owns.get(variable) or surface.env.borrows.get(variable)
        is_switch = any(variable in candidate.flags for candidate in order.provider)
        is_model = variable in knowledge.shared.models.values()
        if not value or is_model or variable == HEADERS or (is_switch and not order.is_on(value)):
            continue
        if how is not None and any(item.answer == how.on_with for item in adopted.secrets):
            continue  # the profile sets it with that secret
        if how is not None and (how.fixed is not None or how.ask is not None):
            _refuse_malformed(adopted, surface, variable, value, how.ask or "")
        elif variable in _AWS_KEYS:
            _aws_key(adopted, provider, variable)
        elif adopted.source.layer is not None and variable in _NETWORK:
            adopted.draft.env[variable] = value
        elif not is_ours(variable, knowledge):
            continue
        elif knowledge.is_secret(variable):
            _unused_secret(adopted, provider, variable)
        elif variable in named or any(key.endswith("*") and variable.startswith(key[:-1]) for key in surface.env.owns):
            adopted.draft.env[variable] = value
        elif variable == provider.base and surface.signs == "login":
            reason = "Claude Code sends that host the subscription's token, which a profile of a plan does not allow"
            raise adopted.refuse(variable, reason, hint=_BY_GATEWAY)
        elif variable == provider.base:
            raise adopted.refuse(variable, f"{adopted.draft.surface} has no setting for it, and requests go there")
        elif adopted.source.layer is not None or is_switch:
            adopted.left.append((variable, f"it has no effect on {adopted.draft.surface}"))
    _lines(adopted, provider)


def _refuse_malformed(adopted: Adopted, surface: Surface, variable: str, value: str, answer: str) -> None:
    """Raise UserError for a value that its setting cannot hold, unless a flag or another variable provides the
    setting."""
    ask = surface.question(answer)
    if ask is None or ask.secret or ask.accepts(value):
        return
    reason = ask.refusal(value)
    if not adopted.provides(ask.name):
        raise adopted.refuse(variable, reason, ask.name)
    adopted.left.append((variable, reason))


def _aws_key(adopted: Adopted, provider: precedence.Provider, variable: str) -> None:
    """Leave out AWS keys. A shell's keys stay in the shell; a settings file's are refused if they sign."""
    signs = provider.cloud == "aws" and not adopted.provides("aws_profile") and not adopted.secrets
    if signs and adopted.source.layer is not None:
        raise adopted.refuse(
            variable, "a profile cannot hold this secret, and Claude Code uses it as its credential", "aws_profile"
        )
    if provider.cloud == "aws":
        adopted.left.append((variable, "a profile cannot hold this secret"))


def _unused_secret(adopted: Adopted, provider: precedence.Provider, variable: str) -> None:
    """Leave out a credential that this surface has no setting for; refuse it if the client would send it."""
    if any(item.variable == variable for item in adopted.secrets):
        return
    skips = bool(provider.skip) and precedence.load().is_on(adopted.source.values.get(provider.skip))
    if variable == _TOKEN and skips:
        reason = f"{adopted.draft.surface} has no setting for it, and Claude Code sends it"
        raise adopted.refuse(variable, reason, "headers")
    adopted.left.append((variable, "a profile cannot hold this secret"))


def _lines(adopted: Adopted, provider: precedence.Provider) -> None:
    """Refuse or leave out settings lines that decide the credential or the model and that no profile holds."""
    content = adopted.source.layer.content if adopted.source.layer is not None else {}
    if content.get("awsCredentialExport") and provider.cloud == "aws":
        if "aws_profile" not in adopted.given and not any(item.answer != "headers" for item in adopted.secrets):
            raise adopted.refuse("awsCredentialExport", "Claude Code signs with what it prints", "aws_profile")
        adopted.left.append(("awsCredentialExport", "a line of the settings file, which keeps working there"))
    if content.get("modelOverrides"):
        if not any(answer.startswith("models.") for answer in adopted.given):
            raise adopted.refuse("modelOverrides", "it changes which model answers", "models.opus")
        adopted.left.append(("modelOverrides", "a line of the settings file, which keeps working there"))
