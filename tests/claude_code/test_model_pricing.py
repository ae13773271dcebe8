"""The real client's own figures under `run`, with the prices that `prices` read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from tests.support.client_runner import CLIENTS, QUIET, require_client
from tests.support.desktop import executable
from tests.support.warm import Warm

OPUS, SONNET, HAIKU = (f"us.anthropic.claude-{name}-5-5" for name in ("opus", "sonnet", "haiku"))
BILLED = (10 * 4.4 + 1 * 22) / 1e6  # what the lab's answer holds, at the rate card of us-east-1
LISTED = (10 * 4 + 1 * 20) / 1e6  # what the client takes every surface to cost

ECHO = """#!/bin/sh
test "$1" = --version && echo 2.1.330
for word; do echo "$word"; done
echo "HOST=$CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


@pytest.fixture
def here(tmp_path: Path, lab: Lab) -> Iterator[Warm]:
    lab.forget()
    yield furnished(tmp_path, lab, require_client())
    lab.clear_faults()


def furnished(folder: Path, lab: Lab, client: Path) -> Warm:
    home = folder / "home"
    (home / "repo").mkdir(parents=True)
    extra = {**QUIET, **lab.environment(home), **lab.proxied, "LAB_BEARER": "ABSKQmVkcm9ja0FQSUtleS1sYWIw"}
    del extra["ANTHROPIC_BASE_URL"]
    here = Warm(home, extra)
    return Warm(home, {**extra, "PATH": f"{client.parent}:{here.environment['PATH']}"})


def bedrock(here: Warm, **answers: str) -> None:
    pins = {"models.opus": OPUS, "models.default": "opus"}
    given = {"aws_profile": "my-prod", "region": "us-east-1", **pins, **answers}
    here.init("b", "bedrock", **{key: value for key, value in given.items() if value})


def said(here: Warm, *words: str, name: str = "b") -> dict[str, Any]:
    """What the client says of one short run."""
    asked = ("run", name, "--", "claude", *words, "-p", "say pong", "--output-format", "json")
    done = here.run(*asked, cwd=here.home / "repo")
    assert done.code == 0, done.err + done.out
    found: dict[str, Any] = json.loads(done.out)
    assert found["result"] == "pong"
    return found


def basis(found: dict[str, Any]) -> str:
    [one] = found["modelUsage"].values()
    return str(one["costBasis"])


@pytest.mark.client
def test_figures_are_those_of_the_bill_once_prices_were_read(here: Warm) -> None:
    bedrock(here)
    before = said(here)
    assert (basis(before), before["total_cost_usd"]) == ("list", pytest.approx(LISTED, rel=1e-9))
    here.ok("prices", "b")
    after = said(here)
    assert (basis(after), after["total_cost_usd"]) == ("managed", pytest.approx(BILLED, rel=1e-9))


@pytest.mark.thorough
@pytest.mark.client
def test_bearer_token_and_settings_files_count_as_before(here: Warm, lab: Lab) -> None:
    """With the flag that managed settings need, no settings file moves a request."""
    bedrock(here, aws_profile="", bearer_token="env:LAB_BEARER")
    here.init("mine", "bedrock", aws_profile="my-prod", region="us-east-1", **{"models.opus": OPUS})
    (here.home / ".claude").mkdir(exist_ok=True)
    wrong = {"AWS_REGION": "eu-west-1", "AWS_PROFILE": "sandbox", "ANTHROPIC_DEFAULT_OPUS_MODEL": "claude-opus-4-8"}
    hook = {"Stop": [{"hooks": [{"type": "command", "command": "touch ~/hooked"}]}]}
    (here.home / ".claude" / "settings.json").write_text(json.dumps({"env": wrong, "hooks": hook}))
    for name, who in (("b", "bedrock-key"), ("mine", "my-prod")):
        here.ok("prices", name)
        lab.forget()
        assert basis(said(here, "--model", "opus", name=name)) == "managed"
        asked = lab.requests_for("InvokeModelWithResponseStream")
        assert {(one.place, one.identity, one.model) for one in asked} == {("us-east-1", who, OPUS)}
    assert (here.home / "hooked").exists()


@pytest.mark.thorough
@pytest.mark.client
def test_vertex_has_its_billing_accounts_prices(here: Warm) -> None:
    pins = {"models.opus": "claude-opus-5-5", "models.default": "opus"}
    here.init("v", "vertex", project="acme-ml", location="us", **pins)
    here.ok("prices", "v")
    found = said(here, name="v")
    assert (basis(found), found["total_cost_usd"]) == ("managed", pytest.approx((10 * 4.4 + 19.8) / 1e6, rel=1e-9))


@pytest.mark.thorough
@pytest.mark.client
def test_api_key_keeps_the_clients_own_prices(here: Warm) -> None:
    here.extra["LAB_KEY"] = "sk-ant-api03-lab-console-AAAA"  # type: ignore[index]
    here.init("k", "api-key", key="env:LAB_KEY", **{"models.opus": "claude-opus-5-5", "models.default": "opus"})
    here.ok("prices", "k")
    assert basis(said(here, name="k")) == "list"


@pytest.mark.thorough
@pytest.mark.client
def test_subcommand_of_the_client_takes_the_option_too(here: Warm) -> None:
    bedrock(here)
    here.ok("prices", "b")
    for words in (("mcp", "list"), ("--version",), ("config", "--help")):
        done = here.run("run", "b", "--", "claude", *words, cwd=here.home / "repo")
        assert done.code == 0, done.err + done.out


def given(here: Warm, *words: str) -> str:
    """The value of the option in the command that starts the client, empty without it."""
    client = executable(here.home / "bin" / "claude", ECHO)
    path = f"{client.parent}:{here.environment['PATH']}"
    told = here.run("run", "b", "--", "claude", *words, environment={"PATH": path}, cwd=here.home / "repo").out
    lines = told.splitlines()
    value = lines[lines.index("--managed-settings") + 1] if "--managed-settings" in lines else ""
    assert ("HOST=1" in lines) == ("modelPricing" in value)
    return value


@pytest.fixture
def bare(tmp_path: Path, lab: Lab) -> Iterator[Warm]:
    yield furnished(tmp_path, lab, tmp_path)
    lab.clear_faults()


def test_prices_are_given_as_numbers_by_pin(bare: Warm) -> None:
    bedrock(bare, **{"models.sonnet": SONNET, "models.haiku": HAIKU})
    assert given(bare) == ""
    bare.ok("prices", "b")
    wanted = {
        OPUS: {"input": 4.4, "output": 22, "cacheRead": 0.22, "cacheWrite": 5.5},
        SONNET: {"input": 2.2, "output": 11, "cacheRead": 0.11, "cacheWrite": 2.75},
    }
    assert json.loads(given(bare)) == {"modelPricing": {"overrides": wanted}}


@pytest.mark.thorough
def test_nothing_is_given_if_one_pin_has_no_price(bare: Warm) -> None:
    bedrock(bare, **{"models.sonnet": "us.anthropic.claude-opus-4-8"})
    assert bare.run("prices", "b").code == 1
    assert given(bare) == ""


@pytest.mark.thorough
def test_nothing_is_given_of_an_old_price(bare: Warm) -> None:
    bedrock(bare)
    bare.ok("prices", "b")
    assert given(bare)
    [file] = (bare.home / ".local/state/ccsetup/prices").glob("*.json")
    file.write_text(file.read_text().replace('"read_at":"2', '"read_at":"1'))
    assert given(bare) == ""


@pytest.mark.thorough
def test_published_list_is_not_a_clouds_price(bare: Warm, lab: Lab) -> None:
    lab.inject(Fault(Error(403, "PERMISSION_DENIED", "denied"), operation="ListBillingAccountServices"))
    bare.init("b", "vertex", project="acme-ml", location="us", **{"models.opus": "claude-opus-5-5"})
    bare.ok("prices", "b")
    assert given(bare) == ""


@pytest.mark.thorough
def test_managed_settings_of_the_users_own_stay_alone(bare: Warm) -> None:
    bedrock(bare)
    bare.ok("prices", "b")
    assert given(bare, "--managed-settings", '{"x":1}') == '{"x":1}'
    assert given(bare, "--managed-settings={}") == ""


@pytest.mark.client
@pytest.mark.parametrize("name", ["three-months", "one-year"])
def test_client_that_does_not_take_prices_is_given_none(tmp_path: Path, lab: Lab, name: str) -> None:
    here = furnished(tmp_path, lab, require_client(CLIENTS[name]))
    bedrock(here)
    here.ok("prices", "b")
    assert here.run("run", "b", "--", "claude", "--version", cwd=here.home / "repo").code == 0
