"""Which limit applies to which model: a strict, frozen reader of `profiles/_quotas.toml`, and the rules for names."""

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

import msgspec

from ccsetup.knowledge import strict
from ccsetup.system import decoding

FILE = "_quotas"

Scope = Literal["global", "cross-region", "on-demand"]
_SCOPES: Mapping[str, Scope] = {
    "global cross-region": "global",
    "cross-region": "cross-region",
    "on-demand": "on-demand",
}
_MINUTE = re.compile(
    r"(?P<scope>global cross-region|cross-region|on-demand) (?:model inference|invokemodel) (?P<unit>tokens|requests) "
    r"per (?P<period>minute|day) for (?P<model>.+)"
)
_DAY = re.compile(
    r"model invocation max (?P<unit>tokens) per (?P<period>day) for (?P<model>[^(]+?)(?: \(doubled .*\))?"
)
_DULL = {"anthropic", "claude", "v1"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a quota's name: for which model, for which kind of call, and the unit. Without a scope: any but
    global."""

    scope: Scope | None
    unit: str  # tokens/minute, requests/minute, tokens/day
    words: frozenset[str]

    def fits(self, scope: Scope, words: frozenset[str]) -> bool:
        """Whether calls of the kind `scope` to the model with these words count against it."""
        by = self.scope == scope if self.scope else scope != "global"
        return by and words == self.words


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quota's code, and the name that Service Quotas must have for it; "" accepts any name."""

    code: str
    name: str


class Bedrock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`day` is the code of the account's limit over all models; below `low` tokens per minute a single user is
    throttled."""

    day: str
    low: int
    support: str
    advice: str
    quota: tuple[Named, ...]
    burndown: dict[str, tuple[str, ...]]

    def codes(self, scope: Scope, words: frozenset[str]) -> Iterator[Named]:
        """The known quotas that calls to the model count against."""
        for quota in self.quota:
            meaning = parse_quota_name(quota.name)
            if meaning is not None and meaning.fits(scope, words):
                yield quota

    def rate(self, words: frozenset[str]) -> int | None:
        """The number of quota tokens per output token; None if unknown."""
        return next((int(rate) for rate, names in self.burndown.items() if words in map(_words, names)), None)


class Vertex(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The names of metrics and buckets; `least` is the value to request if there is no limit yet, by unit."""

    service: str
    billing: str
    shared_at: tuple[str, ...]
    shared_from: dict[str, tuple[int, ...]]
    metrics: dict[str, str]
    begins: dict[str, str]
    least: dict[str, int]
    ineligible: dict[str, str]


class Direct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits in response headers: {kind, as in `anthropic-ratelimit-KIND-limit`: unit}."""

    headers: dict[str, str]


class Quotas(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    title: str
    source: str
    seen: datetime.date
    bedrock: Bedrock
    vertex: Vertex
    direct: Direct


@lru_cache(4096)  # every region lists the same thousand names
def parse_quota_name(name: str) -> Meaning | None:
    """Parse the name of a Bedrock quota; None if it does not limit invocations.

    Names are matched to the end and compared in full: "Opus 4" is part of "Opus 4.8", and "… 1M Context Length" is
    another quota than the one without it.
    """
    text = name.lower()
    match = _MINUTE.fullmatch(text) or _DAY.fullmatch(text)
    if match is None:
        return None
    groups = match.groupdict()
    if "context length" in groups["model"]:
        return None
    scope = _SCOPES[groups["scope"]] if "scope" in groups else None
    return Meaning(scope, f"{groups['unit']}/{groups['period']}", _words(groups["model"]))


def keep_call_limits(response_dict: dict[str, Any], **_: object) -> None:
    """A handler for botocore's `before-parse`: drops the quotas that do not limit calls, a thousand of 1,150, since
    parsing and checking them would take ten times as long. A body of another form is left to the parser."""
    try:
        document = decoding.from_json_of_any_form(response_dict["body"])
        kept = [quota for quota in document["Quotas"] if parse_quota_name(quota["QuotaName"])]
        response_dict["body"] = json.dumps({**document, "Quotas": kept}).encode()
    except (ValueError, LookupError, TypeError, AttributeError):
        return


def words(id_: str) -> frozenset[str]:
    """The words of a model id as they appear in a quota's name: {"opus", "4.8"} for `us.anthropic.claude-opus-4-8`."""
    bare = id_.rpartition("anthropic.")[2].partition(":")[0]
    return _words(re.sub(r"(?<=\d)-(?=\d(-|$))", ".", re.sub(r"-\d{8}(?=-|$)", "", bare)))


def scope(id_: str) -> Scope:
    """The kind of call that the id makes: global, cross-region or on-demand."""
    prefix = id_.partition("anthropic.")[0]
    return "global" if prefix == "global." else "cross-region" if prefix else "on-demand"


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9.]+", text.lower())) - _DULL


@cache
def load_quotas() -> Quotas:
    """Load the file, once; raises UserError naming file and key if it is malformed."""
    return strict.read_table(FILE, Quotas)
