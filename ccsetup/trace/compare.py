"""What was seen against what was declared, difference by difference."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ccsetup.providers import hosts
from ccsetup.trace.expected import Declared
from ccsetup.trace.recorder.request import Request, listing_service
from ccsetup.trace.stand_ins import StandIns, shown

_WORDS = 300  # letters of what the client said
_ASIDE = ("sts", "sso", "other")  # where a sign-in leads; who calls the provider in the end is seen there


def differences(requests: Sequence[Request], wanted: Declared, stand_ins: StandIns, said: str) -> Iterator[str]:
    """A line for each difference, none twice; the client's own words where it asked for no model."""
    if not any(request.role == "main" for request in requests):
        words = " ".join(said.split())[:_WORDS]
        yield f"no model was asked for; Claude Code said: {words or 'nothing'}"
    lines = [line for request in requests for line in _of(request, wanted, stand_ins)]
    yield from dict.fromkeys(lines)


def _of(request: Request, wanted: Declared, stand_ins: StandIns) -> Iterator[str]:
    if request.provider == "google-token":
        expected = stand_ins.google.get(wanted.google) if wanted.google else None
        if expected and request.identity != expected:
            yield _identity(request.identity, expected, stand_ins)
        return
    if request.provider in _ASIDE and not request.inference:
        return
    yield from _destination(request, wanted)
    model = {"main": wanted.main, "background": wanted.background}.get(request.role)
    if model is not None:
        yield from _unlike("model" if request.role == "main" else "background model", request.model, model)
    yield from _credential(request, wanted, stand_ins)


def _destination(request: Request, wanted: Declared) -> Iterator[str]:
    provider, host = wanted.at(request.model)
    expected = [host] if host else []
    if not request.inference and (service := listing_service(request.provider)):  # its listing has a host of its own
        provider = request.provider
        with suppress(hosts.NotAPlace):
            expected += [hosts.aws(service, wanted.place or "")]
    role = "" if request.role == "main" else f" of {_ROLES[request.role]}"
    if not (wanted.moved and request.provider == "anthropic"):  # there only a path tells
        yield from _unlike(f"provider{role}", request.provider, provider)
    if expected:
        yield from _unlike(f"host{role}", request.host, *expected)
    if wanted.place is not None and not (wanted.moved and request.place is None):
        yield from _unlike(f"place{role}", request.place, wanted.place)
    if wanted.project is not None and not (wanted.moved and request.project is None):
        yield from _unlike(f"project{role}", request.project, wanted.project)


_ROLES = {
    "background": "background work",
    "extra": "other work",
    "probe": "a start-up probe",
    "other": "a listing",
    "again": "the next round",
}


def _credential(request: Request, wanted: Declared, stand_ins: StandIns) -> Iterator[str]:
    if not wanted.auth:
        return
    # An apiKeyHelper's key is sent in both ways.
    one = len({auth.identity for auth in request.auths}) == 1
    if not one or not {auth.kind for auth in request.auths} & {*wanted.auth}:
        kinds = " and ".join(auth.kind for auth in request.auths) or "none"
        yield f"auth: {kinds}, declared {' or '.join(wanted.auth)}"
    expected: str | None = None
    if wanted.secret is not None:
        expected = stand_ins.of(wanted.secret.reveal(), "the profile").strip()
    elif wanted.aws_profile is not None:
        expected = stand_ins.aws.get(wanted.aws_profile, f"AWS profile {wanted.aws_profile}")
    elif wanted.login:
        expected = stand_ins.login or "a login"
    for auth in request.auths:
        if expected is not None and auth.identity != expected:
            yield _identity(auth.identity, expected, stand_ins)


def _identity(seen: str | None, expected: str, stand_ins: StandIns) -> str:
    return f"identity: {shown(seen or '', stand_ins.names)}, declared {stand_ins.names.get(expected, expected)}"


def _unlike(what: str, seen: str | None, *wanted: str) -> Iterator[str]:
    if seen not in wanted:
        yield f"{what}: {seen or 'none'}, declared {' or '.join(wanted)}"
