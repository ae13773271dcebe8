"""`drift` as a process: re-pinning and undoing it, one request per place, shards and their merge, notifications."""

import datetime
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ccsetup.lab.aws.state import Model
from tests.support.drift_world import OPUS, Watched, document, found, watched
from tests.support.program import Done

DAY = datetime.date.fromisoformat
OLD = "us.anthropic.claude-opus-4-1-20250805-v1:0"
RETIRING = {("model-retiring", "opus", OLD, OPUS, "2027-01-08")}
PROFILE = f"""# ours, of the platform team
schema = 1
surface = "bedrock"

[set]
aws_profile = "my-prod"   # not my-test
region = 'us-east-1'
prefix = "us"

[models]
default = "opus"
opus = '{OLD}'            # agreed with finance
# the small ones
sonnet = "us.anthropic.claude-sonnet-5-5"
haiku = "us.anthropic.claude-haiku-5-5"
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as world:
        yield world


def write(world: Watched, name: str = "b", text: str = PROFILE) -> Path:
    world.here.profiles.mkdir(parents=True, exist_ok=True)
    path = world.here.profiles / f"{name}.toml"
    path.write_text(text)
    return path


def test_the_whole_story(world: Watched) -> None:
    """Pins of today, a calendar that moves, a warning sixty days ahead, a new pin, and silence."""
    given = ("--surface", "bedrock", "--set", "aws_profile=my-prod", "--set", "region=us-east-1")
    world.here.ok("init", "b", *given, "--yes")
    assert world.look() == (0, {"b": set()})
    world.on("2027-01-15")
    world.models(lambda one: one, _opus_6())
    world.model("anthropic.claude-opus-5-5", legacy=DAY("2027-01-10"), ends=DAY("2027-03-16"))
    done = world.here.run("drift")
    assert (done.code, "model-retiring" in done.out, "2027-03-16, in 60 days" in done.out) == (1, True, True)
    assert "us.anthropic.claude-opus-6" in done.out
    done = world.here.run("drift", "--fix", "--yes")
    assert done.code == 0, done.err
    assert "ANTHROPIC_DEFAULT_OPUS_MODEL='us.anthropic.claude-opus-6'" in world.here.ok("env", "b").out
    done = world.here.ok("drift")
    assert done.out == ""
    assert done.err.endswith("drift: 1 profile: nothing to do; exit code 0\n")
    assert len(done.err.splitlines()) == 1


def test_re_pinning_keeps_comments_and_undoing_gives_the_exact_bytes_back(world: Watched) -> None:
    path = write(world)
    before = path.read_bytes()
    assert world.look() == (1, {"b": RETIRING})
    done = world.here.run("drift", "--fix")
    assert (done.code, done.out, path.read_bytes()) == (2, "", before)
    for word in (OLD, OPUS, "us-east-1", "active", "--yes"):
        assert word in done.err
    world.here.ok("drift", "--fix", "--yes")
    assert path.read_text() == PROFILE.replace(f"'{OLD}'", f'"{OPUS}"')
    assert OPUS in world.here.ok("env", "b").out
    assert world.here.ok("drift", "--undo").err == "b: restored\n"
    assert path.read_bytes() == before
    assert OLD in world.here.ok("env", "b").out
    again = world.here.run("drift", "--undo")
    assert (again.code, "nothing to undo" in again.err) == (2, True)
    told = json.loads(world.here.ok("drift", "--history", "--json").out)["history"]
    pinned = [(one["what"], one["profile"], one["before"], one["after"]) for one in told if one["profile"]]
    assert pinned == [("re-pinned", "b", OLD, OPUS), ("undone", "b", None, None)]


def test_what_was_changed_since_is_not_undone(world: Watched) -> None:
    path, other = write(world), write(world, "c")
    world.here.ok("drift", "--fix", "--yes")
    path.write_text(changed := path.read_text() + "# mine\n")
    done = world.here.run("drift", "--undo")
    assert (done.code, "changed since the last --fix: b" in done.err) == (2, True)
    assert (path.read_text(), OPUS in other.read_text()) == (changed, True)
    world.here.ok("drift", "--undo", "c")
    assert other.read_text() == PROFILE
    assert world.here.run("drift", "--undo", "zz").code == 2


def test_one_million_tokens_stay_asked_for(world: Watched) -> None:
    path = write(world, text=PROFILE.replace(OLD, f"{OLD}[1m]"))
    assert world.look() == (1, {"b": {("model-retiring", "opus", f"{OLD}[1m]", f"{OPUS}[1m]", "2027-01-08")}})
    world.here.ok("drift", "--fix", "--yes")
    assert tomllib.loads(path.read_text())["models"]["opus"] == f"{OPUS}[1m]"


def test_a_pin_is_found_wherever_the_profile_gives_it(world: Watched) -> None:
    text = PROFILE.replace('default = "opus"', f"default = '{OLD}'").replace(f"opus = '{OLD}'            # ag", "# Ag")
    path = write(world, text=f"{text}\n[env]\nANTHROPIC_DEFAULT_OPUS_MODEL = '{OLD}'  # by hand\n")
    assert world.look() == (1, {"b": {("model-retiring", key, OLD, OPUS, "2027-01-08") for key in ("default", "opus")}})
    world.here.ok("drift", "--fix", "--yes")
    now = tomllib.loads(path.read_text())
    assert (now["models"]["default"], now["env"]) == (OPUS, {"ANTHROPIC_DEFAULT_OPUS_MODEL": OPUS})
    assert "# by hand" in path.read_text()
    assert "opus" not in now["models"]


def test_that_all_of_claude_went_in_a_day_is_no_finding_about_a_pin(world: Watched) -> None:
    write(world)
    world.look()
    kept = (world.state / "state.json").read_bytes()
    world.models(lambda one: msgspec.structs.replace(one, profiles=()) if one.provider == "Anthropic" else one)
    done = world.here.run("drift", "--json")
    assert done.code == 3
    assert {row[0] for row in found(done)["b"]} == {"catalogue-unreachable"}
    assert (world.state / "state.json").read_bytes() == kept


def test_an_application_profile_is_judged_by_what_is_behind_it(world: Watched) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/2kbsta0lwebx"
    write(world, text=PROFILE.replace(OLD, arn))
    assert world.look() == (0, {"b": set()})
    world.model("anthropic.claude-opus-5-5", legacy=DAY("2026-11-01"), ends=None)
    assert world.look() == (1, {"b": {("model-legacy", "opus", arn, None, None)}})
    write(world, text=PROFILE.replace(OLD, arn.replace("2kb", "3kb")))
    assert world.look() == (1, {"b": {("model-gone", "opus", arn.replace("2kb", "3kb"), None, None)}})


ARN = "arn:aws:bedrock:us-east-1:123456789012:"
UNLISTED = ("provisioned-model/xyz", "imported-model/xyz", "custom-model-deployment/xyz", "prompt/ABC:1")


@pytest.mark.parametrize("rest", UNLISTED)
@pytest.mark.parametrize("suffix", ["", "[1m]"])
def test_pin_that_no_listing_has_is_unknown_and_not_ok(world: Watched, rest: str, suffix: str) -> None:
    write(world, text=PROFILE.replace(OLD, f"{ARN}{rest}{suffix}"))
    done = world.here.run("drift", "--json")
    [entry] = json.loads(done.out)["profiles"]
    assert (entry["verdict"], entry["skipped"]) == ("unknown", f"{ARN}{rest}: in no listing")
    assert (done.code, "nothing to do, 1 not checked (b)" in done.err) == (0, True), done.err


@pytest.mark.parametrize(
    "pin",
    [
        f"arn:aws:bedrock:us-east-1::inference-profile/{OPUS}",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5-5",
        f"{ARN}inference-profile/us.anthropic.claude-opus-9",
    ],
)
def test_arn_that_a_listing_would_have_and_has_not_is_gone(world: Watched, pin: str) -> None:
    write(world, text=PROFILE.replace(OLD, pin))
    assert world.look() == (1, {"b": {("model-gone", "opus", pin, None, None)}})


def test_one_request_a_place_whatever_the_number_of_profiles(world: Watched) -> None:
    for number in range(12):
        region = ("us-east-1", "us-west-2", "us-east-2")[number % 3]
        write(world, f"p{number}", PROFILE.replace("us-east-1", region))
    code, findings = world.look()
    assert (code, len(findings)) == (1, 12)
    assert all(one == RETIRING for one in findings.values())
    assert len(world.lab.requests_for("ListInferenceProfiles")) == 3
    assert len(world.lab.requests_for("ListFoundationModels")) == 3


def test_identities_of_one_account_share_a_request_and_its_answer(world: Watched) -> None:
    account = '\n[expect]\naccount = "123456789012"\n'
    write(world, "a", PROFILE.replace("my-prod", "no-list") + account)
    write(world, "b", PROFILE.replace("my-prod", "readonly") + account)
    write(world, "c", PROFILE + account)
    assert world.look() == (1, dict.fromkeys("abc", RETIRING))
    assert len(world.lab.requests_for("ListFoundationModels")) <= 2


def test_a_profile_that_cannot_be_read_is_named_and_the_others_are_judged(world: Watched) -> None:
    write(world)
    write(world, "torn", "schema = 1\nsurf")
    code, findings = world.look()
    assert (code, findings) == (1, {"b": RETIRING, "torn": set()})
    done = world.here.run("drift", "--json", "torn")
    (told,) = document(done)["profiles"]
    assert (done.code, told["verdict"], "torn.toml" in told["problem"]) == (3, "unknown", True)
    assert world.here.run("drift", "--accept", "torn").code == 3
    assert world.here.run("drift", "missing").code == 2


def test_unreadable_secret_is_only_reported_as_not_checked(world: Watched) -> None:
    url = world.lab.base_urls["api-key"]
    world.here.init("a", "api-key", key="env:NOT_THERE", base_url=url, **{"models.opus": "claude-opus-5-5"})
    world.here.init("max", "subscription", plan="max-5x")
    done = world.here.run("drift", "--json")
    assert done.code == 3
    assert {name: {one[0] for one in rows} for name, rows in found(done).items()} == {
        "a": {"catalogue-unreachable"},
        "max": set(),
    }
    assert "no token for a request" in document(done)["profiles"][1]["skipped"]
    shown = world.here.run("drift")
    assert "NOT_THERE" in shown.out
    assert "2 profiles: 1 catalogue-unreachable, 1 not checked (a)" in shown.err


def test_without_a_profile_the_way_to_one_is_reported(world: Watched) -> None:
    assert "no profiles yet; create one with: ccsetup init" in world.here.ok("drift").err


def test_the_json_has_the_contracts_keys(world: Watched) -> None:
    write(world)
    (profile,) = document(world.here.run("drift", "--json"))["profiles"]
    assert {"profile", "verdict", "findings"} <= set(profile)
    assert profile["verdict"] == "warning"
    for finding in profile["findings"]:
        assert {"check", "tier", "model", "replacement", "date"} <= set(finding)
        world.here.ok("explain", finding["check"])


@pytest.mark.thorough
def test_parts_are_disjoint_complete_and_the_same_every_time(world: Watched, tmp_path: Path) -> None:
    regions = ("us-east-1", "us-west-2", "us-east-2", "us-west-1", "ca-central-1")
    for number, region in enumerate((*regions, *regions)):
        write(world, f"p{number}", PROFILE.replace("us-east-1", region))
    write(world, "torn", "x")
    whole = world.here.run("drift", "--json")
    files, seen = [], []
    for index in (1, 2, 3):
        done = world.here.run("drift", "--json", "--shard", f"{index}/3")
        assert found(world.here.run("drift", "--json", "--shard", f"{index}/3")) == found(done)
        seen += list(found(done))
        files.append(tmp_path / f"{index}.json")
        files[-1].write_text(done.out)
    assert sorted(seen) == sorted(found(whole))
    assert len(world.lab.requests_for("ListFoundationModels")) == len(regions) * 3
    merged = world.here.run("drift", "--merge", *map(str, files), "--json")
    assert (merged.code, document(merged)) == (whole.code, document(whole))
    shown = world.here.run("drift", "--merge", *map(str, files))
    assert (shown.code, "drift: 11 profiles: 10 model-retiring, 1 unreadable" in shown.err) == (1, True)
    assert "shard 3/3 is missing" in _refused(world.here.run("drift", "--merge", *map(str, files[:2])), 3)
    assert "already" in _refused(world.here.run("drift", "--merge", *map(str, [*files, files[0]])), 2)
    files[0].write_text("{}")
    assert "1.json" in _refused(world.here.run("drift", "--merge", *map(str, files)), 2)


@pytest.mark.parametrize(
    "flags",
    [
        ["--shard", "0/3"],
        ["--shard", "4/3"],
        ["--shard", "1/3", "--history"],
        ["--merge"],
        ["--fix", "--accept"],
        ["--yes"],
        ["--notify", "ftp://hooks.example/T0K3N"],
        ["--notify", "HTTPS:///T0K3N"],
        ["--notify", "http://[::1/T0K3N"],
        ["--notify", "http://hooks.example:99999/T0K3N"],
    ],
)
def test_what_makes_no_sense_is_refused_before_anyone_is_asked(world: Watched, flags: list[str]) -> None:
    write(world)
    assert "T0K3N" not in _refused(world.here.run("drift", *flags), 2)
    assert world.lab.requests == ()


def test_a_replacement_whose_id_begins_the_old_one_is_reported(world: Watched) -> None:
    write(world, text=PROFILE.replace(OLD, OPUS))
    world.model("anthropic.claude-opus-5-5", legacy=DAY("2026-11-01"), ends=DAY("2026-12-20"))
    told = world.here.run("drift").out
    assert f"{OPUS} ends on 2026-12-20" in told
    assert told.splitlines()[1].endswith(f"→ {OPUS.removesuffix('-5')}")


def _opus_6() -> Model:
    return Model("anthropic.claude-opus-6", "Claude Opus 6", profiles=("us",), starts=DAY("2027-01-01"))


def _refused(done: Done, code: int) -> str:
    assert (done.code, done.out) == (code, ""), done
    return done.err
