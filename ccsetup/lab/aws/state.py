"""AWS as data: regions, geographies, models, accounts, identities, quotas."""

import datetime
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

Day = datetime.date
Effect = Literal["allow", "deny"]


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`without-bedrock` has no Bedrock host at all; `disabled` refuses every key. `status` is what ListRegions says."""

    name: str
    state: Literal["enabled", "disabled", "without-bedrock"] = "enabled"
    status: Literal["", "ENABLED", "ENABLED_BY_DEFAULT", "ENABLING", "DISABLING", "DISABLED"] = ""

    @property
    def partition(self) -> str:
        return "aws-us-gov" if self.name.startswith("us-gov-") else "aws"


class Geography(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a system-defined inference profile can be called from, and where it may go.

    The destination "" is the region-less ARN of `global.`; "." is the source region itself.
    """

    sources: tuple[str, ...]  # "*" is every region of the partition aws
    destinations: tuple[str, ...]
    from_: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict, name="from")

    def reaches(self, source: str) -> tuple[str, ...]:
        """The destinations from `source`, none where the profile is not offered."""
        if source not in self.sources and not ("*" in self.sources and not source.startswith("us-gov-")):
            return ()
        found = (source if name == "." else name for name in self.from_.get(source, self.destinations))
        return tuple(dict.fromkeys(found))


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A foundation model. The days are Bedrock's; what is not given is not told."""

    id: str
    name: str
    provider: str = "Anthropic"
    profiles: tuple[str, ...] = ()  # geographies with a system-defined profile
    on_demand: tuple[str, ...] = ()  # regions that take the bare id
    provisioned: tuple[str, ...] = ()  # regions that sell provisioned throughput of it
    starts: Day | None = None
    legacy: Day | None = None
    extended: Day | None = None  # "public extended access"
    ends: Day | None = None
    vanishes: Day | None = None  # from then on no list shows it
    retention: str = ""  # the data retention mode it needs
    modalities: tuple[str, ...] = ("TEXT", "IMAGE")
    streams: bool = True
    tells: bool = True  # whether the answer carries the days

    def shown(self, today: Day) -> bool:
        return (self.starts is None or self.starts <= today) and (self.vanishes is None or today < self.vanishes)

    def ended(self, today: Day) -> bool:
        return self.ends is not None and self.ends <= today

    def is_legacy(self, today: Day) -> bool:
        return self.ended(today) or (self.legacy is not None and self.legacy <= today)


class ApplicationProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An inference profile of the account's own, over a model or over a system-defined profile."""

    id: str  # twelve letters and digits
    name: str
    region: str
    copies: str  # a foundation model id or a profile id


class Access(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands between an account and a model; `message` is why making the agreement failed."""

    agreement: Literal["AVAILABLE", "PENDING", "NOT_AVAILABLE", "ERROR"] = "AVAILABLE"
    message: str = ""
    authorization: Literal["AUTHORIZED", "NOT_AUTHORIZED"] = "AUTHORIZED"
    entitlement: Literal["AVAILABLE", "NOT_AVAILABLE"] = "AVAILABLE"


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request for more of a quota."""

    id: str
    code: str
    value: float
    region: str
    status: str = "PENDING"
    created: Day = Day(2026, 11, 20)


class Usage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CloudWatch series of AWS/Bedrock that has the same value every minute."""

    model: str  # as invoked: the id or the profile id
    metric: str
    value: float
    region: str = "us-east-1"


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`access` and `quotas` say what differs from the default: by model id, by quota code."""

    id: str
    retention: str = "default"
    retention_in: Mapping[str, str] = {}  # where a region's mode is another
    form: bool = True  # the use case form has been sent
    access: Mapping[str, Access] = {}
    quotas: Mapping[str, float] = {}
    legacy_in_use: bool = True  # called its legacy models in the last 30 days
    application_profiles: tuple[ApplicationProfile, ...] = ()
    changes: tuple[Change, ...] = ()
    usage: tuple[Usage, ...] = ()

    def retains(self, region: str) -> str:
        """The data retention mode in a region."""
        return self.retention_in.get(region, self.retention)

    def access_to(self, model: str) -> Access:
        return self.access.get(model) or self.access.get("*") or Access()


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement of one policy; `*` in actions, resources and conditions stands for anything.

    `when` are conditions: {context key: patterns}. A key that a request does not have meets none.
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
    """Someone with an access key, a Bedrock API key or both. `name` is also the AWS profile's."""

    name: str
    account: str
    arn: str  # as STS returns it
    user_id: str
    key: str = ""
    secret: str = ""
    token: str = ""  # the session token that must come along
    bearer: str = ""
    platform_key: str = ""  # an API key of the Claude Platform on AWS
    workspaces: tuple[str, ...] = ()  # of that platform
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
    models: tuple[str, ...] = ()  # an applied 0 refuses these ids


class Aws(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default_region: str  # for a bearer token on a host that names none
    region: tuple[Region, ...]
    geography: Mapping[str, Geography]
    model: tuple[Model, ...]
    account: tuple[Account, ...]
    identity: tuple[Identity, ...]
    quota: tuple[Quota, ...]
    more_quotas: int = 0  # how many others Service Quotas lists beside them

    def account_of(self, identity: Identity) -> Account:
        return next(account for account in self.account if account.id == identity.account)
