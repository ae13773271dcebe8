"""Where the AWS credentials come from that sign a profile's requests, in words, and the AWS profile for `aws`."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ccsetup.providers.aws import client_files, sources
from ccsetup.providers.aws.client_files import Values


class Signer(NamedTuple):
    """`words` complete "credentials from …". `profile` is "" if no AWS profile is in play; `sso` and `login` are the
    profiles to sign in, by `aws sso login` and `aws login`: this one, or the one whose role it assumes."""

    words: str
    profile: str
    sso: str = ""
    login: str = ""


def find_signer(environment: Mapping[str, str], home: Path) -> Signer:
    """Return where the credentials come from. The order is Claude Code's (see `credentials`)."""
    if name := environment.get("AWS_PROFILE"):
        return _of_profile(name, client_files.read_files(environment, home).profiles)
    if sources.env_keys_sign(environment):
        return Signer("the environment", "")
    profiles = client_files.read_files(environment, home).profiles
    if sources.chain(profiles, "default")[0].kind != "none":  # a section may hold a region alone
        return _of_profile("default", profiles)
    if sources.web_identity(environment):
        return Signer("the web identity in AWS_WEB_IDENTITY_TOKEN_FILE", "")
    if sources.container(environment):
        return Signer("the container's role", "")
    return Signer("this machine", "")


def _of_profile(name: str, profiles: Mapping[str, Values]) -> Signer:
    last = sources.chain(profiles, name)[-1]
    match last.kind:
        case "login":
            sso, login = "", last.profile
        case "keys":
            sso, login = "", ""
        case "sso":
            sso, login = last.profile, ""
        case _:  # what its program or file says is not known; it may be SSO
            sso, login = name, ""
    return Signer(f"AWS profile {name}", name, sso, login)
