"""Probe of what "OK" needs: something accepted the credential at the address, or the verdict is unknown."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ccsetup.claude_code import main_model as first_model
from ccsetup.doctor.probes import (
    bedrock_listing,
    bedrock_permission,
    direct,
    gcp_project,
    google_shared,
    own_models,
    vertex_place,
)
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped, result_for_failure
from ccsetup.knowledge import precedence
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Access, Failed, place_of_model
from ccsetup.providers.catalogue import Listing, parse_family, without_suffix

if TYPE_CHECKING:
    from ccsetup.providers.anthropic.empty_request import Trial

NAME = "accepted"
_OF_IDS = ("bedrock-model-id-invalid", "bedrock-prefix-mismatch", "bedrock-on-demand-unsupported")
_TRIED = "the real request of --live tries it"


def check_accepted(case: Case) -> Iterator[Result]:
    """Check that the credential is accepted: by a listing that is refused without it, else by an empty request. In a
    cloud, who may list need not be allowed to send messages."""
    access = direct.choose_access(case)
    if access is None:
        by_client = case.live and not case.surface.is_keyed
        yield Skipped(NAME, _TRIED, telling=False) if by_client else _unknown(_no_credential(case))
        return
    listing = _listing(case)
    has_permissions = case.surface.signs in ("sigv4", "google")
    if listing is not None and listing.accepted and not has_permissions:
        return  # the listing's own result says so
    if listing is not None and not has_permissions and _is_refused_without(case, access):
        yield Passed(NAME, "the listing is refused without it")
        return
    if case.live:
        yield Skipped(NAME, _TRIED, telling=False)
        return
    yield from _try_messages(case, access)


def check_prediction(case: Case) -> Iterator[Result]:
    """Check that a model on Vertex AI accepts the credential, by an empty request, where Google does not tell the
    caller's permissions, or where the first model may not be served."""
    model = _first_model(case)
    if not case.access.is_unsigned and _is_told_already(case):
        is_excluded = model is not None and vertex_place.is_excluded(case, model)
        if model is None or not (is_excluded or vertex_place.is_unclear(case, model)):
            return  # the permission's own result says so, or why it could not be looked up
        if is_excluded and own_models.is_left_to_client(case, model):
            yield Broken(NAME, f"{model} may not be served there; Claude Code then tries older models")
            return
    yield from _try_model(case, _predict)


def _predict(case: Case, model: str) -> Iterator[Result]:
    from ccsetup.providers.anthropic import empty_request

    sent = case.sent_id(model)
    place = place_of_model(case.access, sent)
    for result in _results(case, lambda: empty_request.try_prediction(case.access, place, sent), sent):
        not_there = isinstance(result, Finding) and result.check == "vertex-model-not-in-location"
        reason = f"{model} is not served there; Claude Code then tries older models"
        yield _unknown(reason) if not_there and _is_replaced(case, model) else result


def _is_replaced(case: Case, model: str) -> bool:
    """Whether Claude Code takes an older model where this one is not served. Seen on 2.1.332: also where a tier pins
    what is another tier's own."""
    tiers = {tier for tier, pin in case.pins.items() if without_suffix(pin) == model}
    is_own = any(target.id == model for target in case.alias_targets().values())
    return own_models.is_left_to_client(case, model) or (is_own and not tiers & {"default", parse_family(model)[0]})


def check_invocation(case: Case) -> Iterator[Result]:
    """Check that a model on Bedrock accepts the credential, by an empty request, where IAM does not tell the caller's
    permissions, or a base URL may lead past the path of models."""
    told = (Passed, Broken, Finding)
    if (
        not _has_base(case)
        and not case.access.is_unsigned
        and any(isinstance(one, told) for one in bedrock_permission.check_permission(case))
    ):
        return  # the permission's own result says so, or why it could not be looked up
    yield from _try_model(case, _invoke)


def _invoke(case: Case, model: str) -> Iterator[Result]:
    from ccsetup.providers.anthropic import empty_request

    try:
        listing, is_uncertain = bedrock_listing.fetch_listing(case), False
    except Failed as error:  # where it is denied, Claude Code's own is too
        listing, is_uncertain = None, not bedrock_listing.not_allowed(error) and own_models.is_own(case, model)
    is_left = not case.pins or own_models.is_left_to_client(case, model)
    sent = own_models.sent_id(case, listing, model)
    if is_left and listing and not listing.unseen and listing.find(sent) is None:
        yield Broken(NAME, f"{sent} is not listed in {case.place}; Claude Code then tries older models")
        return
    names = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL")
    values = (case.access.environment, case.system.environment)
    moved = next((value[name] for name in names for value in values if "://" in value.get(name, "")), "")
    for result in _results(case, lambda: empty_request.try_invocation(case.access, case.place, sent, moved), sent):
        is_about_id = isinstance(result, Finding) and result.check in _OF_IDS
        reason = f"Claude Code may ask for another id than {sent}: what the region lists is not known"
        yield _unknown(reason) if is_uncertain and is_about_id else result


def _try_model(case: Case, send: Callable[[Case, str], Iterator[Result]]) -> Iterator[Result]:
    """Send an empty request to the model that Claude Code begins with, unless --live sends a real one."""
    if case.live:
        yield Skipped(NAME, _TRIED, telling=False)
        return
    model = _first_model(case)
    if model is None:
        yield _unknown("no model is pinned, and what Claude Code asks for is not known")
        return
    yield from send(case, model)


def _is_told_already(case: Case) -> bool:
    try:
        google_shared.token(case)
        if _has_base(case):
            return False
        gcp_project.permissions(case, case.profile.set["project"])
    except Failed as error:
        return error.status == "unreachable" or error.is_busy
    return True


def _has_base(case: Case) -> bool:
    """Whether requests go to a base URL, be it of the cloud's own host: IAM says nothing about its path and region."""
    return bool(case.access.environment.get(case.surface.base_variable))


def _first_model(case: Case) -> str | None:
    """Return the model that Claude Code begins with: the default, else opus."""
    default = case.profile.models.get("default", "opus")
    pin = case.pins.get("default") or case.pins.get(without_suffix(default))
    targets = case.alias_targets()
    target = targets.get(without_suffix(default)) or targets.get("opus")
    model = pin or (target.id if target else None) or next(iter(case.pins.values()), None)
    return without_suffix(model) if model else None


def _no_credential(case: Case) -> str:
    """Why nothing could be tried."""
    if case.unsent:
        return case.unsent
    if case.surface.is_keyed:  # such as a project's key helper, which is not run
        return "no credential that ccsetup may use"
    return "only Claude Code can use the login; check it with `ccsetup doctor --live`"


def _listing(case: Case) -> Listing | None:
    try:
        return direct.fetch_listing(case)
    except Failed:
        return None


def _is_refused_without(case: Case, access: Access) -> bool:
    from ccsetup.providers.anthropic import empty_request

    if not access.secrets and access.surface.signs == "key":
        return False
    url = case.place
    return case.once(("listed-to-all", url), lambda: empty_request.lists_without_credential(access)) is False


def _try_messages(case: Case, access: Access) -> Iterator[Result]:
    from ccsetup.providers.anthropic import empty_request

    if case.surface.signs == "azure":
        yield from _try_deployments(case, access)
        return
    yield from _results(case, lambda: empty_request.try_messages(access, case.place))


def _try_deployments(case: Case, access: Access) -> Iterator[Result]:
    """Check on Foundry, which lists no models, that there is a deployment for the main model and for each pin."""
    from ccsetup.providers.anthropic import empty_request

    if not access.credentials and not access.is_unsigned:
        yield _unknown("only Claude Code can use Azure's own sign-in")
        return
    main = main_model(case) if case.here else None  # of a profile that is being made, what it pins is checked
    for model in dict.fromkeys((*((main,) if main else ()), *case.sent_pins)):
        yield from _results(case, lambda: empty_request.try_messages(access, case.place, model), model)  # noqa: B023
    if main is None and not case.distinct_pins:
        yield _unknown("what Claude Code asks for is not known")


def main_model(case: Case) -> str | None:
    """Return the id that Claude Code asks for first, with what settings files say; None if it is not known."""
    values, targets = case.values, case.alias_targets()
    pins = first_model.pins_of(values, case.knowledge)
    listed = first_model.listed_models(
        case.surroundings.layers, {tier: target.id or "" for tier, target in targets.items()}
    )
    word = first_model.main_word(precedence.load().selected(values)[0], values, pins, listed)
    target = targets.get(word)
    main = pins.get(word) or (target.id if target else None if word in pins else word)
    return case.sent_id(without_suffix(main)) if main else None


def _results(case: Case, send: "Callable[[], Trial]", model: str = "") -> Iterator[Result]:
    """Yield what the empty request shows, sent once for all profiles with the same identity. A server that fails or
    limits shows nothing."""
    from ccsetup.providers.anthropic.empty_request import Acceptance

    try:
        shown = case.ask(direct.empty_request_key(case, model), send)
    except Failed as error:
        result = _unknown(error.words) if error.is_busy else result_for_failure(case, NAME, error)
        yield result
        if isinstance(result, Finding) and result.weight != "error":
            yield _unknown(error.words)
        return
    yield _unknown(shown.words) if shown.outcome is Acceptance.UNKNOWN else Passed(NAME, shown.words)


def _unknown(reason: str) -> Result:
    return Broken(NAME, f"unknown whether the provider accepts the credential: {reason}")
