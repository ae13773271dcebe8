"""Which surface a request went to, by what its rows show: a strict, frozen reading of `profiles/_billing.toml`."""

import datetime
import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

import msgspec

from ccsetup.knowledge import strict

Certainty = Literal["certain", "likely", "unknown"]
CERTAINTIES: tuple[Certainty, ...] = ("certain", "likely", "unknown")


class BillingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    certainty: Certainty
    surface: str = ""
    id: str = ""
    model: str = ""
    scope: str | None = None
    betas: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    may_be: tuple[str, ...] = ()

    def holds(self, id_: str, model: str, asked: "Asked | None") -> bool:
        if self.id and not re.match(self.id, id_):
            return False
        if self.model and not re.match(self.model, model):
            return False
        if self.scope is None and not self.betas and not self.without:
            return True
        if asked is None:
            return False
        sent = asked.betas
        return (
            self.scope in (None, asked.scope)
            and all(any(beta.startswith(name) for beta in sent) for name in self.betas)
            and not any(beta.startswith(name) for beta in sent for name in self.without)
        )


class Billing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    source: str
    seen: datetime.date
    client: str
    rule: tuple[BillingRule, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the main conversation's request asked for."""

    scope: str
    betas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The surface, empty if none is named, and those that it may be."""

    surface: str
    certainty: Certainty
    may_be: tuple[str, ...]


def asked(text: str) -> Asked | None:
    """The ledger's line `scope|ttl|betas`; None if no request was written down."""
    if not text:
        return None
    scope, _, rest = text.partition("|")
    return Asked(scope, tuple(rest.partition("|")[2].split()))


@cache
def load() -> Billing:
    return strict.read_table("_billing", Billing)


def judge(id_: str, model: str, line: str) -> Evidence:
    """What the message's id, its model and what was asked for (a line of the ledger) say."""
    rule = next(rule for rule in load().rule if rule.holds(id_, model, asked(line)))
    return Evidence(rule.surface, rule.certainty, rule.may_be or (rule.surface,))


def rules_out(evidence: Evidence, surface: str) -> bool:
    """Whether the rows are certainly another surface's, although those of this one would show it."""
    shown = {rule.surface for rule in load().rule if rule.certainty == "certain"}
    return evidence.certainty == "certain" and evidence.surface != surface and surface in shown
