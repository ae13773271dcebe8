"""`~/.aws/config` and `~/.aws/credentials` as Claude Code's AWS SDK parses them, which is not how botocore does.

Source: `loadSharedConfigFiles` and `loadSsoSessionData` in the program of Claude Code 2.1.330, and its behaviour on
loopback (2026-11-27).
"""

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ccsetup.system.files import read_named

_LARGEST = 4 << 20  # bytes
_SECTIONS = 20_000
_LINES = 200_000
_BLANKS = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # of JavaScript's trim and \s
_COMMENT = re.compile(f"(?:^|[{_BLANKS}])[;#]")
_OUTER = re.compile(f"^[{_BLANKS}]+|[{_BLANKS}]+$")
_INDENTED = re.compile(f"[{_BLANKS}]")
_NAMED = re.compile(rf"([\w-]+)[{_BLANKS}]([\"']?)([\w\-@+.%:/]+)\2", re.ASCII)
_KINDS = ("profile", "sso-session", "services")
_REFUSED = ("__proto__", "profile __proto__")  # such a section voids the whole file
_NO_KEY = "__proto__"  # JavaScript takes it for an object's prototype, and a text as the prototype is dropped
_DEFAULT = "default"

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Header:
    """A section header as it is written, and the key that the client files it under: None if it skips the section."""

    line: int
    text: str  # without the brackets
    section: str | None


@dataclass(frozen=True, slots=True)
class IniFile:
    """One parsed file. `lines` has the line of each section's value that counts; a nested key is "outer.inner"."""

    path: Path
    sections: Mapping[str, Values] = field(default_factory=dict)
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)
    headers: tuple[Header, ...] = ()
    text: str = ""
    unread: bool = False  # larger than any such file, or no regular file: what the client finds in it is unknown


@dataclass(frozen=True, slots=True)
class AwsFiles:
    """Both files, merged: a key in the credentials file overrides the same key in the config file."""

    profiles: Mapping[str, Values]
    sessions: Mapping[str, Values]
    services: Mapping[str, Values]
    config: IniFile
    credentials: IniFile

    def line(self, profile: str, key: str) -> tuple[Path, int] | None:
        """Return the file and line that give a profile this value; None if not set."""
        if (profile, key) in self.credentials.lines:
            return self.credentials.path, self.credentials.lines[profile, key]
        for section in (f"profile.{profile}", profile if profile == _DEFAULT else ""):
            if (section, key) in self.config.lines:
                return self.config.path, self.config.lines[section, key]
        return None


def read_files(environment: Mapping[str, str], home: Path) -> AwsFiles:
    """Read both files; one that is missing, unreadable or void counts as empty, as for the client."""
    config = _read(_path(environment.get("AWS_CONFIG_FILE"), home, "config"))
    credentials = _read(_path(environment.get("AWS_SHARED_CREDENTIALS_FILE"), home, "credentials"))
    # `[profile default]` replaces `[default]` as a whole.
    own = {_DEFAULT: config.sections[_DEFAULT]} if _DEFAULT in config.sections else {}
    merged = {name: dict(values) for name, values in (own | _of_kind(config, "profile")).items()}
    for name, values in credentials.sections.items():
        merged.setdefault(name, {}).update(values)
    return AwsFiles(merged, _of_kind(config, "sso-session"), _of_kind(config, "services"), config, credentials)


def parse_ini(path: Path, content: bytes) -> IniFile:
    """Parse the content of one file."""
    text = content.decode("utf-8", "replace")
    sections: dict[str, dict[str, str]] = {}
    lines: dict[tuple[str, str], int] = {}
    headers: list[Header] = []
    section = outer = None
    for number, line in enumerate(re.split(r"\r?\n", text), 1):
        code = _trim(_COMMENT.split(line, maxsplit=1)[0])
        if code.startswith("[") and code.endswith("]"):
            name, outer = code[1:-1], None
            named = _NAMED.fullmatch(name)
            section = name if named is None else f"{named[1]}.{named[3]}" if named[1] in _KINDS else None
            if name in _REFUSED:
                return IniFile(path, text=text)
            headers.append(Header(number, name, section))
        elif section and "=" in code[1:] and not code.startswith("="):
            key, value = (_trim(part) for part in code.split("=", 1))
            if not value:
                outer = key
                continue
            if outer and not _INDENTED.match(line):
                outer = None
            full = f"{outer}.{key}" if outer else key
            if full == _NO_KEY:
                continue
            sections.setdefault(section, {})[full] = value
            lines[section, full] = number
    return IniFile(path, sections, lines, tuple(headers), text)


def _trim(text: str) -> str:
    return _OUTER.sub("", text)


def _of_kind(file: IniFile, kind: str) -> dict[str, Values]:
    """The sections of a kind, by name."""
    prefix = f"{kind}."
    return {
        section.removeprefix(prefix): values for section, values in file.sections.items() if section.startswith(prefix)
    }


def _path(named: str | None, home: Path, name: str) -> Path:
    if not named:
        return home / ".aws" / name
    return home / named[2:] if named.startswith("~/") else Path(named)


def refuse_unread(files: AwsFiles) -> None:
    """Raise botocore's own error for a file that was not read."""
    from botocore.exceptions import ConfigParseError

    for file in (files.config, files.credentials):
        if file.unread:
            raise ConfigParseError(path=str(file.path))


def _read(path: Path) -> IniFile:
    try:
        content = read_named(path, _LARGEST)
    except OSError as error:
        return IniFile(path, unread=error.errno in (errno.EINVAL, errno.EFBIG))
    if content.count(b"[") > _SECTIONS or content.count(b"\n") > _LINES:
        return IniFile(path, unread=True)
    return parse_ini(path, content)
