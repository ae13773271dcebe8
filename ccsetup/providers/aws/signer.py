"""Where the AWS credentials come from that sign a profile's requests, in words, and the AWS profile for `aws`."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ccsetup.providers.aws import client_files

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


class Signer(NamedTuple):
    """`words` complete "credentials from …". `profile` is "" if no AWS profile is in play."""

    words: str
    profile: str


def find_signer(environment: Mapping[str, str], home: Path) -> Signer:
    """Return where the credentials come from. The order is Claude Code's (see `credentials`)."""
    if name := environment.get("AWS_PROFILE"):
        return Signer(f"AWS profile {name}", name)
    if all(environment.get(key) for key in _KEYS):
        return Signer("the environment", "")
    if "default" in client_files.read_files(environment, home).profiles:
        return Signer("AWS profile default", "default")
    if environment.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        return Signer("the web identity in AWS_WEB_IDENTITY_TOKEN_FILE", "")
    if any(environment.get(name) for name in _CONTAINER):
        return Signer("the container's role", "")
    return Signer("this machine", "")
