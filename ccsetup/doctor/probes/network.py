"""Probes of the network: proxies, certificates, the clock, and the host of Claude Code's own requests."""

import ssl
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import access, client_certificate, hosts, http, network, proxies
from ccsetup.providers.anthropic.api import address
from ccsetup.providers.google.api import prediction_host
from ccsetup.providers.recognise import Said

_DIVERTING = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
SKEW_SECONDS = 300  # what AWS allows


def proxy(case: Case) -> Iterator[Result]:
    """Check that the proxy variables hold what Claude Code reads there, and that it supports the proxy it chooses."""
    environment = case.access.environment
    if unreadable := proxies.unreadable(environment):
        yield case.finding("proxy-invalid", variable=unreadable[0], proxy=_host_of(unreadable[1]))
        return
    if (chosen := proxies.proxy_for(environment, own_host(case) or "")) and not chosen.is_supported:
        yield _unsupported(case, chosen)
        return
    yield Passed("proxy")


def _unsupported(case: Case, chosen: proxies.Proxy) -> Finding:
    is_socks = chosen.url.lower().startswith("socks")
    page = "proxy-socks" if is_socks else "proxy-invalid"
    return case.finding(page, variable=chosen.variable, proxy=_host_of(chosen.url))


def _host_of(proxy: str) -> str:
    """A proxy without the login that its URL may have."""
    return (network.parts(proxy).netloc or proxy).rpartition("@")[2]


def certificates(case: Case) -> Iterator[Result]:
    """Check the certificate files that variables name."""
    has_fault = False
    for variable in (*case.knowledge.shared.certificates, *case.surface.certificates):
        path = case.access.environment.get(variable)
        if not path:
            continue
        # A bundle of every authority takes 50 ms to read, and hundreds of profiles name the same.
        if reason := case.once(("certificates", path), partial(_certificate_problem, path, case)):
            has_fault = True
            yield case.finding("ca-bundle-unreadable", variable=variable, path=path, reason=reason)
    if unusable := _client_certificate(case):
        has_fault = True
        yield unusable
    if not has_fault:
        yield Passed("certificates")


def _client_certificate(case: Case) -> Finding | None:
    """The fault of the client's own certificate; a warning where requests are not encrypted and do not need it."""
    own = client_certificate.client_certificate(case.access.environment)
    if own is None or not (reason := client_certificate.problem(own)):
        return None
    named = {name: path for name, path in (("path", own.certificate), ("key", own.key)) if path}
    softly = network.parts(own_host(case) or "").scheme == "http"
    facts = case.facts(reason=reason, **named)
    return Finding("client-certificate-unusable", facts, "warning" if softly else None)


def host(case: Case) -> Iterator[Result]:
    """Check that the host of Claude Code's requests answers an empty request in any way."""
    url = own_host(case)
    if url is None:
        yield Skipped("host", "a variable sends checks elsewhere, so this host was not tried")
        return
    environment = case.access.environment
    try:
        answer = case.once(("host", url, network.route_key(environment)), lambda: http.request("GET", url, environment))
    except http.Unanswered as error:
        if error.code != "NotTheApi":  # a web page at the root is not a fault
            failure = Said(None, error.code, str(error))
            yield access.make_failure(failure, case.access, network.parts(url).netloc, url).finding
            return
        yield Passed("host", network.parts(url).netloc)
        return
    skew = _skew(case, answer.headers)
    if skew > SKEW_SECONDS:
        seconds = str(skew)
        yield case.finding(
            "clock-skew", words=f"{skew} seconds apart", seconds=seconds, url=url, host=network.parts(url).netloc
        )
        return
    yield Passed("host", network.parts(url).netloc)


def own_host(case: Case) -> str | None:
    """Return the address of the client's model requests; None if a variable diverts ccsetup's requests from it."""
    values: Mapping[str, str] = case.access.environment
    match case.surface.lists:
        case "bedrock":
            diverted = any(name in _DIVERTING for name in (*case.system.environment, *values))
            moved = values.get("ANTHROPIC_BEDROCK_BASE_URL")
            return moved or (None if diverted else f"https://{hosts.aws('bedrock-runtime', case.place)}/")
        case "vertex":
            diverted = "CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM" in values
            return values.get("ANTHROPIC_VERTEX_BASE_URL") or (None if diverted else prediction_host(case.place))
        case _:
            return address(case.access)


def _certificate_problem(path: str, case: Case) -> str:
    """Return what is wrong with a file of certificates; "" if nothing is."""
    if not Path(path).is_absolute():
        return "not an absolute path"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path)
    except FileNotFoundError:
        return "no such file"
    except ssl.SSLError:
        return "no PEM certificate in it"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    loaded = context.get_ca_certs()
    now = case.system.now().timestamp()
    dates = [
        ssl.cert_time_to_seconds(str(certificate["notAfter"])) for certificate in loaded if "notAfter" in certificate
    ]
    return "every certificate in it has expired" if dates and max(dates) < now else ""


def _skew(case: Case, headers: Mapping[str, str]) -> int:
    server_time = access.provider_time(headers)
    return 0 if server_time is None else int(abs((case.system.now() - server_time).total_seconds()))
