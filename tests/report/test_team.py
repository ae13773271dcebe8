"""`report` as a process: live, of many machines, of shards; hostile text stays text, and nothing secret is in it."""

import datetime
import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ccsetup.commands.report.collect import seconds_for
from ccsetup.lab.lab import Lab
from ccsetup.lab.work import Team, write_fortnight
from tests.report.test_pages import HOSTILE
from tests.support import browser
from tests.support.priced_world import HAIKU, OPUS, SONNET, bedrock, here, lab, refused, running
from tests.support.program import Program

__all__ = ["here", "lab", "running"]
ORDER = ["error", "unknown", "warning", "ok"]


class Rows(HTMLParser):
    """The rows with data, in order: (profile, verdict)."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.found: list[tuple[str | None, str | None]] = []
        self.feed(content)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if "data-verdict" in named:
            self.found.append((named["data-profile"], named["data-verdict"]))


def collection(machine: str, **verdicts: str) -> dict[str, Any]:
    finding = {"check": "aws-token-expired", "title": "The AWS session has expired", "severity": "error"}
    entries = [
        {
            "profile": name,
            "surface": "bedrock",
            "verdict": verdict,
            "root": "aws-token-expired" if verdict == "error" else None,
            "findings": [finding] if verdict == "error" else [],
        }
        for name, verdict in verdicts.items()
    ]
    drift = [{"profile": name, "verdict": "ok", "findings": []} for name in verdicts]
    parts = {"doctor": {"schema": 1, "profiles": entries}, "drift": {"schema": 1, "profiles": drift}}
    empty = {key: {"schema": 1, "profiles": []} for key in ("quota", "prices", "cost", "scope")}
    return {"schema": 1, "machine": machine, "made_at": "2026-11-27T12:00:00+00:00", **parts, **empty}


def written(here: Program, **documents: object) -> list[str]:
    for name, document in documents.items():
        text = document if isinstance(document, str) else json.dumps(document)
        (here.home / f"{name}.json").write_text(text)
    return [f"{name}.json" for name in documents]


def merged(here: Program, code: int = 0, **documents: object) -> str:
    path = here.home / "team.html"
    done = here.run("report", "--merge", *written(here, **documents), "--html", "team.html", cwd=here.home)
    assert (done.code, "Traceback" in done.err) == (code, False), done.err
    if code:
        assert not path.exists()
        return done.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text()


def test_collection_of_this_machine_becomes_the_page(here: Program) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    write_fortnight(here.home / ".claude", today, (Team("bdrk_", OPUS, SONNET, HAIKU, (1, 1)),))
    bedrock(here, OPUS, SONNET, HAIKU)
    here.init("key", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    found = json.loads(here.ok("report", "--json").out)
    assert found.keys() >= {"schema", "machine", "made_at", "doctor", "drift", "quota", "prices", "cost", "scope"}
    assert {one["profile"] for one in found["doctor"]["profiles"]} == {"b", "key"}
    assert here.run("report", "--html", "team.html", cwd=here.home).code == 0
    text = (here.home / "team.html").read_text()
    assert {name for name, _ in Rows(text).found} == {"b", "key"}
    for word in (
        "Lifecycle of the pins",
        "Quotas and headroom",
        "Prices",
        "Cost",
        "Scope",
        "2027-09-22",
        "123456789012",
    ):
        assert word in text
    again = merged(here, one=found)
    assert {name for name, _ in Rows(again).found} == {"b", "key"}
    assert here.environment["LAB_KEY"] not in text + json.dumps(found)


def test_worst_profiles_come_first_and_one_name_on_two_machines_is_two_rows(here: Program) -> None:
    one = collection("alpha", work="ok", mine="error")
    two = collection("beta", work="unknown", other="warning")
    rows = Rows(merged(here, one=one, two=two)).found
    assert [verdict for _, verdict in rows] == ORDER
    assert [name for name, _ in rows].count("work") == 2


def test_plain_documents_of_doctor_and_drift_are_taken_with_the_files_name(here: Program) -> None:
    whole = collection("x", work="error")
    for entry in whole["doctor"]["profiles"]:
        entry |= {"passed": [], "skipped": [], "broken": []}
    text = merged(here, laptop=whole["doctor"], server=whole["drift"])
    assert "laptop" in text
    assert "server" in text
    assert "The AWS session has expired" in text


def test_amounts_that_lack_something_are_said_to_be_at_least(here: Program) -> None:
    entry = {"profile": None, "surface": "api-key", "surface_certainty": "likely", "requests": 3}
    cost = {"amount": "1234.50", "currency": "USD", "unpriced": []}
    whole, part = collection("alpha"), collection("beta")
    whole["cost"]["profiles"] = [{**entry, "cost": cost}]
    text = merged(here, one=whole)
    assert "Total: 1,234.50 USD" in text
    assert "api-key (likely)" in text
    assert "at least" not in text
    part["cost"] = {**whole["cost"], "lower_bound": True}
    assert "beta: cost: at least: not every session" in merged(here, one=whole, two=part)
    part["cost"]["profiles"] = [{**entry, "cost": {**cost, "unpriced": ["claude-opus-5-5"]}}]
    text = merged(here, one=whole, two={**part, "cost": {**part["cost"], "lower_bound": False}})
    assert "at least 1,234.50 USD" in text
    assert "Total: at least 2,469.00 USD" in text


@pytest.mark.parametrize(
    "bad",
    [
        "{", "[]", "null", '{"schema": 2, "machine": "x"}', '{"schema": true, "doctor": {}}',
        '{"schema": 1, "machine": 7}',
        '{"schema": 1}', '{"schema": 1, "profiles": [1]}', "[" * 5_000, '{"schema": 1, "profiles": [{"profile": "x"}]}',
    ],
    ids=str,
)  # fmt: skip
def test_bad_file_is_named_in_one_line_and_nothing_is_written(here: Program, bad: str) -> None:
    said = merged(here, 2, good=collection("alpha", work="ok"), evil=bad)
    assert "evil.json" in said.splitlines()[0]


def test_missing_shard_is_exit_code_three(here: Program) -> None:
    one = {**collection("alpha", work="ok"), "shard": "1/2"}
    assert "2/2" in merged(here, 3, one=one)
    two = {**collection("alpha", other="error"), "shard": "2/2"}
    assert len(Rows(merged(here, one=one, two=two)).found) == 2


@pytest.mark.thorough
def test_shards_have_every_profile_once(here: Program) -> None:
    bedrock(here, OPUS)
    bedrock(here, OPUS, name="west", region="us-west-2")
    here.init("key", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5"})
    parts = {f"s{n}": json.loads(here.ok("report", "--json", "--shard", f"{n}/3").out) for n in (1, 2, 3)}
    names = [one["profile"] for part in parts.values() for one in part["doctor"]["profiles"]]
    assert sorted(names) == ["b", "key", "west"]
    assert sorted(name or "" for name, _ in Rows(merged(here, **parts)).found) == ["b", "key", "west"]


def test_prices_are_of_the_models_in_use_too(here: Program) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    write_fortnight(here.home / ".claude", today, (Team("bdrk_", OPUS, SONNET, HAIKU, (1, 1)),))
    bedrock(here, OPUS)
    found = json.loads(here.ok("report", "--json").out)
    [priced], [bill] = found["prices"]["profiles"], found["cost"]["profiles"]
    assert {one["model"] for one in priced["models"] if one["pinned"]} == {OPUS}
    assert {one["model"] for one in bill["models"]} <= {one["model"] for one in priced["models"]}
    assert len(bill["models"]) > 1
    assert bill["cost"]["unpriced"] == []


def test_profiles_that_send_the_same_requests_send_them_once(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    bedrock(here, OPUS, name="again")
    lab.forget()
    found = json.loads(here.ok("report", "--json").out)
    for operation in ("ListFoundationModelAgreementOffers", "GetProducts", "GetInferenceProfile"):
        paths = [request.path for request in lab.requests_for(operation)]
        assert len(paths) == len({*paths}), operation
    first, second = (one["models"] for one in found["prices"]["profiles"])
    assert [one["prices"] for one in first] == [one["prices"] for one in second]
    first, second = (one["models"] for one in found["scope"]["profiles"])
    assert [one["arn"]["value"] for one in first] == [one["arn"]["value"] for one in second]


def test_refusal_of_a_shared_request_is_reported_of_each_profile(here: Program, lab: Lab) -> None:
    bedrock(here, OPUS)
    bedrock(here, OPUS, name="again")
    refused(lab, "GetAccountDataRetention")
    found = json.loads(here.ok("report", "--json").out)
    for one in found["scope"]["profiles"]:
        assert "GetAccountDataRetention" in one["models"][0]["retention"]["because"]


def test_list_of_quotas_is_read_in_one_region_and_each_limit_in_its_own(here: Program, lab: Lab) -> None:
    """Haiku 5.5 has no known code: the first region's list names it, and the other regions are asked for it."""
    bedrock(here, HAIKU)
    bedrock(here, HAIKU, name="west", region="us-west-2")
    lab.forget()
    alone = json.loads(here.ok("quota", "west", "--json").out)
    pages = len(lab.requests_for("ListServiceQuotas"))
    lab.forget()
    found = json.loads(here.ok("report", "--json").out)
    assert len(lab.requests_for("ListServiceQuotas")) == pages
    (west,) = (one for one in found["quota"]["profiles"] if one["profile"] == "west")
    kept = ("model", "code", "unit", "limit", "default")
    limits = [[{name: limit[name] for name in kept} for limit in one["limits"]] for one in (west, alone)]
    assert limits[0] == limits[1] != []


def test_another_identity_shares_no_answer(here: Program) -> None:
    bedrock(here, OPUS)
    bedrock(here, OPUS, name="old", aws_profile="stale")
    found = json.loads(here.ok("report", "--json").out)
    verdicts = {one["profile"]: one["verdict"] for one in found["doctor"]["profiles"]}
    assert verdicts["old"] == "error"
    assert verdicts["b"] != "error"
    for part in ("quota", "prices"):
        held = {one["profile"]: "reason" in one for one in found[part]["profiles"]}
        assert not held["b"], part
    accounts = {one["profile"]: one["account"] for one in found["scope"]["profiles"]}
    assert accounts["b"]["value"] == "123456789012"
    assert "value" not in accounts["old"]


def test_hostile_names_and_messages_run_nothing(here: Program, tmp_path: Path) -> None:
    evil = " ".join(HOSTILE).format(address="127.0.0.1:9")
    whole = collection(evil, **{evil: "error"})
    whole["doctor"]["profiles"][0]["findings"][0]["title"] = evil
    whole["drift"]["profiles"][0]["findings"] = [
        {
            "check": "model-retiring",
            "title": evil,
            "severity": "error",
            "model": evil,
            "date": "2027-01-01",
            "tier": evil,
        }
    ]
    whole["cost"]["profiles"] = [
        {"profile": evil, "surface": evil, "requests": 1, "cost": {"amount": "1e400", "currency": evil, "basis": evil}}
    ]
    whole["scope"]["profiles"] = [
        {"profile": evil, "models": [{"id": evil, "destinations": {"value": [evil], "by": evil}}]}
    ]
    whole["pins"] = [{"profile": evil, "tier": evil, "model": evil, "ends_on": evil, "legacy_on": evil}]
    whole["history"] = [{"at": evil, "what": evil, "place": evil, "before": evil}]
    text = merged(here, evil=whole)
    assert not re.search(r"<(script|img|link|iframe|base|use|object)", text)
    page = tmp_path / "page.html"
    page.write_text(text)
    assert "<title>Claude Code profiles</title>" in browser.dom(page, tmp_path / "browser")


def test_keys_of_known_shapes_are_cut_wherever_they_stand(here: Program) -> None:
    canary = "sk-ant-api03-" + "C4n4ry" * 12
    whole = collection(f"host {canary}", work="error")
    whole["doctor"]["profiles"][0]["findings"][0]["title"] = f"refused {canary}"
    assert canary not in merged(here, one=whole)


@pytest.mark.parametrize(("profiles", "seconds"), [(1, 26), (52, 26), (53, 26.5), (200, 100)])
def test_hundreds_of_profiles_have_more_time_than_doctor(profiles: int, seconds: float) -> None:
    assert seconds_for(profiles) == seconds


def test_two_hundred_profiles_stay_small(here: Program) -> None:
    many = collection("fleet", **{f"profile-{n}": ORDER[n % 4] for n in range(200)})
    text = merged(here, fleet=many)
    assert len(Rows(text).found) == 200
    assert len(text.encode()) < 3_000_000


@pytest.mark.parametrize(
    "words", [(), ("--merge",), ("a.json",), ("--merge", "a.json", "--json"), ("--json", "--shard", "4/3")]
)
def test_flags_that_do_not_go_together_are_refused(here: Program, words: tuple[str, ...]) -> None:
    assert here.run("report", *words).code == 2
