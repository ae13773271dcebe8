"""What one machine has to say about its profiles: every command's JSON in one document."""

import platform
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import msgspec

from ccsetup.advice.payers import load_payers
from ccsetup.advice.scope import read_scope
from ccsetup.advice.work import models_in, read_usage
from ccsetup.commands.cost.figures import cost_document
from ccsetup.commands.drift import show
from ccsetup.commands.prices import pins_and_asked, prices_document
from ccsetup.commands.quota import quota_document, refuse_unreadable
from ccsetup.doctor import prepare
from ccsetup.doctor.formats.json import document as doctor_document
from ccsetup.doctor.probes import bedrock_listing
from ccsetup.doctor.probes.case import Case, Once
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.run import SECONDS, examine
from ccsetup.drift import run as drift
from ccsetup.drift.run import Run
from ccsetup.drift.state import Memory
from ccsetup.providers.access import PROFILE_SECONDS, Failed
from ccsetup.providers.catalogue import without_suffix
from ccsetup.providers.listing import try_listing
from ccsetup.providers.prices import read as prices
from ccsetup.providers.prices.price import Prices
from ccsetup.providers.quota import read as limits
from ccsetup.report.collected import SCHEMA
from ccsetup.system import console, decoding
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

_AT_ONCE = 8
_CHANGES = 200
_SECONDS_EACH = 0.5  # hundreds of profiles take longer than doctor may
_WITHIN = 60  # days; as drift's own default

Document = dict[str, Any]


def collect(workspace: Workspace, shard: str | None) -> Document:
    """Fetch everything; what cannot be fetched is listed with the reason."""
    index, _, of = (shard or "").partition("/")
    part = (int(index), int(of)) if shard else None
    once = Once()
    with console.busy("comparing pins with what the providers list"):
        run = drift.check_pins(
            workspace,
            (),
            within=_WITHIN,
            shard=part,
            accept=False,
            progress=lambda _many: lambda _place: None,
            answers=once,
        )
    names = sorted({*run.profiles, *run.problems})
    with console.busy("examining the profiles"):
        cases: dict[str, Case] = {}
        seconds = seconds_for(len(names))
        prepare_each = {name: _later(workspace, name, once, cases, seconds) for name in names}
        reports = examine(PROBES, prepare_each, seconds=seconds)
    home = str(workspace.system.home)
    priced: list[tuple[Case, Prices]] = []
    payers = load_payers(workspace)
    ledger, transcripts = read_usage(workspace, payers)
    used = models_in(ledger, payers)
    with console.busy("reading quotas, prices and scopes"), ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(
            pool.map(lambda name: _details(workspace, name, cases.get(name), used.get(name, ()), priced), names)
        )
    # Here, because eight threads would wait for one file's lock.
    workspace.prices.keep_all(((case.name, case.profile, read) for case, read in priced), workspace.system.now())
    document: Document = {
        "schema": SCHEMA,
        "machine": platform.node() or "this machine",
        "made_at": workspace.system.now().isoformat(timespec="seconds"),
        **({"shard": shard} if shard else {}),
        "doctor": doctor_document(reports, home),
        "drift": run.document,
        **{key: {"schema": SCHEMA, "profiles": [one[key] for one in found]} for key in ("quota", "prices", "scope")},
        "cost": cost_document(workspace, payers, ledger, transcripts),
        "pins": _pins(run),
        "history": msgspec.to_builtins(_history(workspace)),
    }
    clean: Document = decoding.convert(show.redacted(document), dict[str, Any])
    return clean


def seconds_for(profiles: int) -> float:
    """The time limit for examining so many profiles."""
    return max(SECONDS, profiles * _SECONDS_EACH)


def _later(workspace: Workspace, name: str, once: Once, cases: dict[str, Case], seconds: float) -> Callable[[], Case]:
    """Prepares the profile's case, and adds it to `cases`."""

    def make() -> Case:
        cases[name] = prepare.prepare_saved(workspace, name, workspace.store.load(name), once, seconds=seconds)
        return cases[name]

    return make


def _details(
    workspace: Workspace, name: str, prepared: Case | None, used: Sequence[str], priced: list[tuple[Case, Prices]]
) -> Document:
    """Quota, prices (of the pins and of the models `used`) and scope of one profile; the prices are also appended to
    `priced`."""
    try:
        case = prepared or prepare.prepare_saved(workspace, name, workspace.store.load(name), Once())
    except UserError as error:
        return {key: {"profile": name, "reason": error.message} for key in ("quota", "prices", "scope")}
    profile = drift.effective(case.profile, workspace.knowledge)
    access = replace(case.access, profile=profile, until=time.monotonic() + PROFILE_SECONDS)
    case = replace(case, profile=profile, access=access)
    asks: dict[str, Callable[[], Document]] = {
        "quota": lambda: _quota(case),
        "prices": lambda: _prices(workspace, case, used, priced),
        "scope": lambda: read_scope(workspace, name, profile, access).document,
    }
    return {key: _or_reason(name, ask) for key, ask in asks.items()}


def _or_reason(name: str, ask: Callable[[], Document]) -> Document:
    try:
        return ask()
    except Failed as error:
        return {"profile": name, "reason": error.words or error.finding.check}
    except UserError as error:
        return {"profile": name, "reason": error.message}


def _quota(case: Case) -> Document:
    refuse_unreadable(case)
    return quota_document(case, limits.read_limits(case.access, bedrock_listing.sent_pins(case), case.ask, whole=True))


def _prices(workspace: Workspace, case: Case, used: Sequence[str], priced: list[tuple[Case, Prices]]) -> Document:
    pins, asked = pins_and_asked(workspace, case.name, case.profile, used, lambda: try_listing(case.access))
    key = ("prices", case.access.settings_key, *sorted(asked))
    found = case.access.once(key, lambda: prices.read_prices(case.access, asked))
    priced.append((case, found))
    return prices_document(case.name, case.profile, asked, pins, found, stale=not found.reached)


def _pins(run: Run) -> list[Document]:
    """Every pin with the dates that its provider gives."""
    found = []
    for name, profile in sorted(run.profiles.items()):
        live = run.live(name)
        for tier, pin in profile.models.items() if live else ():
            model = live.find(pin) if live else None
            if model is not None:
                legacy, ends = (day.date().isoformat() if day else None for day in (model.legacy_on, model.ends_on))
                dates: Document = {"lifecycle": model.lifecycle, "legacy_on": legacy, "ends_on": ends}
                found.append({"profile": name, "tier": tier, "model": without_suffix(pin), **dates})
    return found


def _history(workspace: Workspace) -> list[object]:
    try:
        return list(Memory(workspace.system.state / "drift").read().history[-_CHANGES:])
    except UserError as error:  # the rest is still useful
        console.say(console.redact(error.message, str(workspace.system.home)))
        return []
