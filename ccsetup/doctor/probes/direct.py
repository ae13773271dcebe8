"""Probes of the Anthropic API, subscriptions, and other servers of that API: credential, organisation, listing,
pins."""

import re
from collections.abc import Iterator

from ccsetup.doctor.probes import expected, key_helper, own_models
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped, result_for_failure
from ccsetup.doctor.probes.pins import compare_pins, find_pinned
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import access, catalogue, places
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.anthropic import api
from ccsetup.providers.catalogue import Listing
from ccsetup.providers.listing import list_models

_KINDS = {  # prefixes of credentials that are not for the Anthropic API
    "sk-ant-oat": "it is a subscription's token (sk-ant-oat…)",
    "sk-ant-ort": "it is a login's refresh token (sk-ant-ort…)",
    "sk-ant-admin": "it is an administrator's key (sk-ant-admin…)",
    "sk-ant-api": "it is an API key (sk-ant-api…)",
    "ABSK": "it is an Amazon Bedrock API key",
    "bedrock-api-key-": "it is an Amazon Bedrock API key",
    "AKIA": "it is an AWS access key",
    "AIza": "it is a Google API key",
}

_NARROW = 60  # columns of a terminal, at whose edge a long token is cut
_CODE = re.compile(r"[\w-]{16,}#[\w-]{16,}", re.ASCII)  # the sign-in's code and state, as the browser shows them


def key(case: Case) -> Iterator[Result]:
    """Check offline that the credential, as the client would send it, is one line of printable ASCII and of the right
    kind."""
    question = case.surface.secret
    if question is None:
        return
    secret = case.access.secrets.get(question.name)
    if case.unsent and case.surface.signs != "login":
        yield Broken("key", case.unsent)
    if secret is None:
        if question.missing and case.unsent:
            return
        if question.missing and key_helper.command(case) is None:
            yield case.finding(question.missing)
        else:
            yield Skipped("key", "the profile holds none of its own", telling=False)
        return
    text, gateway = secret.reveal(), _gateway(case)
    reason = _malformed(text) or _wrong_kind(text, question.begins, gateway=gateway)
    reason = reason or ("" if gateway else _cut_off(text, question.length))
    if reason:
        yield case.finding(question.malformed, reason=reason)
        return
    yield Passed("key", str(secret))


def organization(case: Case) -> Iterator[Result]:
    """Check `expect.organization` against the organisation of the credential."""
    agreed, asked_as = case.profile.expect["organization"], choose_access(case)
    if asked_as is None:
        yield expected.unchecked(case, "organization", "no credentials for a request")
        return
    try:
        actual = case.once(("organization", asked_as.identity_key), lambda: api.read_organization(asked_as))
    except Failed as error:
        yield expected.unchecked(case, "organization", error.words or error.finding.check)
        return
    if not actual:
        yield expected.unchecked(case, "organization", f"{case.place} does not name it")
    elif actual != agreed:
        yield case.finding("api-organization-unexpected", organization=actual, expected=agreed)
    else:
        yield Passed("organization", actual)


def listing(case: Case) -> Iterator[Result]:
    """Check that the API accepts the credential and lists its models."""
    if choose_access(case) is None:
        yield Skipped("listing", access.LOGIN)
        return
    try:
        models_listing = fetch_listing(case)
    except Failed as error:
        sends_only = error.http_status in (401, 403) and _may_send(case)
        reason = f"{case.place} lets this key send messages, but not list models"
        yield Skipped("listing", reason, telling=False) if sends_only else _result_for_listing(case, error)
        return
    yield Passed("listing", f"{len(models_listing.models)} models at {models_listing.place}")


def pins(case: Case) -> Iterator[Result]:
    """Check each pin against the listing: that it exists, and its lifecycle."""
    if case.distinct_pins and choose_access(case) is None:
        yield Skipped("pins", "nothing to compare them with")
        return
    yield from compare_pins(case, fetch_listing, _pin)


def _pin(case: Case, model_list: Listing, pin: str, tier: str) -> Iterator[Result]:
    model = find_pinned(case, model_list, pin)
    nearest = catalogue.describe_nearest(pin, model_list)
    ends = f"{model.ends_on:%Y-%m-%d}" if model and model.ends_on else ""
    if model is None and own_models.is_replaced_choice(case, pin):
        yield Broken("pins", f"{pin} is not listed at {case.place}; Claude Code then tries older models")
    elif model is None:
        yield case.finding("api-model-not-found", model=pin, tier=tier, nearest=nearest)
    elif model.lifecycle == "ended":
        yield case.finding("model-ended", model=pin, tier=tier, nearest=nearest, date=ends or "an earlier day")
    elif model.lifecycle == "legacy":
        replacement = catalogue.recommend(model_list.models, None).get(model.tier or "", "none")
        until = f"it ends on {ends}" if ends else "the provider gives no end date"
        yield case.finding("model-legacy", model=pin, tier=tier, until=until, replacement=replacement)


def _result_for_listing(case: Case, error: Failed) -> Result:
    """Return the result for a failed listing. A gateway need not have one, and Foundry has none."""
    if error.finding.check == "catalogue-absent":
        return Skipped("listing", f"{case.place} lists no models")
    url = api.address(case.access).rstrip("/")
    if error.finding.check == "endpoint-not-api":  # it answered
        return Finding(error.finding.check, {**case.facts(), **error.finding.facts, "profile": case.name})
    if error.http_status == 404 and url.endswith("/v1"):
        words = f"404 at {url}/v1/models, which has /v1 twice"
        return case.finding("endpoint-not-api", words=words, url=url, host=case.place)
    return result_for_failure(case, "listing", error)


def _may_send(case: Case) -> bool:
    """Whether a gateway that refuses the listing accepts the credential for messages: Claude Code lists no models."""
    from ccsetup.providers.anthropic import empty_request

    asked_as = choose_access(case)
    if asked_as is None or not (case.access.is_gateway and case.surface.signs == "key"):
        return False
    try:
        shown = case.ask(empty_request_key(case), lambda: empty_request.try_messages(asked_as, case.place))
    except Failed:
        return False
    return shown.outcome is empty_request.Acceptance.ACCEPTED


def empty_request_key(case: Case, model: str = "") -> tuple[object, ...]:
    """What the empty request is remembered by, which is sent once for all profiles with the same identity."""
    return ("empty-request", (case.place, case.profile.set.get("project"), model))


def choose_access(case: Case) -> Access | None:
    """Return the access to use: the profile's own credential, else the key helper's key; None for a login."""
    if asked_as := key_helper.access(case):
        return asked_as
    # The platforms also accept a cloud signature.
    signs = case.access.credentials or (case.access.has_credential and not case.unsent)
    return case.access if signs or not (case.surface.is_direct or case.unsent) else None


def fetch_listing(case: Case) -> Listing:
    """Return the API's listing, requested once. Raises Failed if it is not available."""
    asked_as = choose_access(case) or case.access
    return case.known or case.once(("listing", asked_as.identity_key), lambda: list_models(asked_as))


def _gateway(case: Case) -> bool:
    return api.address(case.access).rstrip("/") != places.ANTHROPIC


def _malformed(text: str) -> str:
    """Return why `text` cannot be sent in a header, "" if it can. Never repeats any of it."""
    if lines := re.search(r"[\r\n]", text):
        return f"it holds a line break at character {lines.start() + 1}"
    if any(letter.isspace() for letter in text):
        return "it contains a space"
    if not text.isascii() or not text.isprintable():
        return "it holds a character that is not printable ASCII"
    return "it is quoted" if text[:1] in ("'", '"') else ""


def _cut_off(text: str, right: int) -> str:
    """Return why `text` is not the whole credential; "" if it is, or if the length is unknown. No terminal's edge
    cuts one that is far shorter: not reported."""
    return f"it is cut off: {len(text)} of {right} characters" if _NARROW <= len(text) < right else ""


def _wrong_kind(text: str, own: str, *, gateway: bool) -> str:
    """Return why `text` is the wrong kind of credential, "" if it is right. A gateway's keys may have any form."""
    if text.startswith(own):
        return ""
    if _CODE.fullmatch(text) and own == "sk-ant-oat":
        return "it is the code that the browser shows, which `claude setup-token` asks for before it prints the token"
    known = next((words for begins, words in _KINDS.items() if text.startswith(begins)), "")
    return known or ("" if gateway else f"it does not begin with {own}")
