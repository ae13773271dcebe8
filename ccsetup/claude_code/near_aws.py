"""Near misses in the AWS files, of their names, and of AWS variables: what Claude Code does not read, as it stands.

Seen on Claude Code 2.1.332 (2026-11-28).
"""

import re
from collections.abc import Iterator, Mapping

from ccsetup.claude_code.unread_files import misplaced
from ccsetup.knowledge import nearly_right
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.aws.client_files import AwsFiles, IniFile
from ccsetup.system import presence
from ccsetup.system.spelling import is_misspelt

_OPENED = re.compile(r"[ \t]*\[+([^\]#;]*)\]*")  # a section header, closed or not
_SIGNS = re.compile(r"[\W_]+")
_SHELL = "the shell"


def near_misses(files: AwsFiles, profile: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what nearly gives credentials, where nothing does: files, keys of the profile and variables."""
    names = nearly_right.near_misses().aws
    for file in (files.config, files.credentials):
        yield from _files(file)
    headings = ((files.config, (f"profile.{profile}", profile)), (files.credentials, (profile,)))
    for file, sections in headings:
        for section in sections:
            for key in file.sections.get(section, ()):
                if meant := names.key_meant_by(key):
                    yield misplaced(f"{file.path}, line {file.lines[section, key]}", key, f"write {meant}")
    for name in environment:
        if meant := names.variable_meant_by(name, environment):
            yield misplaced(_SHELL, name, f"the variable is {meant}")


def _files(file: IniFile) -> Iterator[Finding]:
    """Yield the files beside a missing one whose names are nearly its own."""
    if presence.exists(file.path):
        return
    try:
        names = sorted(path.name for path in file.path.parent.iterdir() if presence.is_file(path))
    except OSError:
        return
    for name in names:
        stem = name.lower().partition(".")[0]
        if stem == file.path.name or is_misspelt(stem, file.path.name):
            yield misplaced(file.path.parent / name, "this file", f"its name must be {file.path.name}")


def near_sections(files: AwsFiles, profile: str) -> Iterator[Finding]:
    """Yield the section headers that nearly name an AWS profile, in a file without its own. Beside a profile that
    exists, only those that Claude Code does not read."""
    own = "[default]" if profile == "default" else f"[profile {profile}]"
    for file, prefix, wanted in ((files.config, "profile.", own), (files.credentials, "", f"[{profile}]")):
        read = {header.line: header.section or "" for header in file.headers}
        if f"{prefix}{profile}" in read.values() or (profile == "default" and profile in read.values()):
            continue
        for number, line in enumerate(re.split(r"\r?\n", file.text), 1):
            opened = _OPENED.match(line)
            is_other = profile in files.profiles and _is_profile(read.get(number, ""), prefix)
            if opened and not is_other and _is_nearly(opened[1], profile):
                yield misplaced(f"{file.path}, line {number}", opened[0].strip(), f"write {wanted}")


def _is_profile(section: str, prefix: str) -> bool:
    """Whether Claude Code reads the section of a file with these prefixes as a profile, of whatever name."""
    return section.startswith(prefix) if prefix else bool(section) and not section.startswith("profile.")


def _is_nearly(header: str, profile: str) -> bool:
    """Whether the text of a section header is meant to name the profile."""
    meant, name = (_SIGNS.sub("", text.lower()) for text in (header, profile))
    first, _, rest = header.strip().lower().partition(" ")
    misspelt = is_misspelt(first, "profile") and _SIGNS.sub("", rest) == name
    return bool(name) and (misspelt or meant in (name, f"profile{name}", f"profiles{name}"))
