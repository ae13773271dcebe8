"""What Claude Code would use in this shell and folder, as a case for doctor: no profile is needed."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ccsetup.claude_code import effective, first_keys, login, signing, status
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.status import Status
from ccsetup.doctor import prepare
from ccsetup.doctor.probes.case import Case, Once
from ccsetup.doctor.report import Report
from ccsetup.knowledge import custom_headers, pages, precedence, secret_shapes
from ccsetup.knowledge.precedence import Provider
from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.profile import SCHEMA, Profile
from ccsetup.providers.access import PROFILE_SECONDS, Access
from ccsetup.providers.places import ANTHROPIC
from ccsetup.system import process
from ccsetup.system.console import Line
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.workspace import Workspace

_NODE_SECONDS = 5
_WHAT_DECIDES = "see which variable or file decides: ccsetup status"
_SET_UP = "set it, or make a profile: ccsetup init"
_ANOTHER = ("Or set up another provider", "ccsetup init")


def prepare_here(workspace: Workspace, once: Once, *, live: bool = False) -> Case:
    """Return the case of this shell and folder. Raises UserError if ccsetup has no surface for what is selected.

    A host, proxy or certificate that a project's file sets is not followed (see `effective.of_requests`).
    """
    until = time.monotonic() + PROFILE_SECONDS
    surroundings, system, knowledge = _surroundings(workspace), workspace.system, workspace.knowledge
    change = EnvironmentChange(pages.HERE, {}, frozenset(), {})
    lines = effective.values(effective.lines(surroundings.layers))
    decided = effective.variables(surroundings.layers, surroundings.environment, surroundings.active)
    provider = precedence.load().selected(effective.values(decided))[0]
    current = read_here(workspace)
    name = status.surface_of(provider, {**effective.values(decided), **lines}, knowledge)
    if not provider.flags and (current.signing.way != signing.PROFILE or current.signing.beside):
        name = current.surface
    if name not in knowledge.surfaces:
        raise UserError(f"Claude Code would use {provider.title} here, which ccsetup cannot check", _WHAT_DECIDES)
    surface = knowledge.surface(name)
    shell = surroundings.environment
    signing_layers = first_keys.signing_layers(surroundings.layers, shell, surroundings.active, knowledge, system)
    child = effective.of_requests(signing_layers, shell, change, knowledge)
    child |= {provider.base: secret_shapes.trim(child[provider.base])} if child.get(provider.base) else {}
    if surface.is_gateway and not provider.flags and not child.get(surface.base_variable):
        child[surface.base_variable] = ANTHROPIC  # where the client sends a token that no base URL leads elsewhere
    values = {name: secret_shapes.trim(value) for name, value in child.items()}
    secrets = _secrets(surface, provider, {**values, **lines})
    if not provider.flags:
        secrets = _direct_secrets(secrets, {**values, **lines})
        if current.signing.chosen_by == signing.CONSOLE_KEY and surroundings.console_key:
            secrets["key"] = (signing.CONSOLE_KEY, surroundings.console_key)
    models = {key: values[name] for key, name in knowledge.shared.models.items() if values.get(name)}
    main = current.models["main"]
    if main == "":
        raise UserError("Claude Code would ask for a model without a name here", _WHAT_DECIDES)
    if main and surface.signs != "login":
        models["default"] = main  # so that what it asks for is checked, pinned or not
    profile = Profile(SCHEMA, name, _answers(workspace, surface, provider, values), models)
    profile.set.update({ask: f"env:{variable}" for ask, (variable, _) in secrets.items()})
    export = effective.lines(surroundings.layers).get("awsCredentialExport")
    access = Access(
        pages.HERE,
        profile,
        {ask: secret for ask, (_, secret) in secrets.items()},
        secret_shapes.mask(child),
        system.home,
        system.now(),
        once,
        until,
        (export.value, export.layer if export.from_folder else "") if export is not None and export.value else None,
    )
    unsent = "" if provider.flags else prepare.why_unsent(current.signing)
    return Case(
        pages.HERE, profile, surface, knowledge, system, access, change, once, surroundings, live=live, unsent=unsent
    )


def read_here(workspace: Workspace) -> Status:
    """Return what Claude Code would use in this shell and folder."""
    return status.read_status(_surroundings(workspace), workspace.knowledge, workspace.system)


def _surroundings(workspace: Workspace) -> Surroundings:
    return workspace.surroundings(workspace.config_dir)


def _answers(workspace: Workspace, surface: Surface, provider: Provider, values: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that a profile of this set-up would have; raises UserError if Claude Code needs one more."""
    answers = login.answers(surface, values)
    system = replace(workspace.system, environment=secret_shapes.mask(dict(values)))
    where = surface.place
    if where is not None and where.answer not in answers and (place := status.place_of(provider, values, system)):
        answers[where.answer] = place
    needed = [ask for ask in surface.ask if ask.required]
    project = status.project_of(provider, values, system)  # not by each variable that `init` adopts
    for ask in needed:
        if surface.variable(ask.name) in provider.project:
            answers.pop(ask.name, None)
            answers |= {ask.name: project} if project else {}
    for ask in needed:
        if ask.name not in answers:
            words = f"Claude Code would use {surface.title} here, and {surface.variable(ask.name)} is not set"
            raise UserError(words, _SET_UP)
    for group in surface.exactly_one:
        given = answers.keys() & {*group}
        names = [*filter(None, map(surface.variable, group))]
        if len(given) > 1:
            raise pages.refusal("foundry-two-addresses", first=names[0], second=names[1])
        if not given:
            words = f"Claude Code would use {surface.title} here, and neither {' nor '.join(names)} is set"
            raise UserError(words, _SET_UP)
    return answers


def _secrets(surface: Surface, provider: Provider, values: Mapping[str, str]) -> dict[str, tuple[str, Secret]]:
    """Return the credentials that the client sends, and secret headers: {setting: (variable, secret)}."""
    if provider.flags:
        sent = {signing.first_credential(provider, values)}
    else:
        signer = precedence.load().signer(values).name
        sent = {signer, signing.sent_beside(signer, values)}
    found: dict[str, tuple[str, Secret]] = {}
    for variable, how in surface.env.owns.items():
        ask = surface.question(how.ask or "")
        if ask is None or not ask.secret or not values.get(variable) or not surface.is_sent(ask.name, values):
            continue
        if ask.plain or variable in sent:
            found.setdefault(ask.name, (variable, Secret(values[variable])))
    return found


def _direct_secrets(secrets: dict[str, tuple[str, Secret]], values: Mapping[str, str]) -> dict[str, tuple[str, Secret]]:
    """Return the secrets of the Anthropic API with those that headers of one's own replace: a key by a header's, which
    an OAuth token is sent beside."""
    headers, signer = custom_headers.credentials(values), precedence.load().signer(values).name
    if signer == signing.OAUTH:
        secrets["oauth_token"] = (signer, Secret(values[signer]))
    if custom_headers.AUTHORIZATION in headers:
        secrets.pop("oauth_token", None)
    if key := headers.get(custom_headers.X_API_KEY):
        secrets["key"] = (custom_headers.VARIABLE, Secret(key))
    elif custom_headers.X_API_KEY in headers:
        secrets.pop("key", None)
    return secrets


def summary(workspace: Workspace, found: Status) -> Iterator[Line]:
    """Yield what Claude Code would use here, and who would be billed."""
    surface = workspace.knowledge.surfaces.get(found.surface)
    models = {tier: model for tier, model in found.models.items() if model and tier != "main"}
    rows = {
        "Claude Code": _client(workspace),
        "provider": found.title,
        "billed to": surface.bills if surface and (found.host or not surface.is_gateway) else "",
        "profile": found.profile or "",
        "credentials": "not found" if found.identity == "none" else found.identity,
        surface.place.answer if surface and surface.place else "region": found.place or "",
        "project": found.project or "",
        "host": found.host or "",
        "model": found.models.get("main") or "",
        "models": ", ".join(f"{tier} {model}" for tier, model in models.items()),
    }
    width = max(map(len, rows))
    yield Line(0, "In this shell and folder Claude Code would use:", "bold")
    for label, value in rows.items():
        if value:
            yield Line(2, f"{label.ljust(width)}  {value}", hang=width + 2)
    yield Line(0, "")


def _client(workspace: Workspace) -> str:
    """The client's version, and the Node.js that runs it if it is not a native executable."""
    client = workspace.client
    if client is None:
        return "not found"
    version = client.version or str(client.code)
    if client.code.suffix not in (".js", ".mjs", ".cjs"):
        return version
    node = process.find("node", workspace.system.environment)
    if node is None:
        return f"{version}, and no Node.js to run it"
    try:
        code, out = process.run([node, "--version"], environment=workspace.system.environment, seconds=_NODE_SECONDS)
    except (OSError, process.TimeoutExpired, process.Flood):
        return f"{version}, on a Node.js that does not start"
    told = re.fullmatch(rb"v[\d.]{1,20}", out.strip())
    return f"{version}, on Node.js {told[0].decode()}" if told and code == 0 else version


def next_steps(workspace: Workspace, found: Status, report: Report) -> Iterator[Line]:
    """Yield what to do after this report."""
    from_file = any(variable.path is not None for variable in found.variables)
    adopt = f"ccsetup init NAME {'--from-settings' if from_file else '--from-env'}"
    if found.identity == "none":
        steps = [("Set up Claude Code", "ccsetup init")]
    elif report.verdict == "error":
        steps = [("Fix the root cause, then check again", "ccsetup doctor --here"), _ANOTHER]
    elif found.profile is not None:
        steps = []
    else:
        steps = [("Save this set-up as a profile", adopt), _ANOTHER]
    if workspace.store.names():
        steps.append(("Check your profiles", "ccsetup doctor"))
    yield Line(0, "Next:" if steps else "", "bold")
    for text, command in steps:
        yield Line(2, f"{text}:")
        yield Line(4, f"$ {command}", "bold", paste=True)
