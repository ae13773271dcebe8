"""URLs as people type or copy them, made into what a setting holds."""

import re
from urllib.parse import urlsplit

from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.surfaces import Surface
from ccsetup.wizard.draft import Draft

_HOST = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?(/\S*)?", re.ASCII)


def understand(surface: Surface, ask: Ask, typed: str) -> tuple[str, str]:
    """What the setting should hold, and what was changed ("" if nothing): `https://` is added, a path that the client
    adds itself is taken off, and a resource is taken from its URL."""
    if surface.place is not None and ask.name == surface.place.answer and (resource := _resource(surface, ask, typed)):
        return resource, f"using the {ask.name} {resource} of that URL"
    if ask.name != "base_url":
        return typed, ""
    value, notes = typed, []
    if _HOST.fullmatch(value):
        value = f"https://{value}"
        notes.append("added https://")
    if ask.adds and value.rstrip("/").endswith(ask.adds) and urlsplit(value).netloc:
        value = value.rstrip("/").removesuffix(ask.adds).rstrip("/")
        notes.append(f"removed {ask.adds}, which Claude Code adds itself")
    return value, f"{' and '.join(notes)}: {value}" if notes else ""


def understand_all(surface: Surface, draft: Draft) -> list[str]:
    """Do the same for every setting of a draft; return what was changed."""
    said = []
    for ask in surface.ask:
        if ask.name in draft.set and not ask.secret:
            draft.set[ask.name], note = understand(surface, ask, draft.set[ask.name])
            said += [f"{ask.name}: {note}"] if note else []
    return said


def _resource(surface: Surface, ask: Ask, typed: str) -> str:
    """The resource in a URL or host of the surface's own form, such as NAME.services.ai.azure.com; "" if none."""
    form = surface.own.host if surface.own else ""
    if f"{{{ask.name}}}" not in form:
        return ""
    pattern = re.escape(form).replace(re.escape(f"{{{ask.name}}}"), "([A-Za-z0-9-]+)")
    found = re.fullmatch(rf"(?:https?://)?{pattern}(?:[:/].*)?", typed.strip(), re.IGNORECASE)
    return found[1] if found else ""
