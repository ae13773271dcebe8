"""Profiles as one document, for `export`: without secrets, and without the home folder of this machine."""

import re
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.profile import SCHEMA

_FILE = "file:"


def bundle(profiles: Iterable[tuple[str, MutableMapping[str, Any]]]) -> str:
    """Compose the document of profiles, each given as the tables of its file."""
    import tomlkit

    document = tomlkit.document()
    document["schema"] = SCHEMA
    document["profiles"] = dict(profiles)
    return tomlkit.dumps(document)


def tables(text: bytes) -> MutableMapping[str, Any]:
    """The tables of a profile's file."""
    import tomlkit

    return tomlkit.parse(text).unwrap()


def without_home(profile: MutableMapping[str, Any], surface: Surface, home: str) -> list[str]:
    """Write paths of settings and of `file:` references that are below `home` as `~/…`, which is expanded where they
    are imported. Returns the settings whose text contains the home folder nevertheless."""
    if len(home) < 2:
        return []
    answers = profile.get("set", {})
    paths = {ask.name for ask in surface.ask if ask.path}
    for name, value in answers.items():
        if not isinstance(value, str):
            continue
        start = "" if name in paths else _FILE
        if value.startswith((f"{start}{home}/", f"{start}{home}\\")):
            answers[name] = f"{start}~/{value[len(start) + len(home) + 1 :]}"
    return list(_naming(profile, home))


def _naming(profile: MutableMapping[str, Any], home: str) -> Iterator[str]:
    for table in ("set", "env"):
        for name, value in profile.get(table, {}).items():
            if isinstance(value, str) and re.search(rf"{re.escape(home)}(?![\w.-])", value):
                yield f"{table}.{name}"
