"""Vertex's limits from the Cloud Quotas API, by metric and base model."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ccsetup.providers import catalogue
from ccsetup.providers.access import Access, call_within_limit, place
from ccsetup.providers.google import api, credentials
from ccsetup.providers.quota import known
from ccsetup.providers.quota.limits import Asks, Limit, Limits
from ccsetup.system.display import pasted

HOST = "https://cloudquotas.googleapis.com"

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
    while True:
        answer = api.get(access, f"{url}&pageToken={quote(more, safe='')}" if more else url, location)
        infos += answer.get("quotaInfos", ())
        if not (more := str(answer.get("nextPageToken") or "")):
            return infos


def _limits(info: Entry, pin: str, tier: str, location: str) -> Iterator[tuple[Limit, Entry]]:
    """The limit of one quota for the pin, with its dimensions, from the first of the pin's buckets that exists."""
    unit = metric_of(location).get(str(info.get("metric")))
    rows: Iterable[Entry] = info.get("dimensionsInfos", ())
    if unit is None:
        return
    local = [row for row in rows if row.get("dimensions", {}).get("region", location) == location]
    for base in base_models(pin, location):
        row = next((row for row in local if row.get("dimensions", {}).get("base_model") == base), None)
        if row is not None:
            yield _limit(info, row, pin, tier, unit), row["dimensions"]
            return


def _limit(info: Entry, row: Entry, pin: str, tier: str, unit: str) -> Limit:
    # proto3 omits a zero; -1 is unlimited.
    value = int(row.get("details", {}).get("value", 0))
    eligible: Entry = info.get("quotaIncreaseEligibility", {})
    may = bool(eligible.get("isEligible"))
    reason = "" if may else str(eligible.get("ineligibilityReason", "OTHER"))
    metric = str(info["metric"]).rpartition("/")[2]
    return Limit(
        pin,
        tier,
        str(info.get("quotaId", "")),
        f"{metric} of {row['dimensions']['base_model']}",
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
