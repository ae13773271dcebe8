"""The probe for --live: one minimal real request for each distinct pinned model. A 429 counts as failure.

A sign-in that only Claude Code may use is tried once with the installed client.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from ccsetup.claude_code import client_request, installation
from ccsetup.claude_code.client_request import Reply, Silent
from ccsetup.doctor.probes import bedrock_listing, direct, vertex_models
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.profile.profile import Profile
from ccsetup.providers import live, recognise
from ccsetup.providers.access import LOGIN, Access, Failed, make_failure
from ccsetup.providers.anthropic import api
from ccsetup.providers.catalogue import Listing, sort_models
from ccsetup.providers.places import ANTHROPIC
from ccsetup.providers.recognise import Said

MOST = 8  # requests per profile; no client has more tiers
_LEADS = re.compile(r"^(?:Failed to authenticate\. )?(?:API Error: )?(?:\d{3} )?")


def check_live(case: Case) -> Iterator[Result]:
    if needs_client(case.profile):
        yield _try_client(case)
        return
    asking = direct.choose_access(case)
    if asking is None:
        yield Broken("live", LOGIN)
        return
    try:
        models = tuple(bedrock_listing.sent_pins(case))[:MOST] or _newest_haiku(case)
    except Failed as error:
        yield Broken("live", f"nothing is pinned, and there is no listing to choose from: {error.finding.check}")
        return
    if not models:
        yield Broken("live", "nothing is pinned, and no haiku is listed to choose")
        return
    with ThreadPoolExecutor(MOST) as pool:
        yield from pool.map(lambda model: _try(case, asking, model), models)


def needs_client(profile: Profile) -> bool:
    """Whether only Claude Code may use the profile's sign-in: a login, or Azure's own sign-in."""
    surface = find_surface(profile.surface)
    secrets = [ask.name for ask in surface.ask if ask.secret and not ask.plain and ask.name in profile.set]
    return surface.signs in ("login", "azure") and not secrets


def model_for_client(profile: Profile) -> str:
    """Return the model for the client's request: the pinned haiku, else the first pin, else the alias."""
    return profile.models.get("haiku") or next(iter(profile.models.values()), "haiku")


def _try(case: Case, asking: Access, model: str) -> Result:
    try:
        key = ("live", asking.identity_key, case.place, model)
        streamed = case.once(key, lambda: live.invoke(asking, case.place, model))
    except Failed as error:
        return _refused(case, error, model)
    if not streamed:
        return case.finding("stream-ignored", model=model)
    return Passed("live", f"{model} answers", model)


def _refused(case: Case, error: Failed, model: str) -> Result:
    """Return the finding of a refused request. It is always an error, a limit or an unreachable host included."""
    return case.fault(error, "error", model=model, tier=bedrock_listing.sent_pins(case).get(model, ""))


def _try_client(case: Case) -> Result:
    environment = case.access.environment
    client = case.once(("client", environment.get("PATH", "")), lambda: installation.find(environment))
    if client is None:
        return Broken("live", f"{LOGIN}, which is not installed here")
    model = model_for_client(case.profile)
    try:
        reply = client_request.send(client, model, environment, case.change, case.knowledge, case.surface, case.system)
    except Silent as error:
        return Broken("live", f"{client.name} was run once: {error}")
    if reply.answered:
        return Passed("live", f"{model} answers {client.name}", model)
    return _refused(case, _failure(case, reply), model)


def _failure(case: Case, reply: Reply) -> Failed:
    """Return the failure that the client's message means, read as the client's own or as an API error that it passes
    on."""
    url = case.access.environment.get("ANTHROPIC_BASE_URL") or ANTHROPIC
    as_said = make_failure(Said(reply.status, "claude", reply.words), case.access, case.place, url)
    if as_said.finding.check != recognise.UNKNOWN or reply.status is None:
        return as_said
    words = _LEADS.sub("", reply.words)
    passed_on = make_failure(Said(reply.status, api.error_type(reply.status), words), case.access, case.place, url)
    return passed_on if passed_on.finding.check != recognise.UNKNOWN else as_said


def _newest_haiku(case: Case) -> tuple[str, ...]:
    listing = _listed(case)
    haikus = [model.id for model in sort_models(listing.models) if model.tier == "haiku" and model.lifecycle != "ended"]
    return tuple(haikus[:1])


def _listed(case: Case) -> Listing:
    """Return the listing that the other probes request too."""
    match case.surface.lists:
        case "vertex":
            return vertex_models.fetch_listing(case)
        case "bedrock":
            return bedrock_listing.fetch_listing(case)
        case _:
            return direct.fetch_listing(case)
