"""Bedrock's limits from Service Quotas, and its usage from CloudWatch.

The full list (about 1,150 quotas in a dozen sequential pages) is read only for a model without known codes; known codes
are read in parallel.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ccsetup.providers.access import Access, Failed, call_within_limit
from ccsetup.providers.aws import bedrock, session
from ccsetup.providers.catalogue import WORLD, Model
from ccsetup.providers.listing import list_models
from ccsetup.providers.places import place
from ccsetup.providers.quota import cloudwatch, known
from ccsetup.providers.quota.cloudwatch import METRICS, Use
from ccsetup.providers.quota.known import Named, Scope
from ccsetup.providers.quota.limits import Asks, Limit, Limits
from ccsetup.system.display import pasted

SERVICE = "bedrock"
_QUOTAS = "service-quotas"
_OPEN = ("PENDING", "CASE_OPENED")
_SIDE_BY_SIDE = 12

Entry = Mapping[str, Any]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Target:
    """A pin, and how its calls are counted."""

    pin: str
    tier: str
    scope: Scope
    words: frozenset[str]
    quotas: dict[str, Entry] = field(default_factory=dict)

    def takes(self, entry: Entry) -> bool:
        """Whether the quota applies to this model."""
        meaning = known.parse_quota_name(str(entry.get("QuotaName", "")))
        return meaning is not None and meaning.fits(self.scope, self.words)

    @property
    def mapped(self) -> bool:
        return any("tokens per minute" in str(entry["QuotaName"]).lower() for entry in self.quotas.values())


def read_limits(access: Access, pins: Mapping[str, str], ask: Asks, *, whole: bool) -> Limits:
    """Read the applied limits of the pins in the profile's region, and the account's daily limit."""
    region = place(access.profile)

    def asked() -> Limits:
        return _Look(access, region, ask).limits(pins, whole=whole)

    return call_within_limit(asked, access, region, session.address(access, region, _QUOTAS))


def value_to_request(limit: Limit) -> int:
    """A value to request: Service Quotas refuses a value that does not exceed the default."""
    return int(2 * (max(limit.value or 0, limit.default or 0) or known.load_quotas().bedrock.low))


class _Look:
    """Reads the limits of one region."""

    def __init__(self, access: Access, region: str, ask: Asks) -> None:
        self._access, self._region, self._ask = access, region, ask
        self._known = known.load_quotas().bedrock
        self._unread: dict[str, str] = {}

    def limits(self, pins: Mapping[str, str], *, whole: bool) -> Limits:
        session.client(self._access, _QUOTAS, self._region)  # create the client once, before many threads need it
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            targets = list(pool.map(self._target, pins, pins.values()))
            usage = pool.submit(self._optional, "use", lambda: self._usage(pins)) if whole else None
            asked = pool.submit(self._optional, "pending requests", self._pending) if whole else None
            codes = {one.code: one for target in targets for one in self._codes(target)}
            codes[self._known.day] = Named(self._known.day, "")
            applied = dict(zip(codes, pool.map(self._applied, codes.values()), strict=True))
            day = applied.pop(self._known.day)
            self._map(targets, [entry for entry in applied.values() if entry])
            rows = [(target, entry) for target in targets for entry in target.quotas.values()]
            limits = [self._limit(target, entry) for target, entry in rows]
            if day is not None:
                limits.append(self._limit(None, day))
            doubtful = [one.code for one in limits if whole or (one.value or 0) < self._known.low]
            defaults = dict(zip(doubtful, pool.map(self._default, doubtful), strict=True))
            used = (usage.result() if usage else None) or {}
            pending = (asked.result() if asked else None) or {}
        told = tuple(self._told(one, defaults, used, pending) for one in limits)
        return Limits(
            self._region,
            told,
            tuple(target.pin for target in targets if not target.mapped),
            self._unread,
            {target.pin: rate for target in targets if (rate := self._known.rate(target.words))},
            tuple(self._command(one) for one in told if one.adjustable and one.pending is None and one.value != 0),
            tuple(self._notes(told)),
        )

    def _target(self, pin: str, tier: str) -> _Target:
        if ":application-inference-profile/" not in pin:
            id_ = pin.rpartition("/")[2]
            return _Target(pin, tier, known.scope(id_), known.words(id_))
        try:
            listing = self._ask(("listing", self._region), lambda: list_models(self._access))
            model = self._ask(("profile", pin), lambda: bedrock.resolve(self._access, self._region, pin, listing))
        except Failed as error:
            self._unread[pin] = error.words or error.finding.check
            return _Target(pin, tier, "on-demand", frozenset())
        return _Target(pin, tier, _reach(model), known.words(model.base))

    def _codes(self, target: _Target) -> Iterable[Named]:
        return self._known.codes(target.scope, target.words)

    def _map(self, targets: Iterable[_Target], applied: Iterable[Entry]) -> None:
        """Assign the quotas to the targets; the full list is read for targets without a known code."""
        for target in targets:
            target.quotas.update({entry["QuotaCode"]: entry for entry in applied if target.takes(entry)})
        missing = [target for target in targets if target.words and not target.mapped]
        missing = [target for target in missing if not self._map_as_elsewhere(target)]
        if not missing:
            return
        try:
            listed = self._ask(("quotas", self._region), self._list)
        except Failed as error:
            self._unread["the list of all quotas"] = error.words or error.finding.check
            return
        for target in missing:
            target.quotas.update({entry["QuotaCode"]: entry for entry in listed if target.takes(entry)})

    def _map_as_elsewhere(self, target: _Target) -> bool:
        """Assign the quotas that the first region listed for the target, read here by their codes, which are the same
        in every region; whether they are complete. If one is missing here or has another name, the region's own list
        decides."""
        try:
            region, listed = self._ask(
                ("quotas",), lambda: (self._region, self._ask(("quotas", self._region), self._list))
            )
        except Failed:
            return False
        if region == self._region:
            return False
        codes = [Named(str(one["QuotaCode"]), str(one["QuotaName"])) for one in listed if target.takes(one)]
        here = [self._applied(named) for named in codes]
        if not here or None in here:
            return False
        target.quotas.update({entry["QuotaCode"]: entry for entry in here if entry})
        return target.mapped

    def _list(self) -> list[Entry]:
        """The quotas of the region, those that limit calls (`known.keep_call_limits`)."""
        return session.read_pages(
            self._access, self._region, _QUOTAS, "list_service_quotas", "Quotas", ServiceCode=SERVICE, MaxResults=100
        )

    def _applied(self, named: Named) -> Entry | None:
        """The applied quota; None if the code means something else here, or does not exist."""
        entry = self._quota("get_service_quota", named.code) or self._quota("get_aws_default_service_quota", named.code)
        if entry is None or (
            named.name and known.parse_quota_name(entry["QuotaName"]) != known.parse_quota_name(named.name)
        ):
            return None
        return entry

    def _default(self, code: str) -> float | None:
        entry = self._optional("defaults", lambda: self._quota("get_aws_default_service_quota", code))
        return None if entry is None else float(entry["Value"])

    def _quota(self, operation: str, code: str) -> Entry | None:
        def ask() -> Entry | None:
            try:
                answer = session.call(
                    self._access, self._region, _QUOTAS, operation, ServiceCode=SERVICE, QuotaCode=code
                )
            except Failed as error:
                if "NoSuchResourceException" in error.words:
                    return None
                raise
            entry: Entry = answer["Quota"]
            return entry

        return self._ask((operation, self._region, code), ask)

    def _optional(self, what: str, ask: Callable[[], Answer]) -> Answer | None:
        """Call `ask`, which may need a permission that is optional; if it fails, note the reason and return None."""
        try:
            return ask()
        except Failed as error:
            self._unread[what] = error.words or error.finding.check
            return None

    def _pending(self) -> dict[str, float]:
        """The requested values that are still pending, by quota code."""
        changes = session.read_pages(
            self._access,
            self._region,
            _QUOTAS,
            "list_requested_service_quota_change_history",
            "RequestedQuotas",
            ServiceCode=SERVICE,
            MaxResults=100,
        )
        return {
            change["QuotaCode"]: float(change["DesiredValue"]) for change in changes if change.get("Status") in _OPEN
        }

    def _usage(self, pins: Iterable[str]) -> Mapping[tuple[str, str], Use]:
        return cloudwatch.usage(self._access, self._region, pins)

    def _limit(self, target: _Target | None, entry: Entry) -> Limit:
        name = str(entry["QuotaName"])
        meaning = known.parse_quota_name(name)
        return Limit(
            target.pin if target else None,
            target.tier if target else None,
            str(entry["QuotaCode"]),
            name,
            meaning.unit if meaning else "tokens/day",
            float(entry["Value"]),
            METRICS.get(meaning.unit) if meaning and target else None,
            adjustable=bool(entry.get("Adjustable")),
        )

    def _told(
        self,
        limit: Limit,
        defaults: Mapping[str, float | None],
        used: Mapping[tuple[str, str], Use],
        pending: Mapping[str, float],
    ) -> Limit:
        day, hour = used.get((limit.model or "", limit.unit), (None, None))
        return replace(
            limit, default=defaults.get(limit.code), used=day, used_hour=hour, pending=pending.get(limit.code)
        )

    def _command(self, limit: Limit) -> str:
        words = [
            *("aws", "service-quotas", "request-service-quota-increase", "--service-code", SERVICE),
            *("--quota-code", limit.code, "--desired-value", str(value_to_request(limit)), "--region", self._region),
        ]
        profile = self._access.environment.get("AWS_PROFILE")
        return " ".join(map(pasted, (*words, *(("--profile", profile) if profile else ()))))

    def _notes(self, limits: Iterable[Limit]) -> Iterable[str]:
        fixed = sorted({limit.code for limit in limits if not limit.adjustable})
        if fixed:
            yield f"{', '.join(fixed)}: can be raised only through AWS Support: {self._known.support}"
        yield self._known.advice


def _reach(model: Model) -> Scope:
    if WORLD in model.destinations:
        return "global"
    return "cross-region" if len(model.destinations) > 1 else "on-demand"
