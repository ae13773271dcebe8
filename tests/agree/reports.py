"""A third generator: a plain set-up of a provider, and one to three things that public reports are about.

Addresses of every form, ARNs, settings under the wrong key, another provider's leftovers as a whole, credential files
that are empty, cut, late or noisy, and flags of every value.
"""

import json
import random
from collections.abc import Callable, Mapping

from tests.agree import aws, direct, google
from tests.agree.platforms import RESOURCE
from tests.agree.report_values import DEPLOYMENT, ELSEWHERE, FLAG_VALUES, PINS, URLS
from tests.agree.world import LAYERS, Draft, Use, World

BEGINNING = 2_000_000
"""Worlds of this generator have seeds from here on."""
_USES: tuple[Use, ...] = ("here", "here", "here", "env", "run", "apply")
_FLAGS = {
    "bedrock": "CLAUDE_CODE_USE_BEDROCK",
    "mantle": "CLAUDE_CODE_USE_MANTLE",
    "vertex": "CLAUDE_CODE_USE_VERTEX",
    "foundry": "CLAUDE_CODE_USE_FOUNDRY",
}


def _keys(kind: str) -> str:
    return f"aws_access_key_id = {aws.KEYS[kind]}\naws_secret_access_key = {aws.secret(aws.KEYS[kind])}\n"


def _bedrock(draft: Draft) -> str:
    draft.files[".aws/credentials"] = f"[default]\n{_keys('good')}"
    draft.put("AWS_REGION", "us-east-1")
    return 'region = "us-east-1"'


def _vertex(draft: Draft) -> str:
    draft.files[google.ADC] = google.calm_credentials(draft, "user")
    draft.put("ANTHROPIC_VERTEX_PROJECT_ID", "acme-ml")
    draft.put("CLOUD_ML_REGION", "global")
    return 'project = "acme-ml"\nlocation = "global"'


def _foundry(draft: Draft) -> str:
    draft.files["key"] = RESOURCE.key
    draft.put("ANTHROPIC_FOUNDRY_RESOURCE", RESOURCE.name)
    draft.put("ANTHROPIC_FOUNDRY_API_KEY", RESOURCE.key)
    draft.put("ANTHROPIC_MODEL", DEPLOYMENT)
    return f'resource = "{RESOURCE.name}"\nkey = "file:@HOME/key"\n[models]\nopus = "{DEPLOYMENT}"'


def _direct(draft: Draft) -> str:
    draft.files["key"] = direct.TOKENS["api-key"]
    draft.put("ANTHROPIC_API_KEY", direct.TOKENS["api-key"])
    return 'key = "file:@HOME/key"'


_PLAIN: Mapping[str, tuple[str, Callable[[Draft], str]]] = {
    "bedrock": ("bedrock", _bedrock),
    "mantle": ("mantle", _bedrock),
    "vertex": ("vertex", _vertex),
    "foundry": ("foundry", _foundry),
    "direct": ("api-key", _direct),
}
"""The surface of a profile, and what a plain set-up of it has; it returns the lines of the profile."""


def _url(draft: Draft, kind: str) -> None:
    if kind in URLS:
        name, values = URLS[kind]
        draft.put(name, draft.one(values))
        if kind == "foundry" and draft.happens(0.7):
            draft.environment.pop("ANTHROPIC_FOUNDRY_RESOURCE", None)


def _pin(draft: Draft, kind: str) -> None:
    value = draft.one(PINS.get(kind, PINS["bedrock"]))
    match draft.one(("variable", "tier", "settings")):
        case "variable":
            draft.put("ANTHROPIC_MODEL", value)
        case "tier":
            draft.put(f"ANTHROPIC_DEFAULT_{draft.one(('OPUS', 'SONNET'))}_MODEL", value)
            draft.put("ANTHROPIC_MODEL", draft.one(("opus", "sonnet", "opusplan")))
        case _:
            draft.layers.setdefault(draft.one(("user", "project", "local")), {})["model"] = value


def _flag(draft: Draft, kind: str) -> None:
    name = draft.one((_FLAGS.get(kind, "CLAUDE_CODE_USE_BEDROCK"), *_FLAGS.values()))
    draft.put(name, draft.one(FLAG_VALUES))


def _leftovers(draft: Draft, _: str) -> None:
    for name, value in draft.one(ELSEWHERE).items():
        draft.put(name, value)


def _misplaced(draft: Draft, kind: str) -> None:
    """Move variables to where the client may not read them, or write them as something else than texts."""
    flag = _FLAGS.get(kind, "ANTHROPIC_API_KEY")
    value = "1" if flag in _FLAGS.values() else direct.TOKENS["api-key"]
    draft.environment.pop(flag, None)
    layer = draft.one(("user", "project", "local"))
    content = draft.layers.setdefault(layer, {})
    match draft.one(("top", "Env", "envs", "environment", "number", "true", "null", "unread file", "nested")):
        case "top":
            content[flag] = value
        case "number":
            draft.env(layer)[flag] = 1
        case "true":
            draft.env(layer)[flag] = True
        case "null":
            draft.env(layer)[flag] = None
        case "nested":
            draft.env(layer)["claude"] = {flag: value}
        case "unread file":
            draft.files[".claude/settings-local.json"] = json.dumps({"env": {flag: value}})
        case key:
            content[key] = {flag: value}


def _program(draft: Draft, kind: str) -> None:
    """AWS keys from a program that is late, noisy, failing or expired."""
    if kind not in ("bedrock", "mantle"):
        _google_file(draft)
        return
    keys = {"Version": 1, "AccessKeyId": aws.KEYS["process"], "SecretAccessKey": aws.secret(aws.KEYS["process"]),
            "SessionToken": "session", "Expiration": draft.one((aws.LATER, aws.PAST, "", None, "soon"))}  # fmt: skip
    draft.files["keys.json"] = json.dumps(keys)
    before = draft.one(("", "sleep 3; ", "echo hello; ", "echo hello >&2; ", "exit 3; ", "printf '\\357\\273\\277'; "))
    draft.files["keys"] = f"#!/bin/sh\n{before}cat @HOME/keys.json\n{draft.one(('', 'exit 1', 'echo'))}\n"
    draft.files[".aws/config"] = "[profile tool]\nregion = us-east-1\ncredential_process = @HOME/keys\n"
    draft.put("AWS_PROFILE", "tool")


def _web(draft: Draft, kind: str) -> None:
    """A web identity whose file is there, empty or missing, in variables or in a profile."""
    if kind not in ("bedrock", "mantle"):
        _google_file(draft)
        return
    text = draft.one((aws.KEYS["role"], f"{aws.KEYS['role']}\n", "", None))
    if text is not None:
        draft.files["web"] = text
    role = f"arn:aws:iam::{aws.ACCOUNT}:role/Agree"
    if draft.happens(0.6):
        draft.files.pop(".aws/credentials", None)
    if draft.happens(0.5):
        draft.put("AWS_ROLE_ARN", role)
        draft.put("AWS_WEB_IDENTITY_TOKEN_FILE", "@HOME/web")
    else:
        draft.files[".aws/config"] = f"[default]\nrole_arn = {role}\nweb_identity_token_file = @HOME/web\n"


def _google_file(draft: Draft) -> None:
    """Application default credentials of another kind, or cut, or as an array."""
    whole = google.calm_credentials(draft, draft.one(("user", "sa.json", "wif.json")))
    content = json.loads(whole)
    path = draft.one((google.ADC, "adc.json"))
    match draft.one(("whole", "cut", "array", "empty", "no type", "no secret", "other type", "BOM")):
        case "cut":
            whole = whole[: len(whole) // 2]
        case "array":
            whole = f"[{whole}]"
        case "empty":
            whole = ""
        case "no type":
            whole = json.dumps({name: value for name, value in content.items() if name != "type"})
        case "no secret":
            gone = ("refresh_token", "private_key", "credential_source")
            whole = json.dumps({name: value for name, value in content.items() if name not in gone})
        case "other type":
            whole = json.dumps({**content, "type": "gdch_service_account"})
        case "BOM":
            whole = "\ufeff" + whole
    draft.files[path] = whole
    if path != google.ADC:
        draft.put("GOOGLE_APPLICATION_CREDENTIALS", draft.one((f"@HOME/{path}", f"~/{path}", f'"@HOME/{path}"')))


_SUBJECTS = (_url, _url, _pin, _pin, _flag, _leftovers, _misplaced, _program, _web)


def make_report(seed: int) -> World:
    """Return the world of this seed."""
    draft = Draft(random.Random(seed), calm=True)
    kind = draft.one((*_PLAIN, "bedrock", "vertex", "direct"))
    surface, plain = _PLAIN[kind]
    lines, use = plain(draft), draft.one(_USES)
    if use == "here" and kind in _FLAGS:
        draft.put(_FLAGS[kind], "1")
    for _ in range(draft.one((1, 1, 2, 3))):
        draft.one(_SUBJECTS)(draft, kind)
    for layer, content in draft.layers.items():
        draft.files[LAYERS[layer]] = json.dumps(content)
    profile = f'schema = 1\nsurface = "{surface}"\n[set]\n{lines}\n' if use != "here" else ""
    return World(seed, kind, use, draft.files, draft.environment, profile)
