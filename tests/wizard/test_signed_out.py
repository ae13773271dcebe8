"""`init` with a sign-in that has expired: the command that renews it, and Enter tries again."""

import pytest

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.system.errors import UserError
from ccsetup.wizard import provider
from ccsetup.wizard.draft import Verification
from tests.support.program import Program
from tests.support.wizard_run import CTRL_C, start

SIGNED_OUT = """[profile corp]
sso_session = s
sso_account_id = 123456789012
sso_role_name = dev
region = us-west-2
[sso-session s]
sso_start_url = https://acme.example
sso_region = us-east-1
"""


@pytest.mark.parametrize("slug", sorted(provider.SIGN_IN))
def test_expired_sign_in_may_pass_later_and_its_page_has_the_command(slug: str) -> None:
    assert pages.load_page(slug).remedy.commands
    assert provider.may_pass_later(Verification(None, Failed("denied", Finding(slug, {}))))


@pytest.mark.parametrize("slug", ["aws-region-invalid", "bedrock-iam-denied", "api-key-rejected"])
def test_other_faults_need_another_answer(slug: str) -> None:
    assert not provider.may_pass_later(Verification(None, Failed("denied", Finding(slug, {}))))
    assert not provider.may_pass_later(UserError("no"))


@pytest.mark.thorough
def test_enter_tries_again_after_the_command_was_shown(program: Program) -> None:
    (program.home / ".aws").mkdir()
    (program.home / ".aws" / "config").write_text(SIGNED_OUT)
    run = start(program, "init", "b", "--surface", "bedrock")
    run.takes("AWS credentials").sees("aws sso login --profile corp").takes("AWS region")
    run.sees("aws sso login --profile corp").takes("What now?").sees("has expired").sees("What now?").does(CTRL_C)
    code, shown = run.ends()
    assert (code, "Which one?" in shown) == (130, False)
