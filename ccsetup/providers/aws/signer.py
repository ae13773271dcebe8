"""Where the AWS credentials come from that sign a profile's requests, in words, and the AWS profile for `aws`."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ccsetup.providers.aws import client_files
from ccsetup.providers.aws.sources import CONTAINER, ENV_KEYS, chain


class Signer(NamedTuple):
    """`words` complete "credentials from …". `profile` is "" if no AWS profile is in play."""

    words: str
    profile: str


def find_signer(environment: Mapping[str, str], home: Path) -> Signer:
    """Return where the credentials come from. The order is Claude Code's (see `credentials`)."""
    if name := environment.get("AWS_PROFILE"):
        return Signer(f"AWS profile {name}", name)
    if all(environment.get(key) for key in ENV_KEYS):
        return Signer("the environment", "")
    profiles = client_files.read_files(environment, home).profiles
    if chain(profiles, "default")[0].kind != "none":  # a section may hold a region alone
        return Signer("AWS profile default", "default")
    if environment.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        return Signer("the web identity in AWS_WEB_IDENTITY_TOKEN_FILE", "")
    if any(environment.get(name) for name in CONTAINER):
        return Signer("the container's role", "")
    return Signer("this machine", "")
