"""A profile: a named set of answers for one surface."""

import codecs
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ccsetup.knowledge import pages, secret_shapes
from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.surfaces import Knowledge, Surface
from ccsetup.system import decoding, toml
from ccsetup.system.display import visible
from ccsetup.system.errors import USAGE, UserError
from ccsetup.system.malformed import describe
from ccsetup.system.spelling import suggest

SCHEMA = 1
EXPECTS = ("account", "project", "organization", "regions", "operator")
OPERATORS = ("aws", "google", "microsoft", "anthropic")
REGIONS = "regions"  # a list in the file; here a text, like every other value
ALLOW_HTTP = "allow_http"  # an answer of every surface: true or false
REFERENCES = ("keyring:", "env:", "file:", "op://", "cmd:")

NAMES = "ASCII letters, digits, dot, dash and underscore, not starting with dot or dash, at most 64"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
CREDENTIAL_HEADER = re.compile(r"^\s*(authorization|x-api-key|proxy-authorization)\s*:", re.IGNORECASE | re.MULTILINE)
HEADERS = "ANTHROPIC_CUSTOM_HEADERS"
_LONGEST_KEY = 100  # characters of a key that messages repeat
_REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,255}")
LARGEST = 65_536  # bytes of a profile
MOST = 1_000  # values of a profile; tomlkit takes a second for more


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file `profiles/NAME.toml`; values are verbatim and secrets are references."""

    schema: int
    surface: str
    set: dict[str, str] = {}
    models: dict[str, str] = {}
    env: dict[str, str] = {}
    expect: dict[str, str] = {}


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def check_name(name: str) -> str:
    """`name` if it is a valid profile name; raises UserError if not."""
    if not is_name(name):
        raise UserError(f"{name!r} is not a valid profile name", f"use {NAMES}")
    return name


def parse(text: bytes, file: str, knowledge: Knowledge) -> Profile:
    """Parse a profile; raises UserError naming `file` and the key if anything is wrong."""
    if len(text) > LARGEST:  # before anything reads all of it
        raise UserError(
            f"{file} is larger than {LARGEST // 1024} KiB, too large for a profile", "see what was written there"
        )
    raw: dict[str, object] = {}
    try:
        raw = toml.tables(text, MOST)
        schema = raw.get("schema")
        if type(schema) is int and schema > SCHEMA:
            raise UserError(f"{file}: schema {schema} is newer than this ccsetup knows ({SCHEMA})", "upgrade ccsetup")
        profile = decoding.convert(_with_words(raw), Profile)
    except msgspec.DecodeError as error:
        if text.startswith(codecs.BOM_UTF8):
            raise UserError(f"{file} begins with a byte order mark", "save it as UTF-8 without one") from error
        raise UserError(f"{file}: {visible(describe(error, 'TOML', raw))}", f"fix it in {file}") from error
    _refuse_secrets(profile, file, knowledge)
    profile = _trimmed(profile, knowledge)
    if problem := _problem(profile, knowledge):
        raise UserError(f"{file}: {problem}", f"fix it in {file}")
    return profile


def _with_words(raw: Mapping[str, object]) -> Mapping[str, object]:
    """The document with its one truth value and its one list as texts, as every other answer is."""
    answers, expected = raw.get("set"), raw.get("expect")
    texts: dict[str, object] = {}
    if isinstance(answers, dict) and isinstance(answers.get(ALLOW_HTTP), bool):
        texts["set"] = {**answers, ALLOW_HTTP: "true" if answers[ALLOW_HTTP] else "false"}
    if isinstance(expected, dict) and isinstance(regions := expected.get(REGIONS), list):
        words = [word for word in regions if isinstance(word, str)]
        if len(words) == len(regions):
            texts["expect"] = {**expected, REGIONS: " ".join(words)}
    return {**raw, **texts}


def split_regions(text: str) -> list[str]:
    """The regions in a value of `expect.regions`, as the profile or the command line has it."""
    return text.replace(",", " ").split()


def references(profile: Profile, surface: Surface) -> dict[str, str]:
    """The profile's secret answers: {answer name: reference}; harmless headers are not a secret."""
    return {
        ask.name: profile.set[ask.name]
        for ask in surface.ask
        if ask.secret and ask.name in profile.set and not (ask.plain and not is_reference(profile.set[ask.name]))
    }


def is_reference(value: str) -> bool:
    """Whether a secret answer refers to where the secret is stored, rather than being header lines or the secret
    itself."""
    return value.startswith(REFERENCES)


def _refuse_secrets(profile: Profile, file: str, knowledge: Knowledge) -> None:
    """Raise UserError for a value that contains a secret, naming only the key and the kind of secret."""
    surface = knowledge.surfaces.get(profile.surface)
    for table in ("set", "models", "env", "expect"):
        for key, value in getattr(profile, table).items():
            if secret := _held(key, value, surface.question(key) if surface and table == "set" else None):
                shown = "a key" if secret_shapes.find_secret(key) or len(key) > _LONGEST_KEY else f"key {table}.{key}"
                name = Path(file).stem
                raise refused_secret(f"{file}: {shown}", secret, {"profile": name} if is_name(name) else {})


def refused_secret(where: str, kind: str, facts: Mapping[str, str]) -> pages.Explained:
    """The UserError for a value that contains a secret of this kind; `where` names the value without repeating it."""
    return pages.Explained(pages.Finding("value-holds-secret", {**facts, "where": visible(where), "kind": kind}), USAGE)


def _held(key: str, value: str, ask: Ask | None) -> str:
    """The kind of secret that a setting contains; empty if none."""
    if ask is not None and ask.secret and is_reference(value):
        return secret_shapes.find_secret(value)
    if ask is not None and ask.secret and not ask.plain:
        return ""  # not a reference, which has its own message
    return secret_shapes.kind(key, value) or secret_shapes.find_secret(key)


def _trimmed(profile: Profile, knowledge: Knowledge) -> Profile:
    """The profile as the client reads it: answers, models and the client's variables without leading and trailing
    blanks."""
    tables = {
        table: {key: secret_shapes.trim(value) for key, value in getattr(profile, table).items()}
        for table in ("set", "models", "expect")
    }
    tables["env"] = {
        name: secret_shapes.trim(value) if knowledge.is_known(name) else value for name, value in profile.env.items()
    }
    return msgspec.structs.replace(profile, **tables)


def owned_references(answers: Mapping[str, str], knowledge: Knowledge) -> dict[str, str]:
    """The answers whose secret is in a variable that every switch unsets: {answer: variable}."""
    variables = {answer: value.removeprefix("env:") for answer, value in answers.items() if value.startswith("env:")}
    return {answer: name for answer, name in variables.items() if knowledge.is_owned(name)}


def refuse_owned(answers: Mapping[str, str], knowledge: Knowledge) -> None:
    """Raise UserError for a reference to a variable that the next switch would unset."""
    for answer, variable in owned_references(answers, knowledge).items():
        raise UserError(
            f"{answer} refers to {variable}, which every switch to another profile unsets",
            f"export the secret under another name and say env:OTHER_NAME, or store it: {answer}=keyring:",
        )


def relative_path(profile: Profile, surface: Surface) -> str | None:
    """The first setting with a path relative to the working folder, as older versions allowed; None if not found."""
    paths = {ask.name: profile.set[ask.name] for ask in surface.ask if ask.path and ask.name in profile.set}
    return next((name for name, path in paths.items() if not path.startswith("~/") and not _is_absolute(path)), None)


def absolute_path(setting: str, path: str, home: str) -> str:
    """The path as it is saved, with `~/` expanded; raises UserError for a relative path."""
    whole = home + path[1:] if path == "~" or path.startswith("~/") else path
    if not _is_absolute(whole):
        what = f"key set.{setting}: {path[:60]!r} is not an absolute path"
        raise UserError(what, "use an absolute path, or one that begins with ~/")
    return whole


def _is_absolute(path: str) -> bool:
    return Path(path).is_absolute()


def _problem(profile: Profile, knowledge: Knowledge) -> str:
    """The first error that the types do not cover; empty if none."""
    if profile.schema != SCHEMA:
        return f"key schema: {profile.schema} is not {SCHEMA}"
    if profile.surface not in knowledge.surfaces:
        near = suggest(profile.surface, knowledge.surfaces)
        names = ", ".join(knowledge.surfaces)
        return f"key surface: {profile.surface!r} must be one of {names}{f' ({near})' if near else ''}"
    surface = knowledge.surfaces[profile.surface]
    tables = {
        "set": (profile.set, [*(ask.name for ask in surface.ask), ALLOW_HTTP]),
        "models": (profile.models, knowledge.shared.models),
        "expect": (profile.expect, EXPECTS),
    }
    for table, (answers, known) in tables.items():
        for key in answers:
            if key not in known:
                hint = suggest(key, known) or f"known: {', '.join(known)}"
                return f"unknown key {table}.{key} ({hint})"
    values = {
        f"{table}.{key}": value
        for table in ("set", "models", "env", "expect")
        for key, value in getattr(profile, table).items()
    }
    for key, value in values.items():
        if "\0" in value:
            return f"key {key}: contains a NUL character, which an environment variable cannot hold"
        if not value and not key.startswith("env."):
            return f"key {key}: is empty; leave the line out instead"
    return _wrong_guard(profile) or _wrong_answer(profile, surface) or _wrong_variable(profile, knowledge)


def _wrong_guard(profile: Profile) -> str:
    operator, regions = profile.expect.get("operator"), profile.expect.get(REGIONS, "global")
    if operator is not None and operator not in OPERATORS:
        near = suggest(operator, OPERATORS)
        return f"key expect.operator: {operator!r} is not one of {', '.join(OPERATORS)}{f' ({near})' if near else ''}"
    wrong = [word for word in split_regions(regions) or [regions] if not _REGION.fullmatch(word)]
    if wrong:
        return f"key expect.regions: {wrong[0]!r} is not a region, for example us-east-1 or global"
    return ""


def _wrong_answer(profile: Profile, surface: Surface) -> str:
    if profile.set.get(ALLOW_HTTP, "true") not in ("true", "false"):
        return f"key set.{ALLOW_HTTP}: must be true or false"
    for ask in surface.ask:
        answer = profile.set.get(ask.name)
        if answer is None:
            if ask.required:
                return f"key set.{ask.name} is missing"
        elif ask.secret:
            # Never repeat the answer: it may be the secret itself.
            if answer.startswith("file:") and not answer.startswith(("file:/", "file:~/")) and ":\\" not in answer:
                return f"key set.{ask.name}: file: needs an absolute path, or one that begins with ~/"
            if not is_reference(answer) and not ask.plain:
                return (
                    f"key set.{ask.name}: must be a reference ({' '.join(REFERENCES)}); use --key-stdin for the secret"
                )
        elif not ask.accepts(answer):
            return f"key set.{ask.name}: {ask.refusal(answer)}"
    return _wrong_company(profile, surface)


def _wrong_company(profile: Profile, surface: Surface) -> str:
    """The error for settings that exclude each other or of which one is missing; empty if none."""
    for group in (*surface.exactly_one, *surface.at_most_one):
        given = [answer for answer in group if answer in profile.set]
        if len(given) > 1:
            return f"takes {' or '.join(f'set.{answer}' for answer in given)}, not both"
        if not given and group in surface.exactly_one:
            return f"needs {' or '.join(f'set.{answer}' for answer in group)}"
    for answer, other in surface.needs.items():
        if answer in profile.set and other not in profile.set:
            return f"key set.{answer}: needs set.{other} too"
    return ""


def _wrong_variable(profile: Profile, knowledge: Knowledge) -> str:
    for name in profile.env:
        if not _VARIABLE.fullmatch(name):
            return f"key env.{name}: is not a valid variable name"
        if name.startswith("CCSETUP_"):
            return f"key env.{name}: belongs to ccsetup itself"
        surface = knowledge.surfaces[profile.surface]
        if name.startswith("CLAUDE_CODE_USE_") and name not in (*surface.env.owns, *surface.also) and profile.env[name]:
            return f"key env.{name}: selects another surface than {profile.surface}"
        if knowledge.is_secret(name) and profile.env[name] and name != HEADERS:
            return f"key env.{name}: is a credential, and a profile holds no secrets; use the surface's secret setting"
    return ""
