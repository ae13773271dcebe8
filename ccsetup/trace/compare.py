"""Comparison of observed requests with what the profile declares."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ccsetup.providers import hosts
from ccsetup.trace.expected import Declared
from ccsetup.trace.recorder.request import Request, listing_service
from ccsetup.trace.stand_ins import StandIns, describe_identity

_WORDS = 300  # characters kept of the client's output
_ASIDE = ("sts", "sso", "other")  # sign-in services; the credential shows in the provider's own requests


def differences(requests: Sequence[Request], declared: Declared, stand_ins: StandIns, output: str) -> Iterator[str]:
    """Yield one line per difference, without duplicates; the client's own output if it made no model request."""
    if not any(request.role == "main" for request in requests):
        excerpt = " ".join(output.split())[:_WORDS]
        yield f"no model was asked for; Claude Code said: {excerpt or 'nothing'}"
    lines = [line for request in requests for line in _request_differences(request, declared, stand_ins)]
    yield from dict.fromkeys(lines)


def _request_differences(request: Request, declared: Declared, stand_ins: StandIns) -> Iterator[str]:
    if request.provider == "google-token":
        expected = stand_ins.google.get(declared.google) if declared.google else None
        if expected and request.identity != expected:
            yield _identity(request.identity, expected, stand_ins)
        return
    if request.provider in _ASIDE and not request.inference:
        return
    yield from _destination(request, declared)
    model = {"main": declared.main, "background": declared.background}.get(request.role)
    if model is not None:
        yield from _unlike("model" if request.role == "main" else "background model", request.model, model)
    yield from _credential(request, declared, stand_ins)


def _destination(request: Request, declared: Declared) -> Iterator[str]:
    provider, host = declared.destination_for(request.model)
    expected = [host] if host else []
    if not request.inference and (service := listing_service(request.provider)):  # its listing has its own host
        provider = request.provider
        with suppress(hosts.NotAPlace):
            expected += [hosts.aws(service, declared.place or "")]
    role = "" if request.role == "main" else f" of {_ROLES[request.role]}"
    if not (declared.moved and request.provider == "anthropic"):  # there only the path shows the provider
        yield from _unlike(f"provider{role}", request.provider, provider)
    if expected:
        yield from _unlike(f"host{role}", request.host, *expected)
    if declared.place is not None and not (declared.moved and request.place is None):
        yield from _unlike(f"place{role}", request.place, declared.place)
    if declared.project is not None and not (declared.moved and request.project is None):
        yield from _unlike(f"project{role}", request.project, declared.project)


_ROLES = {
    "background": "background work",
    "extra": "other work",
    "probe": "a start-up probe",
    "other": "a listing",
    "again": "the next round",
}


def _credential(request: Request, declared: Declared, stand_ins: StandIns) -> Iterator[str]:
    if not declared.auth:
        return
    # The key of an apiKeyHelper is sent both ways.
    is_single = len({auth.identity for auth in request.auths}) == 1
    if not is_single or not {auth.kind for auth in request.auths} & {*declared.auth}:
        kinds = " and ".join(auth.kind for auth in request.auths) or "none"
        yield f"auth: {kinds}, declared {' or '.join(declared.auth)}"
    expected: str | None = None
    if declared.secret is not None:
        expected = stand_ins.replace_secret(declared.secret.reveal(), "the profile").strip()
    elif declared.aws_profile is not None:
        expected = stand_ins.aws.get(declared.aws_profile, f"AWS profile {declared.aws_profile}")
    elif declared.login:
        expected = stand_ins.login or "a login"
    for auth in request.auths:
        if expected is not None and auth.identity != expected:
            yield _identity(auth.identity, expected, stand_ins)


def _identity(seen: str | None, expected: str, stand_ins: StandIns) -> str:
    actual = describe_identity(seen or "", stand_ins.names)
    return f"identity: {actual}, declared {stand_ins.names.get(expected, expected)}"


def _unlike(label: str, seen: str | None, *expected: str) -> Iterator[str]:
    if seen not in expected:
        yield f"{label}: {seen or 'none'}, declared {' or '.join(expected)}"
