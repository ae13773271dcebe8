"""The Anthropic API as data: keys, an organisation, models."""

import datetime
from typing import Literal

import msgspec

Day = datetime.date
Lifecycle = Literal["active", "deprecated", "retired"]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    display_name: str
    created_at: Day
    line: str | None = None
    aliases: tuple[str, ...] = ()
    deprecated_at: Day | None = None
    retires_at: Day | None = None
    max_input_tokens: int = 1_000_000
    max_tokens: int = 128_000

    def lifecycle(self, today: Day) -> Lifecycle:
        if self.retires_at is not None and self.retires_at <= today:
            return "retired"
        return "deprecated" if self.deprecated_at is not None and self.deprecated_at <= today else "active"


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An API key, or a subscription's OAuth token with its refresh token."""

    name: str
    secret: str
    refresh: str = ""
    federation: str = ""  # the rule by which an identity token is exchanged for it
    plan: str = ""
    organization: str = ""
    models: tuple[str, ...] = ("*",)
    credit: bool = True


class Anthropic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`shape` "four-fields" is the format of gateways and older servers. `tells_limits`: whether the listing has rate
    limit headers, which no source documents."""

    login: tuple[Login, ...]
    model: tuple[Model, ...]
    shape: Literal["lifecycle", "four-fields"] = "lifecycle"
    tells_limits: bool = False
    requests_per_minute: int = 4000
    tokens_per_minute: int = 2_000_000
