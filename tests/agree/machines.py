"""A fifth generator: machines with a history, at a company, in a pipeline, in a repository of others. What happened
there one after the other is still around the one way in which Claude Code is used today."""

import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence

from tests.agree import aws, direct
from tests.agree.lab import CONTAINER
from tests.agree.machine_values import CLIENT, LINES, PINS, SECTIONS, SHELL, Variables
from tests.agree.stories import FLAGS, ROLE, START, STORIES
from tests.agree.world import LAYERS, Draft, Use, World

BEGINNING = 5_000_000
"""Worlds of this generator have seeds from here on."""
_USES: tuple[Use, ...] = ("here", "here", "here", "env", "run", "apply")
_CONFIG, _CREDENTIALS = ".aws/config", ".aws/credentials"
_MOVED = ".claude-work"
Event = Callable[[Draft, str], None]


def _add(draft: Draft, path: str, text: str) -> None:
    draft.files[path] = draft.files.get(path, "") + text


def _put(draft: Draft, variables: Variables) -> None:
    """Set the variables together, in the shell or in one layer."""
    layer = draft.one(("shell", "shell", "user", "global", "project", "local"))
    target: dict[str, object] = {} if layer == "shell" else draft.env(layer)
    target.update(variables)
    if layer == "shell":
        draft.environment.update(variables)


def aws_history(draft: Draft, _kind: str) -> None:
    """Years of AWS files: profiles that work, that chain, that lead nowhere, and lines that are none."""
    names: list[str] = []
    for _ in range(draft.one((1, 2, 3))):
        section = draft.one(SECTIONS)
        _add(draft, _CONFIG, section.config)
        _add(draft, _CREDENTIALS, section.credentials)
        draft.files.update(section.files)
        names += section.names
    if names and draft.happens(0.4):
        _put(draft, {"AWS_PROFILE": draft.one(names)})


def old_sign_in(draft: Draft, _: str) -> None:
    """A sign-in of the company whose token, or the registration that renews it, may be past."""
    session = draft.one(("corp", "acme-sso"))
    _add(draft, _CONFIG, f"[sso-session {session}]\nsso_start_url = {START}\nsso_region = us-east-1\n")
    account = f"sso_account_id = {aws.ACCOUNT}\nsso_role_name = Agree\n"
    _add(draft, _CONFIG, f"[profile {session}]\nsso_session = {session}\n{account}")
    _add(draft, _CONFIG, f"[profile {session}-admin]\nrole_arn = {ROLE}\nsource_profile = {session}\n")
    token = {"startUrl": START, "region": "us-east-1", "accessToken": "token"}
    token["expiresAt"] = draft.one((aws.LATER, aws.LATER, aws.PAST))
    if draft.happens(0.5):
        token |= {"clientId": "c", "clientSecret": "s", "refreshToken": "r"}
        token["registrationExpiresAt"] = draft.one((aws.LATER, aws.PAST))
    name = hashlib.sha1(session.encode(), usedforsecurity=False).hexdigest()
    draft.files[f".aws/sso/cache/{name}.json"] = json.dumps(token)
    if draft.happens(0.6):
        _put(draft, {"AWS_PROFILE": draft.one((session, f"{session}-admin"))})


def shell_history(draft: Draft, _: str) -> None:
    """Something that a start-up file, a `.env` or a tool exported."""
    draft.environment.update(draft.one(SHELL))


def client_history(draft: Draft, _: str) -> None:
    """Variables of Claude Code that a tutorial, a team or an experiment left."""
    _put(draft, draft.one(CLIENT))


def settings_history(draft: Draft, _: str) -> None:
    """A line of a settings file, such as one that `/model` wrote."""
    line, values, layers = draft.one(LINES)
    draft.layers.setdefault(draft.one(layers), {})[line] = draft.one(values)
    draft.files["helper"] = direct.TOKENS["key-helper"]


def pins(draft: Draft, kind: str) -> None:
    """Models in the variables that choose one, in the forms that this provider and others have."""
    names = ("ANTHROPIC_MODEL", "ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_OPUS_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL",
             "ANTHROPIC_DEFAULT_HAIKU_MODEL", "ANTHROPIC_SMALL_FAST_MODEL", "CLAUDE_CODE_SUBAGENT_MODEL")  # fmt: skip
    for _ in range(draft.one((1, 1, 2, 3))):
        _put(draft, {draft.one(names): draft.one(PINS[kind])})


def pipeline(draft: Draft, _: str) -> None:
    """A job in a container: nothing of the home is left, and a role is where its variables say."""
    for path in [path for path in draft.files if path.startswith(".aws/")]:
        del draft.files[path]
    draft.files["web.token"] = aws.KEYS["role"]
    full = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"@LAB{CONTAINER}"}
    token = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
    draft.files["pod.token"] = draft.one(("token", "token\n"))
    roles: Sequence[Variables] = (
        full,
        {**full, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials"},
        {**full, f"{token}_FILE": "@HOME/pod.token"},
        {**full, token: "token", f"{token}_FILE": "@HOME/gone"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "@LAB/nowhere"},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials"},
        {"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "@HOME/web.token"},
        {"AWS_ROLE_ARN": ROLE},
    )
    draft.environment |= {"CI": "true", "GITHUB_ACTIONS": "true", "AWS_REGION": "us-east-1", **draft.one(roles)}


def moved_folder(draft: Draft, _: str) -> None:
    """A second configuration of Claude Code, to which most files went."""
    draft.environment["CLAUDE_CONFIG_DIR"] = draft.one((f"@HOME/{_MOVED}", f"@HOME/{_MOVED}/", f"@HOME/{_MOVED}"))


EVENTS: Mapping[str, Sequence[Event]] = {
    "bedrock": (aws_history, aws_history, old_sign_in, pipeline),
    "vertex": (aws_history,),
    "foundry": (aws_history,),
    "direct": (pipeline,),
}
_ANYWHERE: Sequence[Event] = (
    *(shell_history, shell_history, client_history, client_history, client_history, settings_history),
    *(settings_history, pins, pins, moved_folder),
)
_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom": lambda text: f"\ufeff{text}",
    "tabs": lambda text: text.replace(" ", "\t"),
    "nul": lambda text: f"{text[: len(text) // 2]}\0{text[len(text) // 2 :]}",
    "utf-16": lambda text: b"\xff\xfe".decode(errors="surrogateescape") + text.replace("", "\0")[1:],
    "no newline": lambda text: text.rstrip("\n"),
    "latin": lambda text: f"{text}\udce9",
    "cut": lambda text: text[: len(text) * 2 // 3],
    "twice": lambda text: text + text,
    "empty": lambda _: "",
}
"""What an editor, a copy from another system or a full disk did to a file."""


def _spell(draft: Draft) -> None:
    paths = [path for path in sorted(draft.files) if path.endswith(("settings.json", ".claude.json", _CONFIG))]
    paths += [_CREDENTIALS] if _CREDENTIALS in draft.files else []
    if paths:
        path = draft.one(paths)
        draft.files[path] = _SPELLINGS[draft.one((*_SPELLINGS,))](draft.files[path])


def _move(draft: Draft) -> None:
    """Move files to where CLAUDE_CONFIG_DIR leads; one in six stays behind."""
    for path in [path for path in draft.files if path.startswith(".claude/") or path == LAYERS["global"]]:
        if draft.happens(0.85):
            draft.files[f"{_MOVED}/{path.removeprefix('.claude/')}"] = draft.files.pop(path)


def make_machine(seed: int) -> World:
    """Return the world of this seed."""
    chance = random.Random(f"machine {seed}")
    draft = Draft(chance, calm=True)
    kind = draft.one(("bedrock", "bedrock", "bedrock", "vertex", "vertex", "direct", "direct", "foundry"))
    profile, use = draft.one(STORIES[kind])(draft), draft.one(_USES)
    if use == "here" and kind in FLAGS:
        draft.put(FLAGS[kind], "1")
    for _ in range(draft.one((1, 1, 2, 3))):
        draft.one((*_ANYWHERE, *EVENTS[kind], *EVENTS[kind]))(draft, kind)
    for layer, content in draft.layers.items():
        draft.files[LAYERS[layer]] = json.dumps(content, indent=draft.one((None, 2)))
    if draft.happens(0.12):
        _spell(draft)
    if _MOVED in draft.environment.get("CLAUDE_CONFIG_DIR", ""):
        _move(draft)
    return World(seed, kind, use, draft.files, draft.environment, profile if use != "here" else "")
