"""Shows what a profile would do here, and asks the user to allow it."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ccsetup.knowledge import urls
from ccsetup.profile.outcome import OWN_ENTRY, Kind, Need, Outcome
from ccsetup.profile.profile import Profile
from ccsetup.system import console, decoding, files, prompt
from ccsetup.system.display import visible
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace

_HEADS: tuple[tuple[Kind, str], ...] = (
    ("variable", "sets"),
    ("host", "sets an address"),
    ("program", "sets what is run"),
    ("path", "uses a path"),
)
_LONGEST = 2000  # characters shown of one value
_LONGEST_FILE = 1 << 16  # bytes read of a credentials file
_REMOTE = ("token_url", "universe_domain", "service_account_impersonation_url")


def show(workspace: Workspace, name: str, profile: Profile, outcome: Outcome) -> None:
    """Print every variable, program and path that needs permission, every secret, and where each would go."""
    home = str(workspace.system.home)
    lines = [(head, _assignment(need)) for kind, head in _HEADS for need in outcome.needs_of(kind)]
    lines += [("", line) for need in outcome.needs_of("path") for line in _in_file(Path(need.value))]
    lines += [("requests go to", host) for host in outcome.hosts]
    hosts = ", ".join(outcome.hosts)
    lines += [(_verb(need), f"{_shown(need)} → {hosts}") for need in outcome.needs_of("secret")]
    console.say(f"profile {name} ({profile.surface}) would do this here:")
    for head, text in lines:
        shown = visible(text)
        more = f"… ({len(shown):,} characters; see all of it: ccsetup show {name})" if len(shown) > _LONGEST else ""
        console.say(console.redact(f"  {head:<16} {shown[:_LONGEST]}{more}", home))


def ask_permission(workspace: Workspace, names: Sequence[str], *, yes: bool) -> bool:
    """Ask whether the user allows what was shown; raises UserError without a terminal."""
    if len(names) == 1:
        return prompt.confirm(f"Allow profile {names[0]} to do this?", workspace.system, yes=yes)
    console.say(f"all of this would be allowed: {', '.join(names)}")
    return prompt.confirm(f"Allow these {len(names)} profiles to do this?", workspace.system, yes=yes)


def announce(workspace: Workspace, name: str, profile: Profile) -> bool:
    """Print after an import what needs permission, and which secrets have to be stored; return whether it needs it."""
    needed = needs_permission(workspace, name, profile)
    if needed:
        show(workspace, name, profile, workspace.outcome(name, profile))
        console.say(f"  not used until you allow it: ccsetup trust {name}")
    for answer, reference in workspace.references(profile).items():
        if reference == OWN_ENTRY:
            console.say(f"  store its {answer} with: ccsetup key {name} {answer} --set")
    return needed


def needs_permission(workspace: Workspace, name: str, profile: Profile) -> bool:
    """Whether the profile needs permission."""
    return workspace.untrusted(name, profile) is not None


def warn_if_untrusted(workspace: Workspace, name: str, profile: Profile) -> None:
    """Print that the profile is not trusted, for a command that only reads it."""
    if needs_permission(workspace, name, profile):
        console.say(f"{name} is not trusted; see what it would do: ccsetup trust {name}")


def _assignment(need: Need) -> str:
    value = need.value.encode("ascii", "backslashreplace").decode() if need.kind == "host" else need.value
    return f"{need.name}={value}"


def _shown(secret: Need) -> str:
    return f"the secret stored for it ({OWN_ENTRY})" if secret.name == OWN_ENTRY else secret.name


def _verb(secret: Need) -> str:
    return "runs, and sends" if secret.name.startswith(("cmd:", "op:")) else "sends"


def _in_file(path: Path) -> list[str]:
    """Return the programs that a credentials file runs and the hosts that it calls; empty for other files."""
    try:
        text = files.read(path) if path.stat().st_size <= _LONGEST_FILE else b""
        content = decoding.from_json_of_any_form(text)
        source = content.get("credential_source") or {}
        parts = {key: urlsplit(str(content[key])) for key in _REMOTE if content.get(key)}
        details = {key: urls.in_ascii(each.netloc or each.path) for key, each in parts.items()}
        details |= {"url": urls.in_ascii(urlsplit(str(source["url"])).netloc)} if source.get("url") else {}
        details |= {"executable": str(source["executable"]["command"])} if source.get("executable") else {}
    except (OSError, UserError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []
    return [f"its {key}: {value}" for key, value in details.items()]
