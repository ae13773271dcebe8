"""An existing set-up as a profile: what a shell or a settings file says, put into a surface's own answers.

Also what Claude Code's `/setup-bedrock` and `/setup-vertex` write. Nothing is changed where it comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ccsetup import precedence, settings, status
from ccsetup.desk import Desk
from ccsetup.detect import claude
from ccsetup.drafts import Draft
from ccsetup.leftovers import Scene, is_ours
from ccsetup.refusal import Refusal
from ccsetup.secret import Secret
from ccsetup.settings import FOLDER, MANAGED, Layer
from ccsetup.surface import Ask, Knowledge, Surface

_REGIONS = ("region", "location")  # answers that Claude Code has a default for


@dataclass(frozen=True, slots=True)
class Source:
    """Where a set-up stands: `layer` is the settings file, None for the shell."""

    values: Mapping[str, str]  # variables
    lines: Mapping[str, str]
    layer: Layer | None = None

    @property
    def name(self) -> str:
        return str(self.layer.path) if self.layer else "this shell"


@dataclass(slots=True)
class Adopted:
    """The profile so far. `secret` stands in plain text in the source, as the answer `answer`, and is in no draft yet;
    `left` is what the profile cannot hold, each with the reason."""

    draft: Draft
    source: Source
    variable: str = ""
    answer: str = ""
    secret: Secret | None = None
    left: list[tuple[str, str]] = field(default_factory=list)


def shell(desk: Desk) -> Source:
    """What this shell exports."""
    return Source(desk.world.environment, {})


def strongest(scene: Scene) -> Source:
    """The strongest settings file of the user's that selects a provider; a Refusal where there is none."""
    for layer in scene.layers:
        lines = {name: value for name, value in layer.content.items() if isinstance(value, str)}
        order = precedence.load()
        if layer.name != MANAGED and (order.selected(layer.env)[0].flags or order.signer({**layer.env, **lines}).name):
            return Source(layer.env, lines, layer)
    raise Refusal(
        "no settings file of Claude Code's says how Claude is reached",
        "adopt what this shell exports with --from-env, or say it: ccsetup init NAME --surface …",
    )


def adopt(desk: Desk, name: str, source: Source) -> Adopted:
    """What `source` comes to as the profile `name`; a Refusal where it selects nothing."""
    order, knowledge = precedence.load(), desk.knowledge
    values = {**source.values, **source.lines}
    provider = order.selected(values)[0]
    chosen = status.surface_of(provider, values, knowledge)
    surface = knowledge.surface(chosen)
    found = Adopted(Draft(name, chosen), source)
    signer = order.signer(values) if not provider.flags else None
    if signer is not None and not signer.name:
        _login(desk, found)
    found.draft.set |= claude.answers(surface, source.values)
    _place(desk, found, surface, provider)
    for key, variable in knowledge.shared.models.items():
        if source.values.get(variable):
            found.draft.models[key] = source.values[variable]
    if source.lines.get("model") and "default" not in found.draft.models:
        found.draft.models["default"] = source.lines["model"]
    _secret(found, surface, values, signer.name if signer else "")
    _rest(found, surface, knowledge)
    return found


def keep_in_keyring(found: Adopted) -> None:
    """The secret goes into the keyring when the draft is saved."""
    found.draft.secret = found.secret
    found.draft.set[found.answer] = "keyring:"


def keep_by_reference(found: Adopted) -> None:
    """The secret stays in the variable it is in."""
    found.draft.set[found.answer] = f"env:{found.variable}"


def _login(desk: Desk, found: Adopted) -> None:
    """A saved login: nothing but its folder is needed."""
    login = claude.login(desk.world, [])
    if login is None:
        raise Refusal(
            f"{found.source.name} does not say how Claude is reached, and nobody is signed in",
            "say it: ccsetup init NAME --surface …",
        )
    if login.plan:
        found.draft.set["plan"] = login.plan


def _place(desk: Desk, found: Adopted, surface: Surface, provider: precedence.Provider) -> None:
    """Where Claude Code would go without being told, if nothing told it."""
    for ask in surface.ask:
        if ask.required and ask.name in _REGIONS and ask.name not in found.draft.set:
            environment = {**desk.world.environment, **found.source.values}
            there = replace(desk.world, environment=environment)
            place = status.place_of(provider, environment, there)
            if place and ask.accepts(place):
                found.draft.set[ask.name] = place


def _secret(found: Adopted, surface: Surface, values: Mapping[str, str], signer: str) -> None:
    """The one credential that is used now; the others are left."""
    helper = values.get("apiKeyHelper", "")
    if signer == "apiKeyHelper" and surface.secret is not None:
        if owner := settings.helped_profile(helper):
            raise Refusal(f"{found.source.name} was written by `ccsetup apply {owner}`", f"see: ccsetup show {owner}")
        if found.source.layer is not None and found.source.layer.name in FOLDER:  # it may have come with the folder
            found.left.append(("apiKeyHelper", "a command that a folder brings along is not taken over"))
        else:
            found.draft.set[surface.secret.name] = f"cmd:{helper}"
    held = [(variable, ask) for variable, ask in _secrets(surface).items() if found.source.values.get(variable)]
    held.sort(key=lambda one: one[0] != signer)
    for variable, ask in held:
        if found.secret is None and signer != "apiKeyHelper":
            found.variable, found.answer = variable, ask.name
            found.secret = Secret(found.source.values[variable])
        else:
            found.left.append((variable, "another credential comes before it"))


def _secrets(surface: Surface) -> dict[str, Ask]:
    asked = {variable: surface.question(how.ask or "") for variable, how in surface.env.owns.items()}
    return {variable: ask for variable, ask in asked.items() if ask is not None and ask.secret}


def _rest(found: Adopted, surface: Surface, knowledge: Knowledge) -> None:
    """What is no answer: variables of the profile's own into `[env]`, the others left with a reason."""
    named = {*surface.env.owns, *knowledge.shared.env.owns, *surface.also}
    order = precedence.load()
    for variable, value in sorted(found.source.values.items()):
        how = surface.env.owns.get(variable) or surface.env.borrows.get(variable)
        known = is_ours(variable, knowledge) or variable in knowledge.shared.secrets or variable == "AWS_ACCESS_KEY_ID"
        is_switch = any(variable in provider.flags for provider in order.provider)
        is_model = variable in knowledge.shared.models.values()
        if not value or not known or is_model or (is_switch and not order.is_on(value)):
            continue
        if how is not None and (how.fixed is not None or how.ask is not None):
            ask = surface.question(how.ask or "")
            if ask is not None and not ask.secret and not ask.accepts(value):
                found.left.append((variable, f"it has not the form of: {ask.text}"))
            continue
        if knowledge.is_secret(variable) or variable == "AWS_ACCESS_KEY_ID":
            found.left.append((variable, "a profile holds no such secret"))
        elif variable in named or any(key.endswith("*") and variable.startswith(key[:-1]) for key in surface.env.owns):
            found.draft.env[variable] = value
        elif found.source.layer is not None or is_switch:
            found.left.append((variable, f"it means nothing on {found.draft.surface}"))
    for line in ("awsCredentialExport", "modelOverrides"):
        if found.source.layer is not None and found.source.layer.content.get(line):
            found.left.append((line, "a line of the settings file, which keeps working there"))
