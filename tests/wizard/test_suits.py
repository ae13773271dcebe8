"""`init`'s help to choose: by use, bill, geography and measured work, with the data of `choose`."""

import datetime

from ccsetup.advice.differences import load_differences
from ccsetup.lab.work import Team, write_fortnight
from tests.support.priced_world import here, lab, running
from tests.support.program import Program
from tests.support.wizard_run import DOWN, UP, start

__all__ = ["here", "lab", "running"]
GOOGLE = Team("vrtx_", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", (1, 1))
AWS, EU, REGULATED = (DOWN,), (DOWN, DOWN), (DOWN, DOWN, DOWN)


def test_company_on_aws_in_the_eu_gets_bedrock_in_an_eu_region(here: Program) -> None:
    run = start(here, "init")
    run.takes("reach Claude?", UP).takes("What is it for?", *REGULATED).takes("Which cloud bill", *AWS)
    run.takes("one geography?", *EU).takes("suits best").takes("Name of the profile", "team").takes("AWS credentials")
    for question in ("AWS region", "be served?", "changes it)", "Save it?"):
        run.takes(question)
    code, shown = run.ends()
    assert code == 0, shown
    text = (here.profiles / "team.toml").read_text()
    assert 'surface = "bedrock"' in text
    assert 'prefix = "eu"' in text
    assert any(f'region = "{region}"' in text for region in load_differences().residency["eu"])
    assert "on the bill of Google Cloud" in shown  # why Vertex AI cannot be picked
    assert "AWS profile" in shown  # what was found


def test_a_url_and_a_token_from_the_company_lead_to_the_gateway(here: Program) -> None:
    run = start(here, "init")
    run.takes("reach Claude?", UP).takes("What is it for?", UP, UP).takes("Name of the profile").sees("URL")
    run.does("\x03").ends()


def test_measured_work_is_priced_beside_each_surface(here: Program) -> None:
    write_fortnight(here.home / ".claude", datetime.datetime.now(datetime.UTC).date(), (GOOGLE,))
    here.ok("cost")
    run = start(here, "init")
    run.takes("reach Claude?", UP).takes("What is it for?", DOWN).takes("Which cloud bill").takes("one geography?")
    run.sees("suits best", "USD, last 30 days")
    _, shown = run.does("\x03").ends()
    assert "Nothing was saved." in shown


def test_without_verification_no_price_is_asked_for(here: Program) -> None:
    write_fortnight(here.home / ".claude", datetime.datetime.now(datetime.UTC).date(), (GOOGLE,))
    here.ok("cost")
    run = start(here, "init", "--no-verify", environment={"HTTPS_PROXY": "http://127.0.0.1:9"})
    run.takes("reach Claude?", UP).takes("What is it for?").takes("Which cloud bill").takes("one geography?")
    run.sees("suits best", "Claude Pro, 20 USD a month")
    assert run.does("\x03").ends()[0] == 130
