"""botocore's data about services, shared by all sessions: each copy would take 12 MB."""

import re
from functools import cache
from typing import Any

_USED = re.compile(
    r"bedrock(-runtime)?|servicequotas|monitoring|api\.pricing|organizations|account|iam|sts|portal\.sso|oidc|signin"
)
"""Endpoint prefixes of the services that are asked, and of those that sign in."""


@cache
def loader() -> Any:  # noqa: ANN401 - botocore's own type
    """botocore's loader of service models. Of its list of endpoints, a megabyte for 300 services, it keeps the few that
    are used here."""
    from botocore.loaders import create_loader

    made = create_loader()
    for partition in made.load_data("endpoints")["partitions"]:
        partition["services"] = {name: one for name, one in partition["services"].items() if _USED.fullmatch(name)}
    return made
