"""`init` with a sign-in that has expired: the command that renews it, and Enter tries again."""

import pytest

from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.system.errors import UserError
from ccsetup.wizard import provider
from ccsetup.wizard.draft import Verification


@pytest.mark.parametrize("slug", sorted(provider.SIGN_IN))
def test_expired_sign_in_may_pass_later_and_its_page_has_the_command(slug: str) -> None:
    assert pages.load_page(slug).remedy.commands
    assert provider.may_pass_later(Verification(None, Failed("denied", Finding(slug, {}))))


@pytest.mark.parametrize("slug", ["aws-region-invalid", "bedrock-iam-denied", "api-key-rejected"])
def test_other_faults_need_another_answer(slug: str) -> None:
    assert not provider.may_pass_later(Verification(None, Failed("denied", Finding(slug, {}))))
    assert not provider.may_pass_later(UserError("no"))
