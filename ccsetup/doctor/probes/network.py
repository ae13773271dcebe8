"""The way out: proxies, certificates, the clock, and the host that Claude Code itself must call."""

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.providers import access, hosts, http, network
from ccsetup.providers.anthropic.api import address
from ccsetup.providers.google.api import prediction_host
from ccsetup.providers.recognise import Said

SKEW_SECONDS = 300  # what AWS allows


def proxy(case: Case) -> Iterator[Result]:
    """Claude Code speaks no SOCKS."""
    found = False
    for name, value in case.access.environment.items():
        if name.lower() in ("https_proxy", "http_proxy", "all_proxy") and value.lower().startswith("socks"):
            found = True
            yield case.finding("proxy-socks", variable=name, proxy=network.parts(value).netloc.rpartition("@")[2])
    if not found:
        yield Passed("proxy")


def certificates(case: Case) -> Iterator[Result]:
    """The files of further certificates that the variables name."""
    found = False
    for variable in (*case.knowledge.shared.certificates, *case.surface.certificates):
        path = case.access.environment.get(variable)
        if path and (reason := _wrong(path, case)):
            found = True
            yield case.finding("ca-bundle-unreadable", variable=variable, path=path, reason=reason)
    if not found:
        yield Passed("certificates")


def host(case: Case) -> Iterator[Result]:
    """Whether the host of Claude Code's own requests answers at all; whatever it says to a request for nothing."""
    url = own_host(case)
    if url is None:
        yield Skipped("host", "a variable diverts the look-ups, so its host is not tried")
        return
    environment = case.access.environment
    try:
        answer = case.once(("host", url, network.way(environment)), lambda: http.request("GET", url, environment))
    except http.Unanswered as why:
        if why.code != "NotTheApi":  # a page for people at the root is no fault
            said = Said(None, why.code, str(why))
            yield access.failed(said, case.access, network.parts(url).netloc, url).finding
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
    """The address of the client's model requests; None where something diverts our look-ups away from it."""
    values: Mapping[str, str] = case.access.environment
    match case.surface.lists:
        case "bedrock":
            diverted = any(name.startswith("AWS_ENDPOINT_URL") for name in case.system.environment)
            moved = values.get("ANTHROPIC_BEDROCK_BASE_URL")
            return moved or (None if diverted else f"https://{hosts.aws('bedrock-runtime', case.place)}/")
        case "vertex":
            diverted = "CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM" in values
            return values.get("ANTHROPIC_VERTEX_BASE_URL") or (None if diverted else prediction_host(case.place))
        case _:
            return address(case.access)


def _wrong(path: str, case: Case) -> str:
    """What is wrong with a file of certificates; empty when nothing is."""
    if not Path(path).is_absolute():
        return "not an absolute path"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path)
    except FileNotFoundError:
        return "no such file"
    except ssl.SSLError:
        return "no PEM certificate in it"
    except OSError as why:
        return (why.strerror or str(why)).lower()
    held = context.get_ca_certs()
    now = case.system.now().timestamp()
    dates = [ssl.cert_time_to_seconds(str(one["notAfter"])) for one in held if "notAfter" in one]
    return "every certificate in it has expired" if dates and max(dates) < now else ""


def _skew(case: Case, headers: Mapping[str, str]) -> int:
    theirs = access.clock(headers)
    return 0 if theirs is None else int(abs((case.system.now() - theirs).total_seconds()))
