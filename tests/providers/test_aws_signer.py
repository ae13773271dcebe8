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


LONG, SHORT = "AKIAABCDEFGHIJKLMNOP", "ASIAABCDEFGHIJKLMNOP"


@pytest.mark.parametrize(("key", "token", "named"), [(LONG, "old", True), (LONG, "", False), (SHORT, "own", False)])
def test_session_token_beside_long_term_keys_is_named(tmp_path: Path, key: str, token: str, named: bool) -> None:
    variables = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": token}
    facts = find_signer(variables, tmp_path).facts()
    assert (facts.get("beside"), facts.get("token_variable")) == (
        (" with AWS_SESSION_TOKEN", "AWS_SESSION_TOKEN") if named else ("", "")
    )
    (tmp_path / ".aws").mkdir()
    lines = f"aws_access_key_id = {key}\naws_secret_access_key = x\naws_session_token = {token}\n"
    (tmp_path / ".aws" / "credentials").write_text(f"[base]\n{lines}")
    (tmp_path / ".aws" / "config").write_text(
        "[profile dev]\nrole_arn = arn:aws:iam::111122223333:role/Claude\nsource_profile = base\n"
    )
    facts = find_signer({"AWS_PROFILE": "dev"}, tmp_path).facts()
    assert facts.get("token_profile") == ("base" if named else "")
