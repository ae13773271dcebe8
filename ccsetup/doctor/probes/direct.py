"""The Anthropic API, a subscription, and who else serves that API: the credential, the organisation, listing, pins."""

import re
from collections.abc import Iterator

from ccsetup.doctor.probes import key_helper
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped, result_for_failure
from ccsetup.doctor.probes.pins import judged, named
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import access, catalogue
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.anthropic import api
from ccsetup.providers.catalogue import Listing
from ccsetup.providers.listing import list_models

_KINDS = {  # what a credential that is none of the Anthropic API's begins with
    "sk-ant-oat": "it is a subscription's token (sk-ant-oat…)",
    "sk-ant-ort": "it is a login's refresh token (sk-ant-ort…)",
    "sk-ant-admin": "it is an administrator's key (sk-ant-admin…)",
    "sk-ant-api": "it is an API key (sk-ant-api…)",
    "ABSK": "it is an Amazon Bedrock API key",
    "bedrock-api-key-": "it is an Amazon Bedrock API key",
    "AKIA": "it is an AWS access key",
    "AIza": "it is a Google API key",
}


def key(case: Case) -> Iterator[Result]:
    """Offline: the credential as the client would send it, one line of printable ASCII, and of the right kind."""
    question = case.surface.secret
    if question is None:
        return
    secret = case.access.secrets.get(question.name)
    if secret is None:
        if question.missing and key_helper.command(case) is None:
            yield case.finding(question.missing)
        else:
            yield Skipped("key", "the profile holds none of its own", telling=False)
        return
    reason = _malformed(secret.reveal()) or _unlike(secret.reveal(), question.begins, gateway=_gateway(case))
    if reason:
        yield case.finding(question.malformed, reason=reason)
        return
    yield Passed("key", str(secret))


def organization(case: Case) -> Iterator[Result]:
    """The guard `expect.organization` against whom the API takes the credential for."""
    expected = case.profile.expect.get("organization")
    asked_as = asking(case)
    if expected is None or asked_as is None:
        reason = "none is expected" if expected is None else "nobody to ask as"
        yield Skipped("organization", reason, telling=expected is not None)
        return
    try:
        found = case.once(("organization", asked_as.identity_key), lambda: api.read_organization(asked_as))
    except Failed as why:
        yield Skipped("organization", why.words or why.finding.check)
        return
    if not found:
        yield Skipped("organization", f"{case.place} does not name it")
    elif found != expected:
        yield case.finding("api-organization-unexpected", organization=found, expected=expected)
    else:
        yield Passed("organization", found)


def listing(case: Case) -> Iterator[Result]:
    """Whether the API takes the credential, and lists its models."""
    if asking(case) is None:
        yield Skipped("listing", access.LOGIN)
        return
    try:
        found = listed(case)
    except Failed as why:
        yield _told(case, why)
        return
    yield Passed("listing", f"{len(found.models)} models at {found.place}")


def pins(case: Case) -> Iterator[Result]:
    """Each pin against the listing: whether it is there, and how long it lives."""
    if case.distinct_pins and asking(case) is None:
        yield Skipped("pins", "nothing to compare them with")
        return
    yield from judged(case, listed, _pin)


def _pin(case: Case, found: Listing, pin: str, tier: str) -> Iterator[Finding]:
    model = named(found, pin)
    nearest = catalogue.describe_nearest(pin, found)
    ends = f"{model.ends_on:%Y-%m-%d}" if model and model.ends_on else ""
    if model is None:
        yield case.finding("api-model-not-found", model=pin, tier=tier, nearest=nearest)
    elif model.lifecycle == "ended":
        yield case.finding("model-ended", model=pin, tier=tier, nearest=nearest, date=ends or "an earlier day")
    elif model.lifecycle == "legacy":
        new = catalogue.recommend(found.models, None).get(model.tier or "", "none")
        until = f"it ends on {ends}" if ends else "the provider gives no end date"
        yield case.finding("model-legacy", model=pin, tier=tier, until=until, replacement=new)


def _told(case: Case, why: Failed) -> Result:
    """A failed listing. A gateway need not have one, and Foundry has none."""
    if why.finding.check == "catalogue-absent":
        return Skipped("listing", f"{case.place} lists no models")
    url = api.address(case.access).rstrip("/")
    if why.finding.check == "endpoint-not-api" and not _gateway(case):
        return Finding(why.finding.check, {**case.facts(), **why.finding.facts, "profile": case.name})
    if why.http_status == 404 and url.endswith("/v1"):
        words = f"404 at {url}/v1/models, which has /v1 twice"
        return case.finding("endpoint-not-api", words=words, url=url, host=case.place)
    return result_for_failure(case, "listing", why)


def asking(case: Case) -> Access | None:
    """As whom to ask: the profile's own credential, else what the key helper prints; None for a login's."""
    if case.access.credentials or not case.surface.is_direct:  # the platforms also take a cloud's signature
        return case.access
    return key_helper.access(case)


def listed(case: Case) -> Listing:
    """What the API lists, asked for once; Failed when it cannot be had."""
    asked_as = asking(case) or case.access
    return case.known or case.once(("listing", asked_as.identity_key), lambda: list_models(asked_as))


def _gateway(case: Case) -> bool:
    return api.address(case.access).rstrip("/") != access.ANTHROPIC


def _malformed(text: str) -> str:
    """Why no header can carry `text`; empty where one can. Never repeats any of it."""
    if lines := re.search(r"[\r\n]", text):
        return f"it holds a line break at character {lines.start() + 1}"
    if any(letter.isspace() for letter in text):
        return "it holds a blank"
    if not text.isascii() or not text.isprintable():
        return "it holds a character that is not printable ASCII"
    return "it is quoted" if text[:1] in ("'", '"') else ""


def _unlike(text: str, own: str, *, gateway: bool) -> str:
    """Why `text` is of the wrong kind; a gateway may have keys of its own shape."""
    if text.startswith(own):
        return ""
    known = next((words for begins, words in _KINDS.items() if text.startswith(begins)), "")
    return known or ("" if gateway else f"it does not begin with {own}")
