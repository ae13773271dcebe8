"""Random worlds from a seed."""

import json
import random
from collections.abc import Mapping

from tests.agree import aws, direct, google, platforms
from tests.agree.world import LAYERS, Draft, Part, Use, World

PARTS: Mapping[str, tuple[Part, str]] = {
    "bedrock": (aws.bedrock, "CLAUDE_CODE_USE_BEDROCK"),
    "direct": (direct.api, ""),
    "vertex": (google.vertex, "CLAUDE_CODE_USE_VERTEX"),
    "foundry": (platforms.foundry, "CLAUDE_CODE_USE_FOUNDRY"),
    "mantle": (platforms.mantle, "CLAUDE_CODE_USE_MANTLE"),
    "claude-gcp": (google.platform, "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD"),
    "claude-aws": (platforms.platform, "CLAUDE_CODE_USE_ANTHROPIC_AWS"),
}
"""What each kind of world is made of, and the flag that selects its provider."""
_FLAG_VALUES = ("1", "1", "true", "yes", " 1 ", "0", "2", "TRUE")
_USES: tuple[Use, ...] = ("here", "here", "env", "run", "apply")
_MODELS = {
    "ANTHROPIC_MODEL": ("opus", "sonnet", "haiku", "claude-opus-5-5", "us.anthropic.claude-opus-5-5", " opus ", "best"),
    "ANTHROPIC_DEFAULT_OPUS_MODEL": ("claude-opus-4-8", "us.anthropic.claude-opus-5-5[1m]"),
    "ANTHROPIC_DEFAULT_SONNET_MODEL": ("claude-sonnet-5", "us.anthropic.claude-sonnet-5-5"),
    "ANTHROPIC_SMALL_FAST_MODEL": ("claude-haiku-4-5",),
}
_LEFTOVERS = {
    "CLAUDE_CODE_USE_BEDROCK": ("1", "0", "true"),
    "ANTHROPIC_API_KEY": (direct.TOKENS["api-key"],),
    "ANTHROPIC_AUTH_TOKEN": (direct.TOKENS["auth-token"],),
    "CLAUDE_CODE_OAUTH_TOKEN": (direct.TOKENS["oauth-token"], ""),
    "AWS_REGION": aws.REGIONS,
    "AWS_PROFILE": aws.NAMES,
    "ANTHROPIC_BASE_URL": ("@LAB",),
    "ANTHROPIC_BEDROCK_BASE_URL": ("@LAB",),
}


_NETWORK = (
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("HTTPS_PROXY", "@LAB"),
    ("NO_PROXY", ""),
    ("NODE_EXTRA_CA_CERTS", "@HOME/gone.pem"),
    ("CLAUDE_CODE_SIMPLE", "1"),
    ("CLAUDE_CODE_EXTRA_BODY", '{"model": "claude-haiku-4-5"}'),
    ("ANTHROPIC_CUSTOM_HEADERS", "x-agree: 1"),
)


def make_world(seed: int) -> World:
    """Return the world of this seed."""
    chance = random.Random(seed)
    draft = Draft(chance, calm=chance.random() < 0.5)
    kind = draft.one((*PARTS, "bedrock", "bedrock", "direct", "vertex"))
    part, flag = PARTS[kind]
    profile, use = part(draft), draft.one(_USES)
    if use == "here" and flag:
        draft.put(flag, draft.good(_FLAG_VALUES))
    rare = draft.one((0.0, 0.04, 0.12))  # a third of the worlds has no leftovers
    for name, values in (*_MODELS.items(), *_LEFTOVERS.items()):
        if draft.happens(rare):
            draft.put(name, draft.one(values))
    if draft.breaks(0.1):
        draft.put(*draft.one(_NETWORK))
    if draft.happens(0.1):
        draft.layers.setdefault(draft.one(("user", "project", "local")), {})["model"] = draft.one(("haiku", "sonnet"))
    for layer, content in draft.layers.items():
        draft.files[LAYERS[layer]] = json.dumps(content)
    return World(seed, kind, use, draft.files, draft.environment, profile if use != "here" else "")
