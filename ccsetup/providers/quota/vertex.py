"""Vertex's limits from the Cloud Quotas API, by metric and base model."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ccsetup.providers import catalogue
from ccsetup.providers.access import PAGES, Access, call_within_limit, endless
from ccsetup.providers.google import api, credentials
from ccsetup.providers.places import place
from ccsetup.providers.quota import known
from ccsetup.providers.quota.limits import Asks, Limit, Limits
from ccsetup.system import lenient
from ccsetup.system.display import pasted

HOST = "https://cloudquotas.googleapis.com"
_INTEGER = re.compile(r"-?[0-9]{1,19}")

Entry = Mapping[str, Any]


def read_limits(access: Access, pins: Mapping[str, str], ask: Asks) -> Limits:
    """Read the project's limits for the pins' base models at the profile's location."""
    location = place(access.profile)
    key = ("quotas", _host(access), access.profile.set["project"])  # one sign-in may read several projects
    infos = ask(key, lambda: call_within_limit(lambda: _listed(access, location), access, location, _host(access)))
    limits: list[Limit] = []
    commands: list[str] = []
    unmapped = []
    for pin, tier in pins.items():
        pairs = [pair for info in infos for pair in _limits(info, pin, tier, location)]
        limits += [limit for limit, _ in pairs]
        commands += [_command(access, limit, row) for limit, row in pairs if limit.adjustable]
        if not pairs:
            unmapped.append(pin)
    return Limits(
        location, tuple(limits), tuple(unmapped), commands=tuple(dict.fromkeys(commands)), notes=(_note(access),)
    )


def base_models(pin: str, location: str) -> tuple[str, ...]:
    """The quota buckets that may count a model; the one it shares with its tier first."""
    vertex = known.load_quotas().vertex
    tier, version = catalogue.parse_family(pin)
    name = pin.partition("@")[0]
    since = vertex.shared_from.get(tier or "")
    shared = since is not None and location in vertex.shared_at and version >= since
    return (*((f"anthropic-claude-{tier}",) if shared else ()), f"anthropic-{name}", name)


def metric_of(location: str) -> Mapping[str, str]:
    """The metrics of a location: {name: unit}."""
    vertex = known.load_quotas().vertex
    begins = vertex.begins.get(location, vertex.begins["*"])
    return {f"{vertex.service}/{begins}{end}": unit for end, unit in vertex.metrics.items()}


def _host(access: Access) -> str:
    return credentials.endpoint("CLOUDQUOTAS", access.environment, HOST)


def _listed(access: Access, location: str) -> list[Entry]:
    """Every limit of the service; the API cannot select some of them."""
    project = quote(access.profile.set["project"], safe="")
    service = known.load_quotas().vertex.service
    url = f"{_host(access)}/v1/projects/{project}/locations/global/services/{service}/quotaInfos?pageSize=1000"
    infos: list[Entry] = []
    more = ""
    for _ in range(PAGES):
        answer = api.get(access, f"{url}&pageToken={quote(more, safe='')}" if more else url, location)
        infos += lenient.tables(answer, "quotaInfos")
        before, more = more, lenient.text_value(answer, "nextPageToken") or ""
        if not more:
            return infos
        if more == before:
            break
    raise endless(access, location, _host(access))


def _limits(info: Entry, pin: str, tier: str, location: str) -> Iterator[tuple[Limit, Entry]]:
    """The limit of one quota for the pin, with its dimensions, from the first of the pin's buckets that exists."""
    unit = metric_of(location).get(str(info.get("metric")))
    if unit is None:
        return
    rows = [(row, lenient.table(row, "dimensions")) for row in lenient.tables(info, "dimensionsInfos")]
    local = [(row, told) for row, told in rows if told.get("region", location) == location]
    for base in base_models(pin, location):
        found = next(((row, told) for row, told in local if told.get("base_model") == base), None)
        if found is not None:
            limit = _limit(info, found[0], pin, tier, unit, base)
            yield from [(limit, {name: str(value) for name, value in found[1].items()})] if limit else []
            return


def _limit(info: Entry, row: Entry, pin: str, tier: str, unit: str, base: str) -> Limit | None:
    """Return the limit; None if its value is not a number."""
    # proto3 omits a zero, and writes an int64 as a text; -1 is unlimited.
    told = str(lenient.table(row, "details").get("value", 0))
    if not _INTEGER.fullmatch(told):
        return None
    value = int(told)
    eligible = lenient.table(info, "quotaIncreaseEligibility")
    may = bool(eligible.get("isEligible"))
    reason = "" if may else str(eligible.get("ineligibilityReason", "OTHER"))
    metric = str(info["metric"]).rpartition("/")[2]
    return Limit(
        pin,
        tier,
        lenient.text_value(info, "quotaId") or "",
        f"{metric} of {base}",
        unit,
        None if value < 0 else float(value),
        metric,
        adjustable=may and value >= 0,
        why_not=known.load_quotas().vertex.ineligible.get(reason, reason),
    )


def _command(access: Access, limit: Limit, dimensions: Mapping[str, str]) -> str:
    """The command that requests an increase. https://cloud.google.com/sdk/gcloud/reference/quotas/preferences/create"""
    chosen = ",".join(f"{name}={value}" for name, value in dimensions.items())
    project = access.profile.set["project"]
    wanted = int(2 * limit.value) if limit.value else known.load_quotas().vertex.least[limit.unit]
    words = [
        *("gcloud", "quotas", "preferences", "create", f"--service={known.load_quotas().vertex.service}"),
        *(f"--project={project}", f"--quota-id={limit.code}", f"--dimensions={chosen}"),
        *(f"--preferred-value={wanted}", "--email=YOU@example.com"),
    ]
    return " ".join(map(pasted, words))


def _note(access: Access) -> str:
    return f"in the browser: {known.load_quotas().vertex.billing}?project={access.profile.set['project']}"
