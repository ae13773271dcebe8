"""A fourth generator: a set-up that works, and beside its credential others, right, wrong or blank, in any layer."""

import json
import random
from collections.abc import Mapping, Sequence

from tests.agree import aws, direct, google, platforms
from tests.agree.stories import FLAGS, STORIES
from tests.agree.world import LAYERS, Draft, Use, World

BEGINNING = 4_000_000
"""Worlds of this generator have seeds from here on."""
_KEY, _RESOURCE = "wrong-key-0000000000000000000000", platforms.RESOURCE
_BLANKS = ("", "  ")
_ANY: Mapping[str, Sequence[str]] = {
    "ANTHROPIC_API_KEY": (direct.TOKENS["api-key"], _KEY, *_BLANKS),
    "ANTHROPIC_AUTH_TOKEN": (direct.TOKENS["auth-token"], "nobody", *_BLANKS),
    "CLAUDE_CODE_OAUTH_TOKEN": (direct.TOKENS["oauth-token"], *_BLANKS),
    "ANTHROPIC_CUSTOM_HEADERS": ("Authorization: Bearer nobody", f"X-Api-Key: {_KEY}", "x-agree: 1"),
}
_OF_AWS: Mapping[str, Sequence[str]] = {
    "AWS_BEARER_TOKEN_BEDROCK": (aws.BEARER, "nobody", *_BLANKS),
    "ANTHROPIC_AUTH_TOKEN": (aws.BEARER, "nobody"),
    "CLAUDE_CODE_SKIP_BEDROCK_AUTH": ("1", "0"),
    "CLAUDE_CODE_USE_MANTLE": ("1",),
    "AWS_ACCESS_KEY_ID": (aws.KEYS["env"], *_BLANKS),
    "AWS_SESSION_TOKEN": ("leftover", *_BLANKS),
}
CREDENTIALS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "bedrock": _OF_AWS,
    "vertex": {
        "ANTHROPIC_AUTH_TOKEN": (google.ADA.access_token, "nobody"),
        "CLAUDE_CODE_SKIP_VERTEX_AUTH": ("1", "0"),
        "ANTHROPIC_API_KEY": (_KEY,),
    },
    "foundry": {
        "ANTHROPIC_FOUNDRY_API_KEY": (_RESOURCE.key, _KEY, *_BLANKS),
        "ANTHROPIC_FOUNDRY_AUTH_TOKEN": (_RESOURCE.token, "nobody", *_BLANKS),
        "ANTHROPIC_AUTH_TOKEN": (_RESOURCE.token, "nobody"),
        "CLAUDE_CODE_SKIP_FOUNDRY_AUTH": ("1",),
    },
    "direct": {},
}
"""Variables beside a set-up of each kind, and their values."""
_HELPERS = (f"echo {direct.TOKENS['key-helper']}", "echo nobody", "false", "")
_MODELS: Sequence[Mapping[str, object]] = (
    {"modelOverrides": {"claude-opus-5-5": "claude-opus-4-8"}},
    {"modelOverrides": {"claude-opus-5-5": "us.anthropic.claude-opus-5", "claude-sonnet-5-5": "claude-opus-4-8"}},
    {"availableModels": ["opus"]},
    {"availableModels": ["sonnet", "claude-opus-5"], "model": "opus"},
)
_STOPPING = {"CLAUDE_CODE_MAX_TURNS": "0", "API_TIMEOUT_MS": "1", "CLAUDE_CODE_SUBPROCESS_ENV_SCRUB": "1"}
_USES: tuple[Use, ...] = ("here", "here", "here", "env", "run", "apply")


def make_pair(seed: int) -> World:
    """Return the world of this seed."""
    chance = random.Random(seed)
    draft = Draft(chance, calm=True)
    kind = draft.one((*STORIES, "direct", "direct"))
    profile, use = draft.one(STORIES[kind])(draft), draft.one(_USES)
    if use == "here" and kind in FLAGS:
        draft.put(FLAGS[kind], "1")
    for _ in range(draft.one((1, 1, 2, 3))):
        name, values = draft.one((*_ANY.items(), *CREDENTIALS[kind].items(), *CREDENTIALS[kind].items()))
        draft.put(name, draft.one(values))
    if draft.happens(0.25):
        draft.layers.setdefault(draft.one(("user", "user", "local")), {})["apiKeyHelper"] = draft.one(_HELPERS)
    if draft.happens(0.2):
        draft.layers.setdefault("user", {}).update(draft.one(_MODELS))
    if draft.happens(0.06):
        draft.put(*draft.one((*_STOPPING.items(),)))
    for layer, content in draft.layers.items():
        draft.files[LAYERS[layer]] = json.dumps(content)
    return World(seed, kind, use, draft.files, draft.environment, profile if use != "here" else "")
