"""Google Cloud as data: projects, principals, models, quotas."""

import datetime
from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec

Day = datetime.date


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A publisher model. Model Garden lists neither its locations nor its dates."""

    id: str
    version: str = "default"  # or a date, which is then part of the id
    stage: str = "GA"
    listed: tuple[str, ...] = ()  # the hosts whose Model Garden lists it
    served: tuple[str, ...] = ()  # the locations that serve it
    base_model: str = ""
    template: str = ""
    starts: Day | None = None
    ends: Day | None = None

    @property
    def dated(self) -> str:
        return self.id if self.version == "default" else f"{self.id}@{self.version}"

    def shown(self, today: Day) -> bool:
        return (self.starts is None or self.starts <= today) and (self.ends is None or today < self.ends)

    def answers_to(self, name: str) -> bool:
        return name in (self.id, self.dated, f"{self.id}@default")


class Project(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`enabled` are the Claude models enabled in Model Garden; `allowed_models` are those that the organisation
    permits."""

    id: str
    number: str
    name: str = ""
    state: str = "ACTIVE"  # or DELETE_REQUESTED
    apis: tuple[str, ...] = ()
    billing_account: str = ""
    billing: bool = True
    enabled: tuple[str, ...] = ("*",)
    allowed_models: tuple[str, ...] | None = None
    quotas: Mapping[str, int] = {}  # "metric/base_model" or "metric": what differs from the default
    organization: str = ""
    resource_locations: tuple[str, ...] | None = None  # constraint gcp.resourceLocations
    logging: Mapping[str, Mapping[str, object]] = {}  # by model: where requests and answers are logged
    ineligible: str = ""  # why its quotas cannot be increased: NOT_ENOUGH_USAGE_HISTORY …


class Principal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person with a refresh token, or a service account; `permissions` by project."""

    name: str
    email: str
    refresh: str = ""
    project: str = ""  # a service account's own
    permissions: Mapping[str, tuple[str, ...]] = {}
    may_impersonate: tuple[str, ...] = ()

    @property
    def access_token(self) -> str:
        return f"ya29.lab-{self.name}"

    def may(self, permission: str, project: str) -> bool:
        return any(fnmatchcase(permission, pattern) for pattern in self.permissions.get(project, ()))


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A limit of aiplatform.googleapis.com. A value of 0 is omitted from the response, as in proto3."""

    metric: str
    base_model: str
    value: int
    id: str = ""
    region: str = ""


class Google(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    locations: tuple[str, ...]
    project: tuple[Project, ...]
    principal: tuple[Principal, ...]
    model: tuple[Model, ...]
    quota: tuple[Quota, ...]
    count_tokens: tuple[str, ...] = ("global", "us")
