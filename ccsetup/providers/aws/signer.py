"""Where the AWS credentials come from that sign a profile's requests, in words, and the AWS profile for `aws`."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ccsetup.providers.aws import client_files, sources
from ccsetup.providers.aws.client_files import Values


class Signer(NamedTuple):
    """`words` complete "credentials from …". `profile` is "" if no AWS profile is in play; `sso` and `login` are the
    profiles to sign in, by `aws sso login` and `aws login`: this one, or the one whose role it assumes. `token` names a
    session token beside long-term keys, which have none, and `token_profile` the profile that has it."""

    words: str
    profile: str
    sso: str = ""
    login: str = ""
    token: str = ""
    token_profile: str = ""

    def facts(self) -> dict[str, str]:
        """The facts for pages; "" for what is not in play."""
        return {
            "signer": self.words,
            "aws_profile": self.profile,
            "sso_profile": self.sso,
            "login_profile": self.login,
            "beside": self.token and f" with {self.token}",
            "token_variable": "" if self.token_profile else self.token,
            "token_profile": self.token_profile,
        }


def find_signer(environment: Mapping[str, str], home: Path) -> Signer:
    """Return where the credentials come from. The order is Claude Code's (see `credentials`)."""
    if name := environment.get("AWS_PROFILE"):
        return _of_profile(name, client_files.read_files(environment, home).profiles)
    if sources.env_keys_sign(environment):
        key, variable = environment["AWS_ACCESS_KEY_ID"], "AWS_SESSION_TOKEN"
        return Signer("the environment", "", token=_leftover(key, environment.get(variable), variable))
    profiles = client_files.read_files(environment, home).profiles
    if sources.chain(profiles, "default")[0].kind != "none":  # a section may hold a region alone
        return _of_profile("default", profiles)
    if sources.web_identity(environment):
        return Signer("the web identity in AWS_WEB_IDENTITY_TOKEN_FILE", "")
    if sources.container(environment):
        return Signer("the container's role", "")
    return Signer("this machine", "")


def _of_profile(name: str, profiles: Mapping[str, Values]) -> Signer:
    last, token, holder = sources.chain(profiles, name)[-1], "", ""
    match last.kind:
        case "login":
            sso, login = "", last.profile
        case "keys":
            sso, login = "", ""
            values, line = profiles[last.profile], "aws_session_token"
            token = _leftover(values["aws_access_key_id"], values.get(line), line)
            holder = last.profile if token else ""
        case "sso":
            sso, login = last.profile, ""
        case _:  # what its program or file says is not known; it may be SSO
            sso, login = name, ""
    return Signer(f"AWS profile {name}", name, sso, login, token, holder)


def _leftover(key_id: str, token: str | None, name: str) -> str:
    """Return `name` if a session token is set beside a long-term key; "" otherwise."""
    return name if token and key_id.startswith("AKIA") else ""
