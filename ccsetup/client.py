"""Claude Code itself: how it is started so that no settings file of the user's defeats a profile.

Seen on 2.1.330. `--settings FILE` beats user, project and local settings key by key, and "" there switches a
variable off. But a credential blanked there is blank for the profile too. A profile with a secret therefore takes
CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST, with which the client ignores provider variables of those layers; together
with AWS_PROFILE that needs AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE in the environment.
"""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from ccsetup import environ, files
from ccsetup.environ import Change
from ccsetup.installed import PROGRAM
from ccsetup.refusal import Refusal
from ccsetup.secret import Secret
from ccsetup.settings import beaten
from ccsetup.surface import Knowledge, Surface
from ccsetup.world import World

_KEEP_SECONDS = 30 * 24 * 3600  # a session may run long, and reads the file again when it changes


def is_claude(word: str) -> bool:
    return Path(word).name in (PROGRAM, f"{PROGRAM}.exe")


def not_found(word: str) -> Refusal:
    return Refusal(f"there is no program {word!r} on the PATH", "check its name, or give its whole path")


def beating_settings(
    words: list[str], change: Change, knowledge: Knowledge, surface: Surface, world: World
) -> tuple[list[str], dict[str, str]]:
    """The command with `--settings FILE`, merged with one the user gave, and further variables for the child."""
    words, theirs = _taken(words)
    ours: dict[str, object] = {line: "" for line in _lines(knowledge) if _is_beaten(line, change, surface)}
    more: dict[str, str] = {}
    if any(isinstance(value, Secret) for value in change.values.values()):
        more["CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"] = "1"
        if change.values.get("AWS_PROFILE") or world.environment.get("AWS_PROFILE"):
            for name, file in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
                if not world.environment.get(name):
                    more[name] = str(world.home / ".aws" / file)
        env: dict[str, str] = {}
        # The client ignores them there anyway, and a credential must not be written down.
        foreign = (*knowledge.owned, *change.values)
        theirs = {**theirs, "env": {k: v for k, v in _mapping(theirs.get("env")).items() if k not in foreign}}
    else:
        env = environ.filed(change, knowledge)
    merged = {**theirs, **ours, "env": {**_mapping(theirs.get("env")), **env}}
    return [words[0], "--settings", str(_kept(world.cache / "run", merged)), *words[1:]], more


def _lines(knowledge: Knowledge) -> list[str]:
    return sorted({line for surface in knowledge.surfaces.values() for line in surface.settings})


def _is_beaten(line: str, change: Change, surface: Surface) -> bool:
    """Whether a settings line must go: another surface's always, this one's when it would beat the profile."""
    return line not in surface.settings or beaten(surface.settings[line], change)


def _taken(words: list[str]) -> tuple[list[str], dict[str, object]]:
    """The words without the user's own `--settings`, and what that says: of two, the client reads only the last."""
    rest: list[str] = []
    given: str | None = None
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "--":
            rest += [word, *words]
            break
        if word == "--settings" and words:
            given = words.pop(0)
        elif word.startswith("--settings="):
            given = word.partition("=")[2]
        else:
            rest.append(word)
    if given is None:
        return rest, {}
    try:
        text = given.encode() if given.lstrip().startswith("{") else Path(given).read_bytes()
        return rest, msgspec.json.decode(text, type=dict[str, object])
    except OSError as why:
        raise Refusal(f"--settings {given}: {why.strerror}") from why
    except msgspec.DecodeError as why:
        raise Refusal(f"--settings: {why}", "give a file or text that is valid JSON") from why


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _kept(folder: Path, content: dict[str, object]) -> Path:
    """A private file with this content, named by it: two runs share one, and none changes under a running client."""
    files.private_folder(folder)
    text = msgspec.json.encode(content)
    path = folder / f"{hashlib.sha256(text).hexdigest()[:16]}.json"
    old = time.time() - _KEEP_SECONDS
    for other in folder.glob("*.json"):
        with suppress(OSError):
            if other.stat().st_mtime < old:
                other.unlink()
    files.write(path, text, durable=False)
    return path
