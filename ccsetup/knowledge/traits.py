"""What ccsetup does with a surface, as `profiles/<surface>.toml` says it: words, names and patterns, no conditions."""

from typing import Literal

import msgspec

Lists = Literal["anthropic", "bedrock", "vertex", "none"]  # whose listing of models it has
Signs = Literal["sigv4", "google", "azure", "key", "login"]  # what signs where the profile holds no secret
# The client of the anthropic SDK that `--live` sends a request with.
Live = Literal["anthropic", "bedrock", "mantle", "vertex", "platform-aws", "platform-google", "foundry"]
Limits = Literal["service-quotas", "cloud-quotas", "headers", "none"]  # what tells its limits
# Where the prices of its models stand; or why its tokens have none, as `_prices.toml` says it.
Prices = Literal["bedrock", "price-list", "cloud-billing", "published", "plan", "gateway", "unknown"]
Cloud = Literal["", "aws", "google"]  # whose administrator grants access to it, and whose identity a runner has
AuthKind = Literal["sigv4", "bearer", "x-api-key", "refresh-token", "assertion", "none"]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What says where requests go: an answer, and the variable that beats it when `[env]` sets it."""

    answer: Literal["region", "location", "resource"]
    variable: str
    default: str = ""  # of Claude Code
    by_model: str = ""  # how variables begin that say it for one model
    checked: bool = False  # a misspelt one is refused


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The surface's own host, with {answers}, or none where it is always the profile's choice; the base URLs that lead
    to it; who signs there without a secret. `path` comes after the host, `below` is where messages are."""

    ambient: str
    host: str = ""
    path: str = ""
    below: str = ""
    base: str = ""  # the variable of a base URL that no answer fills
    urls: str = "(?!)"  # matches nothing


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How requests are recognised by host, path or signed service, and what they carry without a secret."""

    provider: str  # the name that `trace` has for it
    hosts: str = ""
    paths: str = ""
    service: str = ""  # of AWS, as signatures name it
    listing: str = ""  # the AWS service that Claude Code asks for models on another host
    unsigned: tuple[AuthKind, ...] = ()


class Fit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A use that the surface fits, and why; `plan` where it is a subscription."""

    use: str
    why: str
    plan: str = ""


class Wizard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How `init` asks: the place in its list, which questions lead, and the answers needed beside required ones."""

    order: int = 99
    questions: Literal["", "aws", "google", "key", "login", "foundry", "gateway"] = ""
    needs: tuple[str, ...] = ()
    found: Literal["", "aws", "google", "login"] = ""  # what speaks for it on this machine
    fits: tuple[Fit, ...] = ()
