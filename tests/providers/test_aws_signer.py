"""Which AWS profile has to sign in: the one whose role a profile assumes, not the profile itself."""

from pathlib import Path

import pytest

from ccsetup.providers.aws.signer import find_signer

CONFIG = """
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1

[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Developer

[profile role]
role_arn = arn:aws:iam::111122223333:role/Claude
source_profile = dev

[profile second-role]
role_arn = arn:aws:iam::111122223333:role/Other
source_profile = role

[profile console]
login_session = arn:aws:iam::111122223333:user/jo

[profile console-role]
role_arn = arn:aws:iam::111122223333:role/Claude
source_profile = console

[profile keys]
aws_access_key_id = AKIAABCDEFGHIJKLMNOP
aws_secret_access_key = x

[profile program]
credential_process = /bin/true
"""


@pytest.mark.parametrize(
    ("profile", "sso", "login"),
    [
        ("dev", "dev", ""),
        ("role", "dev", ""),
        ("second-role", "dev", ""),
        ("console", "", "console"),
        ("console-role", "", "console"),
        ("keys", "", ""),
        ("program", "program", ""),
        ("missing", "missing", ""),
    ],
)
def test_profile_to_sign_in(tmp_path: Path, profile: str, sso: str, login: str) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(CONFIG)
    signer = find_signer({"AWS_PROFILE": profile}, tmp_path)
    assert (signer.profile, signer.sso, signer.login) == (profile, sso, login)
