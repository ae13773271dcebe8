"""AWS as data: regions, geographies, models, accounts, identities, quotas."""

import datetime
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

Day = datetime.date
Effect = Literal["allow", "deny"]


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`without-bedrock` has no Bedrock host; `disabled` refuses every key. `status` overrides ListRegions' value."""

    name: str
    state: Literal["enabled", "disabled", "without-bedrock"] = "enabled"
    status: Literal["", "ENABLED", "ENABLED_BY_DEFAULT", "ENABLING", "DISABLING", "DISABLED"] = ""

    @property
    def partition(self) -> str:
        return "aws-us-gov" if self.name.startswith("us-gov-") else "aws"


class Geography(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a system-defined inference profile can be called from, and where it may send requests.

    The destination "" is the region-less ARN of `global.`; "." is the source region itself.
    """

    sources: tuple[str, ...]  # "*" is every region of the partition aws
    destinations: tuple[str, ...]
    from_: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict, name="from")

    def reaches(self, source: str) -> tuple[str, ...]:
        """The destinations from `source`; empty if the profile is not offered there."""
        if source not in self.sources and not ("*" in self.sources and not source.startswith("us-gov-")):
            return ()
        found = (source if name == "." else name for name in self.from_.get(source, self.destinations))
        return tuple(dict.fromkeys(found))


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A foundation model. The dates are Bedrock's; missing ones are not reported."""

    id: str
    name: str
    provider: str = "Anthropic"
    profiles: tuple[str, ...] = ()  # geographies with a system-defined profile
    on_demand: tuple[str, ...] = ()  # regions that accept the bare id
    provisioned: tuple[str, ...] = ()  # regions that sell provisioned throughput for it
    starts: Day | None = None
    legacy: Day | None = None
    extended: Day | None = None  # "public extended access"
    ends: Day | None = None
    vanishes: Day | None = None  # from this day on it is not listed
    retention: str = ""  # the data retention mode it needs
    modalities: tuple[str, ...] = ("TEXT", "IMAGE")
    streams: bool = True
    tells: bool = True  # whether the response contains the dates

    def shown(self, today: Day) -> bool:
        return (self.starts is None or self.starts <= today) and (self.vanishes is None or today < self.vanishes)

    def ended(self, today: Day) -> bool:
        return self.ends is not None and self.ends <= today

    def is_legacy(self, today: Day) -> bool:
        return self.ended(today) or (self.legacy is not None and self.legacy <= today)


class ApplicationProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An inference profile created in the account, for a model or a system-defined profile."""

    id: str  # twelve letters and digits
    name: str
    region: str
    copies: str  # a foundation model id or a profile id


class Access(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The conditions for an account's use of a model; `message` is the error if the agreement failed."""

    agreement: Literal["AVAILABLE", "PENDING", "NOT_AVAILABLE", "ERROR"] = "AVAILABLE"
    message: str = ""
    authorization: Literal["AUTHORIZED", "NOT_AUTHORIZED"] = "AUTHORIZED"
    entitlement: Literal["AVAILABLE", "NOT_AVAILABLE"] = "AVAILABLE"


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A requested increase of a quota."""

    id: str
    code: str
    value: float
    region: str
    status: str = "PENDING"
    created: Day = Day(2026, 11, 20)


class Usage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CloudWatch series of AWS/Bedrock with the same value every minute."""

    model: str  # as invoked: the id or the profile id
    metric: str
    value: float
    region: str = "us-east-1"


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`access` and `quotas` list what differs from the default: by model id, by quota code."""

    id: str
    retention: str = "default"
    retention_in: Mapping[str, str] = {}  # regions with another mode
    organization: str = ""  # its id; "" if the account is in none
    logging: Mapping[str, Mapping[str, object]] = {}  # by region: the configuration of invocation logging
    form: bool = True  # the use case form was submitted
    access: Mapping[str, Access] = {}
    quotas: Mapping[str, float] = {}
    legacy_in_use: bool = True  # it called its legacy models in the last 30 days
    application_profiles: tuple[ApplicationProfile, ...] = ()
    changes: tuple[Change, ...] = ()
    usage: tuple[Usage, ...] = ()

    def retains(self, region: str) -> str:
        """The data retention mode in a region."""
        return self.retention_in.get(region, self.retention)

    def access_to(self, model: str) -> Access:
        return self.access.get(model) or self.access.get("*") or Access()


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement of one policy; `*` in actions, resources and conditions is a wildcard.

    `when` are conditions: {context key: patterns}. A key that is missing from the request does not match.
    """

    actions: tuple[str, ...]
    effect: Effect = "deny"
    resources: tuple[str, ...] = ("*",)
    by: str = "identity-based policy"
    arn: str = ""
    when: Mapping[str, tuple[str, ...]] = {}

    def holds(self, context: Mapping[str, str]) -> bool:
        return all(
            name in context and any(fnmatchcase(context[name], pattern) for pattern in patterns)
            for name, patterns in self.when.items()
        )

    def covers(self, action: str, resource: str) -> bool:
        return any(fnmatchcase(action, pattern) for pattern in self.actions) and any(
            fnmatchcase(resource, pattern) for pattern in self.resources
        )


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A caller with an access key, a Bedrock API key or both. `name` is also the AWS profile's."""

    name: str
    account: str
    arn: str  # as STS returns it
    user_id: str
    key: str = ""
    secret: str = ""
    token: str = ""  # the session token that requests must include
    bearer: str = ""
    platform_key: str = ""  # an API key of the Claude Platform on AWS
    workspaces: tuple[str, ...] = ()  # on that platform
    region: str = "us-east-1"
    role_path: str = "/"
    expires: Day | None = None
    allow: tuple[str, ...] = ("*",)
    rules: tuple[Rule, ...] = ()


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    value: float
    adjustable: bool = True
    models: tuple[str, ...] = ()  # these ids are refused if the applied value is 0


class Aws(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default_region: str  # for a bearer token on a host without a region
    region: tuple[Region, ...]
    geography: Mapping[str, Geography]
    model: tuple[Model, ...]
    account: tuple[Account, ...]
    identity: tuple[Identity, ...]
    quota: tuple[Quota, ...]
    more_quotas: int = 0  # how many filler quotas Service Quotas lists in addition

    def account_of(self, identity: Identity) -> Account:
        return next(account for account in self.account if account.id == identity.account)
