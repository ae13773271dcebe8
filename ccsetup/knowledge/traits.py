"""Traits of a surface, as declared in `profiles/<surface>.toml`: words, names and patterns, without conditions."""

from typing import Literal

import msgspec

Lists = Literal["anthropic", "bedrock", "vertex", "none"]  # the API that lists its models
PROFILES: Lists = "bedrock"  # whose pins may be inference profiles, by id or ARN
VERSIONS: Lists = "vertex"  # whose ids may end in @ and a version
Signs = Literal["sigv4", "google", "azure", "key", "login"]  # what signs requests if the profile contains no secret
# The client class of the anthropic SDK that sends the `--live` request.
Live = Literal["anthropic", "bedrock", "mantle", "vertex", "platform-aws", "platform-google", "foundry"]
Limits = Literal["service-quotas", "cloud-quotas", "headers", "none"]  # where its limits are read
# Where the prices of its models are read; or why its tokens have none, as `_prices.toml` explains it.
Prices = Literal["bedrock", "price-list", "cloud-billing", "published", "plan", "gateway", "unknown"]
Cloud = Literal["", "aws", "google"]  # whose administrator grants access, and whose identity a CI runner has
Operator = Literal["", "aws", "google", "microsoft", "anthropic"]
AuthKind = Literal["sigv4", "bearer", "x-api-key", "refresh-token", "assertion", "none"]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What decides where requests go: an answer, and the variable that overrides it if `[env]` sets it."""

    answer: Literal["region", "location", "resource"]
    variable: str
    default: str = ""  # Claude Code's default
    by_model: str = ""  # the prefix of variables that set it for one model
    checked: bool = False  # a misspelt value is refused


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The surface's own host, with {answers} (empty if the profile always chooses it); the pattern of base URLs that
    lead to it; and what signs without a secret. `path` follows the host; `below` is the path of messages."""

    ambient: str
    host: str = ""
    operator: Operator = ""  # who runs the models behind the host; whose bill it is may be another's
    path: str = ""
    below: str = ""
    base: str = ""  # the variable of a base URL that no answer sets
    urls: str = "(?!)"  # matches nothing


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How requests are recognised by host, path or signed service, and how they may sign without a secret."""

    provider: str  # its name in `trace`
    hosts: str = ""
    paths: str = ""
    service: str = ""  # the AWS service in signatures
    listing: str = ""  # the AWS service of the host that Claude Code lists models from, if it is another
    unsigned: tuple[AuthKind, ...] = ()


class Traits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What tells the surface from others: whose cloud bill it is on, whether there is an invoice, whether inference
    leaves for Anthropic, the geographies that can be asked for where there are no regions, what changes how Claude Code
    behaves, and the groups of `_scope.toml` that have its terms."""

    bill: Literal["", "aws", "gcp", "azure"] = ""
    invoice: Literal["yes", "no", "unknown", "plan"] = "unknown"
    egress: Literal["yes", "no", "unknown"] = "unknown"
    geographies: tuple[str, ...] | None = None
    differences: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


class Wizard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How `init` presents the surface: its position in the list, its set of questions, and answers needed in addition
    to required ones."""

    order: int = 99
    questions: Literal["", "aws", "google", "key", "login", "foundry", "gateway"] = ""
    needs: tuple[str, ...] = ()
    found: Literal["", "aws", "google", "login"] = ""  # what on this machine suggests this surface
