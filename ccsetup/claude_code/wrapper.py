"""A `claude` that is a script: which client it starts, which variables it sets first, and which options it adds. It is
read, and not run."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.knowledge import decisive_settings
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.system import presence, process

PROGRAM = "claude"
_LARGEST = 1 << 16  # bytes
_LONGEST = 1000  # characters of a line: some patterns take time by its square
_TOO_LARGE = "\0"  # stands for a text that is not read: no script has this character
_DEPTH = 3  # wrappers that start wrappers
_USUAL = "PATH"  # many scripts add a folder to it
_COMMENT = re.compile(r"(#|//|rem\b|::)", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]{3,}\b")
# Where a name is given a value or taken out: NAME=…, unset NAME, set -gx NAME …, environ["NAME"], process.env.NAME = …
_SETS = (
    r"(?:\b{0}:?=|\bunset\b[^\n;&|]*\b{0}\b|\bset\s+-\w+\s+{0}\b|-u\s+{0}\b"
    r"|\benv(?:iron)?\b\W{{1,3}}{0}\W{{0,2}}\s*=[^=])"
)
# What prints, and what only reads a variable: a name elsewhere may be set there, whatever the language.
_PRINTS = re.compile(r"(?:^|[;&|({]|\b(?:then|do|else)\b)\s*(?:echo|printf(?!\s+-v)|print)\b[^\n;|&]*", re.MULTILINE)
_READS = re.compile(
    r"""(?i:\$env:)\w+(?!\s*=[^=])|\$ENV\{\w+\}(?!\s*=[^=~])|\$\{?[A-Za-z_]\w*\b(?!:?=)|%\w+%|(?<!printf )-v\s+\w+"""
    r"""|\b(?:get|getenv)\(\s*["']\w+["']|\benv(?:iron)?(?:\.\w+\b|\[["']\w+["']\])(?!\s*=[^=])|["']\w+["']\s+(?:not\s+)?in\b"""
)
_STARTS = r"(?:^|[;&|]|\b(?:then|do|else)\b)\s*"
_VALUES = r"(?:[ \t]+\w+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s;&|]*))*"
# Lines that may set any variable: {pattern: how}; and those after which Claude Code is started elsewhere.
_SETS_ANY = {
    re.compile(_STARTS + r"(?:source|\.|eval)\s+[^\n]", re.MULTILINE): "",
    re.compile(rf"\b(?:export|setenv|(?:declare|typeset)\s+-\w*x\w*){_VALUES}[ \t]+[\"']?[^\s=;&|]*[$`]"): "export",
    re.compile(r"\bunset\b[^\n;&|]*[$`]"): "unset",
    re.compile(r"\bprintf\s+-v\s+[\"']?\$"): "printf -v",
    re.compile(rf"\benv(?:[ \t]+-u[ \t]*\w+|[ \t]+--?[\w=-]+)*{_VALUES}[ \t]+[\"']?(?:\$(?!@|\*|\{{?HOME\b)|`)"): "env",
    re.compile(r"\benv[ \t]+(?:[^\s;&|]+[ \t]+)*?(?:-i|--ignore-environment|-)\s"): "env -i",
    re.compile(
        r"\benviron\.update\((?!\s*\{)|\benviron\s*\|=|\bputenv\(|\benv(?:iron)?\[(?![\"'])"
    ): "a whole environment",
    re.compile(r"\benv\s*[:=]\s*\{(?![^}]*(?:environ|process\.env))|\benviron\s*=[^=]"): "a whole environment",
}
_MOVES = re.compile(_STARTS + r"(?:cd|pushd)\s+[^\n]|\bchdir\(|\bcwd\s*[:=]", re.MULTILINE)
# Programs that set variables of their own, or start a client elsewhere: in a container, on another host, of a package.
_BY_ANOTHER = re.compile(
    r"\b(aws-vault|op\s+run|direnv\s+exec|dotenv|doppler\s+run|infisical\s+run|chamber\s+exec|ccsetup\s+run"
    r"|(?:docker|podman)\s+(?:compose\s+)?(?:run|exec)|kubectl\s+exec|devcontainer\s+exec|distrobox\s+enter"
    r"|ssh(?=\s)|wsl(?:\.exe)?(?=\s)|sudo(?=\s)|npx|bunx|(?:pnpm|yarn)\s+dlx|nix\s+(?:run|shell|develop))\b"
)
# `claude` by its name alone, which is searched for on the PATH; and what searches elsewhere.
_BARE = re.compile(r"""(?<![\w./\\$}-])["']?claude["']?(?=[\s;|&)]|$)""", re.MULTILINE)
_BY_MANAGER = re.compile(r"\b(?:asdf|mise|volta|rtx)\s+(?:exec|x|run)\b")
_SEARCHES_ELSEWHERE = re.compile(rf"\bPATH\b[\"']?\]?\s*=|{_BY_MANAGER.pattern}")
_PATH = re.compile(r"""["']?((?:[~/$.]|[A-Za-z]:)[^\s"';|&<>]*?(?:claude(?:\.exe)?|cli\.m?js))["']?(?=[\s;|&),]|$)""")
# Options of the client that decide.
_OPTIONS = re.compile(
    r"""(?<=[\s"'(=])--(?:model|fallback-model|settings|setting-sources|agent|bare|betas|cloud|safe-mode|restricted)(?=[\s"'=])"""
)
_HANDS_ON = re.compile(r"\$@|\$\*|\$\{@|%\*|@args|@ARGV|sys\.argv|process\.argv")
_HANDED_ON = re.compile(r"""\bclaude["']?(?=\s)([^\n;&|]*?)["']?\$(?:@|\*|\{@)""")
_ARGUMENT = re.compile(r"""(?<=\s)["']?\$\{?([A-Za-z_]\w*)(?:\[@\])?\}?["']?(?=\s|$)""")
_UNTOLD = "may start another program than Claude Code"
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
    variables that it sets, and the options that it adds, that decide what Claude Code does; `may` says what else may
    decide."""

    path: Path
    starts: Path | None
    sets: tuple[str, ...] = ()
    may: str = ""

    @property
    def is_transparent(self) -> bool:
        """Whether Claude Code does the same with and without it."""
        return not self.sets and not self.may

    def findings(self) -> Iterator[Finding]:
        if not self.is_transparent:
            what = f"sets {', '.join(self.sets)}" if self.sets else self.may
            yield Finding("claude-wrapper", {"path": str(self.path), "what": what, "starts": str(self.starts or "")})


def read_wrapper(path: Path, environment: Mapping[str, str]) -> Wrapper | None:
    """Return what the script at `path` starts and sets; None for the client itself and its own launchers."""
    text = _script(path)
    if text is None:
        return None
    found = _wrapper(path, text, environment)
    for _ in range(_DEPTH):
        inner = _script(found.starts) if found.starts else None
        if inner is None or found.starts is None:
            return found
        last = _wrapper(found.starts, inner, environment)
        sets = tuple(dict.fromkeys((*found.sets, *last.sets)))
        found = replace(found, starts=last.starts, sets=sets, may=found.may or last.may)
    return replace(found, may=found.may or _UNTOLD)


def _wrapper(path: Path, text: str, environment: Mapping[str, str]) -> Wrapper:
    """One script. What hands its arguments to a program that its text does not tell may start any."""
    if not _has_interpreter(path, environment):
        return Wrapper(path, None)
    clients = list(dict.fromkeys(client.resolve() for client in _started(path, text, environment)))
    sets = tuple(_set_by(text))
    may = next(_other_means(text, sets), "")
    if len(clients) > 1:
        may = may or "chooses one of several clients"
    elif not clients and _HANDS_ON.search(text.partition("\n")[2]) and not _BY_MANAGER.search(text):
        may = may or _UNTOLD
    return Wrapper(path, clients[0] if clients else None, sets, may)


def _has_interpreter(path: Path, environment: Mapping[str, str]) -> bool:
    """Whether the system can run the script: not if its first line ends as on Windows, or names a missing program."""
    with path.open("rb") as file:
        first = file.readline(_LARGEST).decode(errors="replace").removesuffix("\n")
    words = first[2:].split()
    if not first.startswith("#!") or not words:
        return True
    named = next((word for word in words[1:] if not word.startswith("-") and "=" not in word), "")
    is_by_name = Path(words[0]).name == "env" and named
    is_found = process.find(named, environment) if is_by_name else presence.is_file(Path(words[0]))
    return bool(is_found) and not first.endswith("\r")


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
    lines = [line.strip() for line in (begins + end + rest).replace("\\\n", " ").splitlines()]
    lines = [line for line in lines if line and not _COMMENT.match(line)]
    return _TOO_LARGE if any(len(line) > _LONGEST for line in lines) else "\n".join(lines)


def _started(path: Path, text: str, environment: Mapping[str, str]) -> list[Path]:
    """Return the programs that the script names by their paths, else the next `claude` on the PATH if it names that;
    none if what it names does not exist, or the text does not tell."""
    is_missing = False
    found: list[Path] = []
    text = _FOLDER.sub(lambda _: str(path.parent), _REAL_FOLDER.sub(lambda _: str(path.resolve().parent), text))
    for match in _PATH.finditer(text):
        named = _HOME.sub(lambda _: environment.get("HOME", ""), match[1])
        candidate = Path(os.path.normpath(named))
        if candidate.is_absolute() and presence.is_file(candidate) and not candidate.samefile(path):
            found.append(candidate)
        is_whole = not text[: match.start()].endswith((")", "}"))
        is_missing = is_missing or (is_whole and candidate.is_absolute() and not presence.exists(candidate))
    if found or is_missing or not _BARE.search(text) or _SEARCHES_ELSEWHERE.search(text):
        return found
    folders = environment.get("PATH", "").split(os.pathsep)
    own = str(path.parent)
    after = folders[folders.index(own) + 1 :] if own in folders else []
    next_ = process.find(PROGRAM, {**environment, "PATH": os.pathsep.join(after)}) if after else None
    return [Path(next_)] if next_ else []


def _deciding(text: str) -> Iterator[str]:
    """Yield the variables in the text that decide what Claude Code does."""
    deciding, known = decisive_settings.load(), load_surfaces()
    for name in dict.fromkeys(_NAME.findall(text)):
        if (name in known.variables or deciding.decides_anywhere(name)) and name != _USUAL:
            yield name


def _set_by(text: str) -> Iterator[str]:
    """Yield the variables that the script sets or removes, and the options that it adds, that decide what Claude Code
    does."""
    for name in _deciding(text):
        if re.search(_SETS.format(re.escape(name)), text):
            yield name
    yield from dict.fromkeys(_OPTIONS.findall(_PRINTS.sub("", text)))


def _other_means(text: str, sets: Collection[str]) -> Iterator[str]:
    """Yield, as the end of a sentence, how the script may set variables or options beside those that it `sets`."""
    if text == _TOO_LARGE:
        yield "is larger than what ccsetup reads"
    if another := _BY_ANOTHER.search(text):
        yield f"may set variables by {' '.join(another[1].split())}"
    for pattern, words in _SETS_ANY.items():
        if match := pattern.search(text):
            yield f"may set variables by {words or match[0].strip(' ;&|').split()[0]}"
    if _MOVES.search(text):
        yield "starts Claude Code in another folder"
    if name := next((name for name in _deciding(_READS.sub("", _PRINTS.sub("", text))) if name not in sets), ""):
        yield f"may set {name}"
    for handed_on in _HANDED_ON.finditer(text):
        for name in _ARGUMENT.findall(handed_on[1]):
            if not re.search(rf"\b{name}\+?=", text):
                yield f"passes the options in ${name} on"
