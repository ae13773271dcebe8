"""Saved profiles of a gateway that signs (CLAUDE_CODE_SKIP_…_AUTH), beside the user's `apiKeyHelper`."""

from collections.abc import Mapping

from tests.agree import aws, google
from tests.agree.kinds import PROJECT, RESOURCE, USER, Case

_PROFILES = {
    "Bedrock": ("bedrock", 'region = "us-east-1"\nbase_url = "@LAB"', "BEDROCK", aws.BEARER),
    "Mantle": ("mantle", 'region = "us-east-1"\nbase_url = "@LAB"', "MANTLE", aws.BEARER),
    "Vertex AI": (
        "vertex",
        'project = "acme-ml"\nlocation = "global"\nbase_url = "@LAB/v1"',
        "VERTEX",
        google.ADA.access_token,
    ),
    "Foundry": ("foundry", f'resource = "{RESOURCE.name}"', "FOUNDRY", RESOURCE.token),
}


def _case(name: str, key: str, path: str, token: str = "") -> tuple[Case, str]:
    surface, answers, flag, right = _PROFILES[name]
    answers += '\nauth_token = "file:@HOME/token"' if token else ""
    profile = f'schema = 1\nsurface = "{surface}"\n[set]\n{answers}\n[env]\nCLAUDE_CODE_SKIP_{flag}_AUTH = "1"\n'
    files = {path: {"apiKeyHelper": f"echo {key or right}"}, "token": token}
    return (files, {}), profile


SKIPPING: Mapping[str, tuple[Case, str]] = {
    **{f"the user's helper on {name}": _case(name, "", USER) for name in _PROFILES},
    **{f"the user's wrong helper on {name}": _case(name, "nobody", USER) for name in _PROFILES},
    **{f"a project's helper on {name}": _case(name, "", PROJECT) for name in ("Bedrock", "Vertex AI")},
}
BESIDE_TOKEN: Mapping[str, tuple[Case, str]] = {
    f"the user's wrong helper beside a token on {name}": _case(name, "nobody", USER, _PROFILES[name][3])
    for name in ("Bedrock", "Vertex AI")
}
"""`apply` declines to write the token in plain text."""
