"""Findings about values of this shell and its settings files: secrets in place of names, and malformed regions and
locations. A finding never repeats a value that holds a secret."""

from collections.abc import Iterator, Mapping

from ccsetup.claude_code.effective import PROFILE, Decided
from ccsetup.knowledge import secret_shapes, surfaces, urls
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.precedence import Provider
from ccsetup.providers import hosts
from ccsetup.system.display import clip

_UNVERIFIED = "NODE_TLS_REJECT_UNAUTHORIZED"
_ALSO = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_DEFAULT_REGION")


def findings(decided: Mapping[str, Decided], used: Provider, profile: str) -> Iterator[Finding]:
    """Yield findings about variables that select provider, credential or region."""
    yield from _secrets(decided, profile)
    yield from _unverified(decided, profile)
    yield from _insecure(decided, used, profile)
    deciding = next((decided[name] for name in used.place if name in decided and decided[name].value), None)
    if deciding is not None and (check := hosts.page_for(deciding.name)):
        value = secret_shapes.trim(deciding.value)
        if not hosts.is_place(check, value) and not secret_shapes.kind(deciding.name, value):
            shown = clip(value)
            aws_profile = decided["AWS_PROFILE"].value if "AWS_PROFILE" in decided else ""
            facts = {"region": shown, "place": shown, "resource": shown, "variable": deciding.name}
            facts |= {"aws_profile": secret_shapes.printable("AWS_PROFILE", aws_profile) or ""}
            # Without a profile nothing else was wanted: the client takes its default and works.
            softly = not profile and used.place_default and not hosts.is_region_of_client(value)
            yield Finding(check, facts | ({"profile": profile} if profile else {}), "warning" if softly else None)


def _unverified(decided: Mapping[str, Decided], profile: str) -> Iterator[Finding]:
    """Certificates that the client does not check."""
    one = decided.get(_UNVERIFIED)
    if one is not None and one.value in ("0", "false"):
        facts = {"variable": one.name, "value": one.value, "where": str(one.path or f"this {one.layer}")}
        yield Finding("tls-unverified", facts | ({"profile": profile} if profile else {}))


def _insecure(decided: Mapping[str, Decided], used: Provider, profile: str) -> Iterator[Finding]:
    """Secrets that go to another machine unencrypted; of a profile's own address its own text says whether they may."""
    for name, one in sorted(decided.items()):
        mattering = name == used.base or (used.cloud == "aws" and name.startswith("AWS_ENDPOINT_URL"))
        if mattering and one.layer != PROFILE and urls.is_insecure(one.value):
            facts = {"variable": name, "layer": one.layer, "host": urls.host(one.value)}
            yield Finding("insecure-url", facts | ({"profile": profile} if profile else {}))


def _secrets(decided: Mapping[str, Decided], profile: str) -> Iterator[Finding]:
    knowledge = surfaces.load_surfaces()
    for name, variable in sorted(decided.items()):
        known = knowledge.is_known(name) or name in _ALSO
        if not known or knowledge.is_secret(name) or variable.layer == PROFILE:
            continue
        if kind := secret_shapes.kind(name, variable.value):
            where = f"{name} in {variable.path or 'this shell'}"
            facts = {"where": where, "kind": kind, "variable": name, "layer": variable.layer}
            yield Finding("value-holds-secret", facts | ({"profile": profile} if profile else {}))
