"""The profile of Anthropic's own tools (`ant auth login`) that Claude Code signs with where no key or token does.

Seen on 2.1.332: `configs/NAME.json` and `credentials/NAME.json` in ANTHROPIC_CONFIG_DIR, else in `anthropic` of
XDG_CONFIG_HOME or `~/.config`. One that ANTHROPIC_PROFILE names comes before a Claude login, and so does a federation;
one that is merely there comes after it. One that gives no credential is passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsetup.system import lenient

VARIABLE = "ANTHROPIC_PROFILE"
_FEDERATION = "oidc_federation"
_OAUTH = "user_oauth"


@dataclass(frozen=True, slots=True)
class AnthropicProfile:
    """`named`: by ANTHROPIC_PROFILE; `base_url` is its own host, "" for Anthropic's."""

    name: str
    path: Path
    kind: str
    named: bool
    base_url: str = ""

    @property
    def beats_login(self) -> bool:
        """Whether it signs where a Claude login is saved too."""
        return self.named or self.kind == _FEDERATION


def signing_profile(environment: Mapping[str, str], home: Path, *, has_login: bool) -> AnthropicProfile | None:
    """Return the profile that signs where no key, token or helper does; None if a login does, or nothing."""
    profile = find_profile(environment, home)
    return profile if profile is not None and (profile.beats_login or not has_login) else None


def find_profile(environment: Mapping[str, str], home: Path) -> AnthropicProfile | None:
    """Return the profile that Claude Code considers in this environment; None if none gives a credential."""
    folder = _folder(environment, home)
    name = environment.get(VARIABLE, "").strip()
    named = bool(name)
    name = name or _text(folder / "active_config") or "default"
    path = folder / "configs" / f"{name}.json"
    config = lenient.read_json(path, [])
    authentication = lenient.table(config, "authentication")
    kind = lenient.text_value(authentication, "type") or ""
    if kind == _OAUTH:
        credentials = lenient.text_value(authentication, "credentials_path")
        kind = kind if _text(Path(credentials or folder / "credentials" / f"{name}.json")) else ""
    if kind not in (_OAUTH, _FEDERATION):
        return None
    return AnthropicProfile(name, path, kind, named, (lenient.text_value(config, "base_url") or "").strip())


def _folder(environment: Mapping[str, str], home: Path) -> Path:
    if own := environment.get("ANTHROPIC_CONFIG_DIR", "").strip():
        return Path(own)
    config = environment.get("XDG_CONFIG_HOME", "").strip()
    return (Path(config) if config else home / ".config") / "anthropic"


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(1 << 16).strip()
    except OSError:
        return ""
