"""The cached output of `ccsetup env NAME`, written when the profile is saved.

A compiled text is used only if it provably matches the profile: it contains the profile's whole source, compared byte
for byte, and a stamp of everything else that it was made from. Nothing here depends on a clock, so an edited, restored
or copied file takes effect immediately. `ccuse` (see `hooks/`) makes the same comparison inside the shell, without
starting a process.

Runs in shell start-up: imports only `os`, `sys` and modules as light.
"""

import os
from collections.abc import Iterable, Mapping

from ccsetup import __version__
from ccsetup.knowledge import location
from ccsetup.knowledge.settings_files import LARGEST, read_bounded, settings_files
from ccsetup.profile import cleared
from ccsetup.shells import posix
from ccsetup.shells.dialects import SWITCHING, dialect
from ccsetup.system import owners
from ccsetup.system.standard_folders import standard_folders

_MAGIC = "ccsetup compiled "
MAKERS = (
    "commands/completion", "commands/hook",
    "knowledge/decisive_settings", "knowledge/secret_shapes", "knowledge/settings_files",
    "knowledge/ask", "knowledge/surfaces",
    "knowledge/traits", "knowledge/urls",
    "profile/cleared", "profile/compiled", "profile/environment", "profile/insecure",
    "profile/outcome", "profile/profile", "profile/store", "profile/trust",
)  # fmt: skip
# Tables in addition to the surfaces' files: what sets a variable, what can override it, what a profile may contain.
TABLES = ("_shared.toml", "_deciding.toml", "_secrets.toml", "_trust.toml")
ANNOUNCED = b"ccsetup: now using %s\n"
_LARGEST_STATE = 1 << 25  # bytes
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def stamp(environment: Mapping[str, str]) -> str:
    """A fingerprint of everything but the profile that a compiled text depends on; needs no shell quoting."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    profiles = location.folder("profiles")
    made_by = [
        os.path.join(profiles, name)
        for name in sorted(os.listdir(profiles))
        if name.endswith(".toml") and (name[0] != "_" or name in TABLES)
    ]
    made_by += [os.path.join(package, f"{name}.py") for name in MAKERS]
    for folder in ("shells", os.path.join("shells", "hooks")):
        inside = os.path.join(package, folder)
        made_by += [
            os.path.join(inside, name) for name in sorted(os.listdir(inside)) if name not in ("__pycache__", "hooks")
        ]
    marks = [__version__]
    for path in made_by:
        status = os.stat(path)
        marks.append(f"{status.st_mtime_ns:x}.{status.st_size:x}")
    marks.append(os.fsencode(environment.get("HOME", "")).hex())  # answers that start with ~/ were expanded
    return "-".join(marks)


def text(
    source: bytes,
    stamp_: str,
    body: str,
    *,
    label: str,
    owned: Iterable[str],
    watch: Iterable[str],
    families: Iterable[str],
    config_dir: str | None,
) -> bytes:
    """Build the compiled file for one dialect: its inputs, followed by the output of `env`.

    `label` is what `--announce` prints. `owned` lists the variables that are cleared. `watch` lists the names (`NAME*`
    for a family) that could override the profile from a settings file; `families` are prefixes whose members outside
    the text must be unset too; `config_dir` is the profile's folder for user settings.
    """
    names = " ".join(settings_key(word) for word in watch)
    config = os.fsencode(config_dir or "").hex()
    head = (
        f"{_MAGIC}{stamp_}\n{label}\n{' '.join(owned)}\n{names}\n{' '.join(families)}\n{config}\n"
        f"{len(source)} {len(os.fsencode(body))}\n"
    )
    return head.encode() + source + os.fsencode(body)


def ccuse(source: bytes, stamp_: str, body: str, config_dir: str | None) -> bytes:
    """Build the compiled file that `ccuse` sources in bash and zsh: first the comparison, then the change.

    The functions that it calls are in `hooks/`; they know the variables to unset for the same stamp.
    """
    quoted = posix.quote(source.decode(errors="surrogateescape"))
    guard = (
        f"if [ \"$__ccsetup_stamp\" != '{stamp_}' ]; then return 1; fi\n"
        f'if [ "$__ccsetup_source" != {quoted} ]; then return 1; fi\n'
        f"if __ccsetup_defeated {posix.quote(config_dir or '')}; then return 1; fi\n"
    )
    return (guard + body).encode(errors="surrogateescape")


def settings_key(word: str) -> str:
    """The name as it appears in JSON: quoted, or without the closing quote for a family."""
    return f'"{word[:-1]}' if word.endswith("*") else f'"{word}"'


def cached_output(arguments: list[str], environment: Mapping[str, str]) -> tuple[bytes, bytes] | None:
    """What `ccsetup env <arguments>` writes to stdout and stderr if a compiled text covers it; None in any unusual
    case.

    None is never an error: the caller then does the full computation, which reports errors.
    """
    announced = arguments[-1:] == ["--announce"]
    match arguments[: len(arguments) - announced]:
        case [name] if announced or not os.isatty(1):  # a person at a terminal gets a summary
            shell = "auto"
        case [name, "--shell=auto"] | [name, "--shell", "auto"]:
            shell = "auto"
        case [name, "--shell", shell] | ["--shell", shell, name]:
            pass
        case _:
            return None
    found = standard_folders(environment)
    if found is None or not is_name(name):
        return None
    spoken = dialect(shell, environment)
    if spoken not in SWITCHING:
        return None
    try:
        trusted = owners.owners(environment.get("HOME", ""))
        texts = []
        for folder, file in ((found[0], f"profiles/{name}.toml"), (found[1], f"compiled/{name}.{spoken}")):
            inner = f"{folder}/{os.path.dirname(file)}"
            owners.check_folder(inner, trusted)
            owners.check(folder, os.stat(folder), trusted)
            texts.append(read_bounded(f"{folder}/{file}", trusted=trusted))
        source, compiled = texts
        label, owned, body = _body(source, compiled, environment)
        if not body:
            return None
        names = cleared.cleared_names(owned, environment)
        body += cleared.assignment(names, spoken).encode()
        message = f"{cleared.at_switch(names)}\n".encode() if names else b""
        return body, (ANNOUNCED % label if announced else b"") + message
    except (OSError, ValueError):  # ValueError: a cache file that ccsetup did not write
        return None


def is_name(name: str) -> bool:
    """Whether a profile may have this name."""
    return 0 < len(name) <= 64 and name[0] not in ".-" and _LETTERS.issuperset(name)


def _body(source: bytes, compiled: bytes, environment: Mapping[str, str]) -> tuple[bytes, list[str], bytes]:
    """The label, the owned variables, and the shell code; the code is empty if it does not provably hold."""
    unusable = b"", [""], b""
    head, label, owned, watch, families, config, length, rest = (*compiled.split(b"\n", 7), *[b""] * 7)[:8]
    if head != f"{_MAGIC}{stamp(environment)}".encode():
        return unusable
    body = rest[len(source) :]
    if b"\0" in body:  # a power cut can leave NUL bytes in a file
        return unusable
    if length != f"{len(source)} {len(body)}".encode() or not rest.startswith(source):
        return unusable
    words = watch.split()
    aside = (entry.removesuffix("-") for entry in environment.get("CCSETUP_BORROWED", "").split(":"))
    prefixes = tuple(families.decode().split())
    for name in (*environment, *aside):
        if name.startswith(prefixes) and os.fsencode(f'"{name}"') not in words:
            return unusable
    for layer, path in settings_files(os.fsdecode(bytes.fromhex(config.decode())), environment, os.getcwd()):
        try:
            settings = read_bounded(path, os.O_RDONLY, _LARGEST_STATE if layer == "global" else LARGEST)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if layer == "global" and not may_have_env(settings):
            continue
        if b"\\u" in settings or b"\0" in settings or any(word in settings for word in words):
            return unusable
    return label, owned.decode().split(), body


def may_have_env(state: bytes) -> bool:
    """Whether the client's state may contain its own `env`, apart from those of its servers.

    The client indents the file by two spaces per level, and a JSON string contains no newline, so a nested `env` comes
    after a line indented by two spaces that opens an object or a list. For any other layout the result is True.
    """
    if not state.startswith(b'{\n  "'):
        return b'"env"' in state
    opener, following = 0, state.find(b'\n  "')  # the line of two spaces above `place`, and the next such line
    place = state.find(b'"env"')
    while place >= 0:
        while 0 <= following < place:
            opener, following = following, state.find(b'\n  "', following + 1)
        line = state[opener + 1 : state.find(b"\n", opener + 1)]
        if opener == state.rfind(b"\n", opener, place) or not line.rstrip().endswith((b"{", b"[")):
            return True
        place = state.find(b'"env"', place + 1)
    return False
