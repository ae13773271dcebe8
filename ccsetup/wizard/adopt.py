"""An existing set-up as a profile: what a shell or a settings file says, put into a surface's own answers.

Also what Claude Code's `/setup-bedrock` and `/setup-vertex` write. Nothing is changed where it comes from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ccsetup.claude_code import login as claude
from ccsetup.claude_code import settings, status
from ccsetup.claude_code.conflicts import Surroundings, is_ours
from ccsetup.claude_code.settings import FOLDER, MANAGED, Layer
from ccsetup.knowledge import precedence, secret_shapes
from ccsetup.knowledge.surfaces import Ask, Knowledge, Surface
from ccsetup.profile.profile import HEADERS, refused_secret
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.wizard.draft import KEYRING, Draft
from ccsetup.workspace import Workspace

_FEDERATION = "ANTHROPIC_FEDERATION_RULE_ID"
_AWS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_NETWORK = (
    "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "all_proxy", "no_proxy",
    "NODE_EXTRA_CA_CERTS",
)  # fmt: skip
_REGIONS = ("region", "location")  # answers that Claude Code has a default for


@dataclass(frozen=True, slots=True)
class SetupSource:
    """Where a set-up stands: `layer` is the settings file, None for the shell."""

    values: Mapping[str, str]  # variables
    lines: Mapping[str, str]
    layer: Layer | None = None

    @property
    def name(self) -> str:
        return str(self.layer.path) if self.layer else "this shell"


class Held(NamedTuple):
    """A secret that stands in plain text in the source: the variable, the answer that it becomes, the secret."""

    variable: str
    answer: str
    secret: Secret


@dataclass(slots=True)
class Adopted:
    """The profile so far. `secrets` are in no draft yet; `left` is what the profile does not hold and does not need,
    each with the reason; `given` are the answers that flags give instead."""

    draft: Draft
    source: SetupSource
    given: frozenset[str] = frozenset()
    secrets: list[Held] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    def gives(self, *answers: str) -> bool:
        """Whether the profile gets one of these answers, from a flag or from the source."""
        return any(answer in self.given or answer in self.draft.set for answer in answers)

    def refuse(self, variable: str, reason: str, answer: str = "") -> UserError:
        """The UserError for what decides where requests go or who pays, and cannot be carried over."""
        todo = (
            f"give it instead: --set {answer}=…"
            if answer
            else "make the profile by flags: ccsetup init NAME --surface …"
        )
        return UserError(f"{variable} in {self.source.name} cannot be adopted: {reason}", todo)


def shell(workspace: Workspace) -> SetupSource:
    """What this shell exports."""
    return SetupSource(workspace.system.environment, {})


def strongest(surroundings: Surroundings) -> SetupSource:
    """The strongest settings file of the user's that selects a provider; a UserError where there is none."""
    for layer in surroundings.layers:
        lines = {name: value for name, value in layer.content.items() if isinstance(value, str)}
        order = precedence.load()
        if layer.name != MANAGED and (order.selected(layer.env)[0].flags or order.signer({**layer.env, **lines}).name):
            return SetupSource(layer.env, lines, layer)
    raise UserError(
        "no settings file of Claude Code's says how Claude is reached",
        "adopt what this shell exports with --from-env, or say it: ccsetup init NAME --surface …",
    )


def adopt(workspace: Workspace, name: str, source: SetupSource, given: Iterable[str] = ()) -> Adopted:
    """What `source` comes to as the profile `name`; a UserError where it selects nothing, or where what decides the
    host, credential, project, region, model or payer cannot be carried over.

    `given` are the answers that flags give.
    """
    order, knowledge = precedence.load(), workspace.knowledge
    source = _trimmed(source, knowledge)
    values = {**source.values, **source.lines}
    provider = order.selected(values)[0]
    chosen = status.surface_of(provider, values, knowledge)
    surface = knowledge.surface(chosen)
    found = Adopted(Draft(name, chosen), source, frozenset(given))
    signer = order.signer(values) if not provider.flags else None
    _refuse_secrets(found, knowledge)
    if signer is not None and not signer.name:
        if source.values.get(_FEDERATION):
            raise found.refuse(_FEDERATION, "no profile can hold it, and Claude Code signs with it before a login")
        _login(workspace, found)
    found.draft.set |= claude.answers(surface, source.values)
    _place(workspace, found, surface, provider)
    for key, variable in knowledge.shared.models.items():
        if source.values.get(variable):
            found.draft.models[key] = source.values[variable]
    if source.lines.get("model") and "default" not in found.draft.models:
        found.draft.models["default"] = source.lines["model"]
    _secret(found, surface, values, signer.name if signer else "")
    _headers(found)
    _rest(found, surface, provider, knowledge)
    return found


def _trimmed(source: SetupSource, knowledge: Knowledge) -> SetupSource:
    """The source as the client reads it: without blanks at the ends of its own variables."""
    values = {
        name: secret_shapes.trim(value) if knowledge.is_known(name) or name in _NETWORK else value
        for name, value in source.values.items()
    }
    return replace(source, values=values)


def _refuse_secrets(found: Adopted, knowledge: Knowledge) -> None:
    """A UserError for a secret where a name, a path or an address belongs."""
    for variable, value in sorted(found.source.values.items()):
        network = found.source.layer is not None and variable in _NETWORK
        adopted = (network or is_ours(variable, knowledge)) and not knowledge.is_secret(variable)
        if adopted and (kind := secret_shapes.kind(variable, value)):
            raise refused_secret(f"{variable} in {found.source.name}", kind, {"variable": variable})


def _headers(found: Adopted) -> None:
    """Further headers: sent on every surface, and often the only credential."""
    lines = found.source.values.get(HEADERS, "")
    if not lines:
        return
    if secret_shapes.secret_header(lines):
        found.secrets.append(Held(HEADERS, "headers", Secret(lines)))
    else:
        found.draft.set["headers"] = lines


def keep_in_keyring(found: Adopted, held: Held) -> None:
    """The secret goes into the keyring when the draft is saved."""
    found.draft.secrets[held.answer] = held.secret
    found.draft.set[held.answer] = KEYRING


def _login(workspace: Workspace, found: Adopted) -> None:
    """A saved login: nothing but its folder is needed."""
    login = claude.login(workspace.system, [])
    if login is None:
        raise UserError(
            f"{found.source.name} does not say how Claude is reached, and nobody is signed in",
            "say it: ccsetup init NAME --surface …",
        )
    if login.plan:
        found.draft.set["plan"] = login.plan


def _place(workspace: Workspace, found: Adopted, surface: Surface, provider: precedence.Provider) -> None:
    """Where Claude Code would go without being told, if nothing told it."""
    for ask in surface.ask:
        if ask.required and ask.name in _REGIONS and ask.name not in found.draft.set:
            environment = {**workspace.system.environment, **found.source.values}
            there = replace(workspace.system, environment=environment)
            place = status.place_of(provider, environment, there)
            if place and ask.accepts(place):
                found.draft.set[ask.name] = place


def _secret(found: Adopted, surface: Surface, values: Mapping[str, str], signer: str) -> None:
    """The one credential that is used now; the others are left."""
    helper = values.get("apiKeyHelper", "")
    if signer == "apiKeyHelper" and surface.secret is not None:
        if owner := settings.helped_profile(helper):
            raise UserError(f"{found.source.name} was written by `ccsetup apply {owner}`", f"see: ccsetup show {owner}")
        if surface.secret.name in found.given:
            found.left.append(("apiKeyHelper", "a flag gives the secret instead"))
        elif found.source.layer is not None and found.source.layer.name in FOLDER:  # it may have come with the folder
            reason = "a command that a folder brings along is not run"
            raise found.refuse("apiKeyHelper", reason, surface.secret.name)
        elif kind := secret_shapes.find_secret(helper):
            raise refused_secret(f"apiKeyHelper in {found.source.name}", kind, {})
        else:
            found.draft.set[surface.secret.name] = f"cmd:{helper}"
    held = [(variable, ask) for variable, ask in _secrets(surface).items() if found.source.values.get(variable)]
    held.sort(key=lambda one: one[0] != signer)
    for variable, ask in held:
        if not found.secrets and signer != "apiKeyHelper":
            found.secrets.append(Held(variable, ask.name, Secret(found.source.values[variable])))
        else:
            found.left.append((variable, "another credential comes before it"))


def _secrets(surface: Surface) -> dict[str, Ask]:
    asked = {variable: surface.question(how.ask or "") for variable, how in surface.env.owns.items()}
    return {variable: ask for variable, ask in asked.items() if ask is not None and ask.secret and not ask.plain}


def _rest(found: Adopted, surface: Surface, provider: precedence.Provider, knowledge: Knowledge) -> None:
    """What is no answer: variables of the profile's own into `[env]`, the others left or refused, with a reason."""
    named = {*surface.env.owns, *knowledge.shared.env.owns, *surface.also}
    named |= {name for name in knowledge.shared.env.borrows if name.startswith("CLAUDE_CODE_")}  # model or payer
    order = precedence.load()
    for variable, value in sorted(found.source.values.items()):
        how = surface.env.owns.get(variable) or surface.env.borrows.get(variable)
        is_switch = any(variable in one.flags for one in order.provider)
        is_model = variable in knowledge.shared.models.values()
        if not value or is_model or variable == HEADERS or (is_switch and not order.is_on(value)):
            continue
        if how is not None and (how.fixed is not None or how.ask is not None):
            _answered(found, surface, variable, value, how.ask or "")
        elif variable in _AWS_KEYS:
            _aws_key(found, provider, variable)
        elif found.source.layer is not None and variable in _NETWORK:
            found.draft.env[variable] = value
        elif not is_ours(variable, knowledge):
            continue
        elif knowledge.is_secret(variable):
            _unused_secret(found, provider, variable)
        elif variable in named or any(key.endswith("*") and variable.startswith(key[:-1]) for key in surface.env.owns):
            found.draft.env[variable] = value
        elif variable == provider.base:
            raise found.refuse(variable, f"{found.draft.surface} has no setting for it, and requests go there")
        elif found.source.layer is not None or is_switch:
            found.left.append((variable, f"it means nothing on {found.draft.surface}"))
    _lines(found, provider)


def _answered(found: Adopted, surface: Surface, variable: str, value: str, answer: str) -> None:
    """A UserError for a value that its answer cannot hold, unless a flag gives another, or the source says it twice."""
    ask = surface.question(answer)
    if ask is None or ask.secret or ask.accepts(value):
        return
    reason = f"it has not the form of: {ask.text}"
    if not found.gives(ask.name):
        raise found.refuse(variable, reason, ask.name)
    found.left.append((variable, reason))


def _aws_key(found: Adopted, provider: precedence.Provider, variable: str) -> None:
    """Keys of the shell stay there and count; those of a settings file would have to go with the profile."""
    signs = provider.cloud == "aws" and not found.gives("aws_profile") and not found.secrets
    if signs and found.source.layer is not None:
        raise found.refuse(variable, "a profile holds no such secret, and Claude Code signs with it", "aws_profile")
    if provider.cloud == "aws":
        found.left.append((variable, "a profile holds no such secret"))


def _unused_secret(found: Adopted, provider: precedence.Provider, variable: str) -> None:
    """A credential that is no answer of this surface: left, unless the client would send it."""
    skips = bool(provider.skip) and precedence.load().is_on(found.source.values.get(provider.skip))
    if variable == "ANTHROPIC_AUTH_TOKEN" and skips:
        raise found.refuse(
            variable, f"{found.draft.surface} has no setting for it, and Claude Code sends it", "headers"
        )
    found.left.append((variable, "a profile holds no such secret"))


def _lines(found: Adopted, provider: precedence.Provider) -> None:
    """Lines of the settings file that decide who signs, or which model, and that no profile holds."""
    content = found.source.layer.content if found.source.layer is not None else {}
    if content.get("awsCredentialExport") and provider.cloud == "aws":
        if "aws_profile" not in found.given and not any(one.answer != "headers" for one in found.secrets):
            raise found.refuse("awsCredentialExport", "Claude Code signs with what it prints", "aws_profile")
        found.left.append(("awsCredentialExport", "a line of the settings file, which keeps working there"))
    if content.get("modelOverrides"):
        if not any(answer.startswith("models.") for answer in found.given):
            raise found.refuse("modelOverrides", "it changes which model answers", "models.opus")
        found.left.append(("modelOverrides", "a line of the settings file, which keeps working there"))
