"""A `claude` that is a script: which client it starts, which variables it sets first, and which options it adds. It is
read, and not run."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.knowledge import decisive_settings
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.system import process

PROGRAM = "claude"
_LARGEST = 1 << 16  # bytes
_TOO_LARGE = "\0"  # stands for a text that is not read: no script has this character
_DEPTH = 3  # wrappers that start wrappers
_USUAL = "PATH"  # many scripts add a folder to it
_COMMENT = re.compile(r"^\s*(#|//|rem\b|::).*", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]{3,}\b")
# Where a name is given a value or taken out: NAME=…, unset NAME, set -gx NAME …, environ["NAME"], process.env.NAME = …
_SETS = (
    r"(?:\b{0}:?=|\bunset\b[^\n;&|]*\b{0}\b|\bset\s+-\w+\s+{0}\b|-u\s+{0}\b"
    r"|\benv(?:iron)?\b\W{{1,3}}{0}\W{{0,2}}\s*=[^=])"
)
_READS_MORE = re.compile(r"(?:^|[;&|]|\bthen\b|\bdo\b)\s*(?:source|\.|eval)\s+[^\n]", re.MULTILINE)
# Programs that set variables of their own, or start a client elsewhere: in a container, on another host, of a package.
_BY_ANOTHER = re.compile(
    r"\b(aws-vault|op\s+run|direnv\s+exec|dotenv|doppler\s+run|infisical\s+run|chamber\s+exec|ccsetup\s+run"
    r"|(?:docker|podman)\s+(?:compose\s+)?(?:run|exec)|kubectl\s+exec|devcontainer\s+exec|distrobox\s+enter"
    r"|ssh(?=\s)|wsl(?:\.exe)?(?=\s)|sudo(?=\s)|npx|bunx|(?:pnpm|yarn)\s+dlx|nix\s+(?:run|shell|develop))\b"
)
# `claude` by its name alone, which is searched for on the PATH; and what searches elsewhere.
_BARE = re.compile(r"""(?<![\w./\\$}-])["']?claude["']?(?=[\s;|&)]|$)""", re.MULTILINE)
_SEARCHES_ELSEWHERE = re.compile(r"\bPATH\b[\"']?\]?\s*=|\b(?:asdf|mise|volta|rtx)\s+(?:exec|x|run)\b")
_PATH = re.compile(r"""["']?((?:[~/$.]|[A-Za-z]:)[^\s"';|&<>]*?(?:claude(?:\.exe)?|cli\.m?js))["']?(?=[\s;|&),]|$)""")
# Options of the client that decide, on a line that hands the user's own on.
_OPTIONS = re.compile(
    r"""(?<=[\s"'])--(?:model|fallback-model|settings|setting-sources|agent|bare|betas|cloud|safe-mode|restricted)(?=[\s"'=])"""
)
_HANDS_ON = re.compile(r"\$@|\$\*|\$\{@|%\*|@args|sys\.argv|process\.argv")
_REAL_FOLDER = re.compile(
    r"""\$\(dirname "?\$\((?:readlink -f|realpath) "?\$(?:0|\{?BASH_SOURCE(?:\[0\])?\}?)"?\)"?\)"""
)
_FOLDER = re.compile(
    r"\$\{?(?:basedir|here|dir|DIR|SCRIPT_DIR)\b\}?|\$\(dirname \"?(?:\$0|\$\{?BASH_SOURCE(?:\[0\])?\}?)\"?\)"
)
_HOME = re.compile(r"^~|\$\{?HOME\}?")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A script called `claude`. `starts` is the client that it starts, None if the text does not tell; `sets` are the
    variables that it sets, and the options that it adds, that decide what Claude Code does; `by` names how it may set
    more."""

    path: Path
    starts: Path | None
    sets: tuple[str, ...] = ()
    by: str = ""

    @property
    def is_transparent(self) -> bool:
        """Whether Claude Code does the same with and without it."""
        return not self.sets and not self.by

    def findings(self) -> Iterator[Finding]:
        if not self.is_transparent:
            what = f"sets {', '.join(self.sets)}" if self.sets else f"may set variables by {self.by}"
            yield Finding("claude-wrapper", {"path": str(self.path), "what": what, "starts": str(self.starts or "")})


def read_wrapper(path: Path, environment: Mapping[str, str]) -> Wrapper | None:
    """Return what the script at `path` starts and sets; None for the client itself and its own launchers."""
    text = _script(path)
    if text is None:
        return None
    found = Wrapper(path, _started(path, text, environment), tuple(_set_by(text)), _other_means(text))
    for _ in range(_DEPTH):
        inner = _script(found.starts) if found.starts else None
        if inner is None or found.starts is None:
            break
        sets = tuple(dict.fromkeys((*found.sets, *_set_by(inner))))
        found = replace(
            found, starts=_started(found.starts, inner, environment), sets=sets, by=found.by or _other_means(inner)
        )
    return found


def _script(path: Path) -> str | None:
    """Return the text of a script that is not part of Claude Code's own package; None for anything else."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
        real = path.resolve()
    except OSError:
        return None
    is_script = text.startswith(b"#!") or path.suffix.lower() in (".cmd", ".bat", ".ps1")
    if not is_script or b"\0" in text or "claude-code" in real.parts:
        return None
    if len(text) > _LARGEST:
        return _TOO_LARGE
    first, end, rest = text.decode(errors="replace").partition("\n")
    begins = first[2:].rstrip() + ' "$@"' if first.startswith("#!") else first  # `#!/usr/bin/env -S NAME=… bash`
    return _COMMENT.sub("", begins + end + rest)


def _started(path: Path, text: str, environment: Mapping[str, str]) -> Path | None:
    """Return the program that the script names by its path, else the next `claude` on the PATH if it names that; None
    if what it names does not exist, or the text does not tell."""
    is_missing = False
    text = _FOLDER.sub(lambda _: str(path.parent), _REAL_FOLDER.sub(lambda _: str(path.resolve().parent), text))
    for match in _PATH.finditer(text):
        named = _HOME.sub(lambda _: environment.get("HOME", ""), match[1])
        candidate = Path(os.path.normpath(named))
        if candidate.is_absolute() and candidate.is_file() and not candidate.samefile(path):
            return candidate
        is_whole = not text[: match.start()].endswith((")", "}"))
        is_missing = is_missing or (is_whole and candidate.is_absolute() and not candidate.exists())
    if is_missing or not _BARE.search(text) or _SEARCHES_ELSEWHERE.search(text):
        return None
    folders = environment.get("PATH", "").split(os.pathsep)
    own = str(path.parent)
    after = folders[folders.index(own) + 1 :] if own in folders else []
    found = process.find(PROGRAM, {**environment, "PATH": os.pathsep.join(after)}) if after else None
    return Path(found) if found else None


def _set_by(text: str) -> Iterator[str]:
    """Yield the variables that the script sets or removes, and the options that it adds, that decide what Claude Code
    does."""
    deciding, known = decisive_settings.load(), load_surfaces()
    for name in dict.fromkeys(_NAME.findall(text)):
        decides = name in known.variables or deciding.decides_anywhere(name)
        if decides and name != _USUAL and re.search(_SETS.format(re.escape(name)), text):
            yield name
    lines = text.replace("\\\n", " ").splitlines()
    yield from dict.fromkeys(found for line in lines if _HANDS_ON.search(line) for found in _OPTIONS.findall(line))


def _other_means(text: str) -> str:
    """Return how the script may set variables that its text does not name; "" if it does not."""
    if text == _TOO_LARGE:
        return "what ccsetup does not read: it is larger than 64 KiB"
    another = _BY_ANOTHER.search(text)
    more = _READS_MORE.search(text)
    return " ".join(another[1].split()) if another else more[0].strip(" ;&|\n").split()[0] if more else ""
