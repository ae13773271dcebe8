"""The identity with which a profile sends requests: the single definition of when two requests are the same.

Sessions, requests, cached catalogues and drift's places are shared by it. Exclusions are an allow list: a setting or
variable that is not known to be harmless makes two profiles different.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from ccsetup.profile.profile import REFERENCES, Profile
from ccsetup.system import files

_LARGEST = 1 << 20  # bytes of a file that holds a secret
# Settings that say what is requested, not by whom; the place is compared separately.
_HARMLESS_SETTINGS = ("region", "location", "prefix", "plan", "service_tier", "allow_http")
_HARMLESS_VARIABLES = re.compile(
    r"ANTHROPIC_(DEFAULT_\w+_|SMALL_FAST_)?MODEL\w*|CLAUDE_CODE_(MAX|DISABLE|ENABLE|USE|SUBAGENT|EFFORT)_\w+|MAX_\w+"
    r"|DISABLE_\w+|ENABLE_\w+|BASH_\w+|MCP_\w+|API_TIMEOUT_MS|LANG|LC_\w+|TZ|TERM|NO_COLOR|VERTEX_REGION_\w+"
    r"|AWS_(DEFAULT_)?REGION|AWS_PAGER|AWS_DEFAULT_OUTPUT|AWS_RETRY_MODE|AWS_MAX_ATTEMPTS|AWS_CA_BUNDLE"
    r"|AWS_EXECUTION_ENV|AWS_(CLI|SDK)_\w+"
    # They belong to an access key id, which is included.
    r"|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_(CREDENTIAL|SESSION)_EXPIRATION"
)
_AMBIENT = re.compile(r"(AWS|GOOGLE|GCLOUD|GCE|CLOUDSDK|ANTHROPIC|FOUNDRY|AZURE)_\w+|CLAUDE_CONFIG_DIR|HOME")


def declared_identity(name: str, profile: Profile) -> tuple[str, ...]:
    """The profile's own part of the identity. A secret in the profile's keyring entry belongs to it alone."""
    settings = [f"{key}={value}" for key, value in sorted(profile.set.items()) if key not in _HARMLESS_SETTINGS]
    own = [f"name={name}"] if "keyring:" in profile.set.values() else []
    return (profile.surface, *settings, *_telling(profile.env), *own)


def ambient_identity(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The environment's part of the identity: identities and endpoints of this shell."""
    return _telling({name: value for name, value in environment.items() if _AMBIENT.fullmatch(name)})


def secret_digests(profile: Profile, environment: Mapping[str, str], home: Path) -> tuple[str, ...]:
    """Digests of the secrets that can be read without running a program: in a variable or a file."""
    references = sorted({value for value in profile.set.values() if value.startswith(REFERENCES)})
    return tuple(f"{reference} {_digest(reference, environment, home)}" for reference in references)


def _telling(variables: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{name}={value}" for name, value in sorted(variables.items()) if not _HARMLESS_VARIABLES.fullmatch(name)
    )


def _digest(reference: str, environment: Mapping[str, str], home: Path) -> str:
    kind, _, rest = reference.partition(":")
    if kind == "env":
        content = environment.get(rest, "").encode(errors="surrogateescape")
    elif kind == "file":
        path = home / rest[2:] if rest.startswith("~/") else Path(rest)
        try:
            content = files.read_named(path, _LARGEST)
        except OSError:
            content = b""
    else:
        return ""
    return hashlib.sha256(content).hexdigest()
