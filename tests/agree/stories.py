"""A second generator, unlike the first: a set-up that works, as people really have it, and up to three edits to it.

What differs from a working set-up is little, so that each disagreement shows its cause.
"""

import json
import random
from collections.abc import Callable, Mapping

from tests.agree import aws, direct, google, platforms
from tests.agree.edits import edit
from tests.agree.world import LAYERS, Draft, Use, World

BEGINNING = 1_000_000
"""Worlds of this generator have seeds from here on."""
Story = Callable[[Draft], str]
_USES: tuple[Use, ...] = ("here", "here", "env", "run", "apply")
ROLE = f"arn:aws:iam::{aws.ACCOUNT}:role/Agree"
ORGANIZATION = "11111111-1111-4111-8111-111111111111"
START = "https://agree.awsapps.com/start"


def _bedrock(draft: Draft, lines: str, *, region: str = "us-east-1") -> str:
    draft.put("AWS_REGION", region)
    return f'schema = 1\nsurface = "bedrock"\n[set]\nregion = "{region}"\n{lines}'


def _config(draft: Draft, text: str) -> None:
    draft.files[".aws/config"] = draft.files.get(".aws/config", "") + text


def _keys(kind: str) -> str:
    key = aws.KEYS[kind]
    return f"aws_access_key_id = {key}\naws_secret_access_key = {aws.secret(key)}\n"


def static_keys(draft: Draft) -> str:
    draft.files[".aws/credentials"] = f"[default]\n{_keys('good')}"
    return _bedrock(draft, "")


def named_keys(draft: Draft) -> str:
    draft.files[".aws/credentials"] = f"[default]\n{_keys('other')}\n[dev]\n{_keys('good')}"
    _config(draft, "[profile dev]\nregion = eu-west-1\n[default]\nregion = us-west-2\n")
    draft.put("AWS_PROFILE", "dev")
    return 'schema = 1\nsurface = "bedrock"\n[set]\nregion = "eu-west-1"\naws_profile = "dev"\n'


def sso(draft: Draft) -> str:
    token = {"startUrl": START, "region": "us-east-1", "accessToken": "token", "expiresAt": aws.LATER}
    whole = draft.happens(0.5)  # with a section of its own, or as before
    name = b"agree" if whole else START.encode()
    draft.files[f".aws/sso/cache/{aws.cache_name(name)}.json"] = json.dumps(token)
    place = f"sso_start_url = {START}\nsso_region = us-east-1\n"
    if whole:
        _config(draft, f"[sso-session agree]\n{place}sso_registration_scopes = sso:account:access\n")
    source = "sso_session = agree\n" if whole else place
    _config(draft, f"[profile dev]\n{source}sso_account_id = {aws.ACCOUNT}\nsso_role_name = Agree\n")
    draft.put("AWS_PROFILE", "dev")
    return _bedrock(draft, 'aws_profile = "dev"\n')


def role(draft: Draft) -> str:
    draft.files[".aws/credentials"] = f"[base]\n{_keys('good')}"
    more = draft.one(("", "role_session_name = me\n", "external_id = 42\n", "duration_seconds = 900\n"))
    _config(draft, f"[profile dev]\nrole_arn = {ROLE}\nsource_profile = base\n{more}")
    if draft.happens(0.4):
        _config(draft, f"[profile mid]\nrole_arn = {ROLE}\nsource_profile = base\n")
        draft.files[".aws/config"] = draft.files[".aws/config"].replace(
            "source_profile = base", "source_profile = mid", 1
        )
    draft.put("AWS_PROFILE", "dev")
    return _bedrock(draft, 'aws_profile = "dev"\n')


def role_of_environment(draft: Draft) -> str:
    _config(draft, f"[profile dev]\nrole_arn = {ROLE}\ncredential_source = Environment\n")
    draft.environment |= {"AWS_ACCESS_KEY_ID": aws.KEYS["env"], "AWS_SECRET_ACCESS_KEY": aws.secret(aws.KEYS["env"])}
    draft.put("AWS_PROFILE", "dev")
    return _bedrock(draft, 'aws_profile = "dev"\n')


def web_identity(draft: Draft) -> str:
    draft.files["web.token"] = aws.KEYS["role"]
    _config(draft, f"[profile dev]\nrole_arn = {ROLE}\nweb_identity_token_file = @HOME/web.token\n")
    draft.put("AWS_PROFILE", "dev")
    return _bedrock(draft, 'aws_profile = "dev"\n')


def program(draft: Draft) -> str:
    keys = {"AccessKeyId": aws.KEYS["process"], "SecretAccessKey": aws.secret(aws.KEYS["process"])}
    text = json.dumps({"Version": draft.one((1, 1, "1")), **keys, "SessionToken": "session"})
    draft.files["keys.json"] = text
    draft.files["keys"] = f"#!/bin/sh\n{draft.one(('', '', 'echo note >&2; '))}exec cat @HOME/keys.json\n"
    _config(draft, f"[profile dev]\ncredential_process = {draft.one(('@HOME/keys', 'sh @HOME/keys', '$HOME/keys'))}\n")
    draft.put("AWS_PROFILE", "dev")
    return _bedrock(draft, 'aws_profile = "dev"\n')


def environment_keys(draft: Draft) -> str:
    layer = draft.one(("shell", "user", "global"))
    target: dict[str, object] = {} if layer == "shell" else draft.env(layer)
    target |= {"AWS_ACCESS_KEY_ID": aws.KEYS["env"], "AWS_SECRET_ACCESS_KEY": aws.secret(aws.KEYS["env"])}
    if layer == "shell":
        draft.environment |= {name: str(value) for name, value in target.items()}
    return _bedrock(draft, "")


def bearer(draft: Draft) -> str:
    draft.files["bearer"] = aws.BEARER
    draft.put("AWS_BEARER_TOKEN_BEDROCK", aws.BEARER)
    return _bedrock(draft, 'bearer_token = "file:@HOME/bearer"\n')


def export(draft: Draft) -> str:
    keys = {"AccessKeyId": aws.KEYS["export"], "SecretAccessKey": aws.secret(aws.KEYS["export"]), "SessionToken": "s"}
    keys["SessionToken"] = "session"
    draft.files["export"] = json.dumps({"Credentials": keys})
    draft.layers.setdefault("user", {})["awsCredentialExport"] = "cat @HOME/export"
    draft.files[".aws/credentials"] = f"[default]\n{_keys('other')}"
    return _bedrock(draft, "")


def _vertex(draft: Draft, lines: str = "") -> str:
    draft.put(
        draft.one(("ANTHROPIC_VERTEX_PROJECT_ID", "ANTHROPIC_VERTEX_PROJECT_ID", "GOOGLE_CLOUD_PROJECT")), "acme-ml"
    )
    if draft.happens(0.7):
        draft.put("CLOUD_ML_REGION", "global")
    return f'schema = 1\nsurface = "vertex"\n[set]\nproject = "acme-ml"\nlocation = "global"\n{lines}'


def google_user(draft: Draft) -> str:
    draft.files[google.ADC] = google.calm_credentials(draft, "user")
    return _vertex(draft)


def google_robot(draft: Draft) -> str:
    draft.files["sa.json"] = google.calm_credentials(draft, "sa.json")
    draft.put("GOOGLE_APPLICATION_CREDENTIALS", "@HOME/sa.json")
    return _vertex(draft, 'credentials_file = "@HOME/sa.json"\n')


def google_federation(draft: Draft) -> str:
    draft.files["wif.json"] = google.calm_credentials(draft, "wif.json")
    draft.put("GOOGLE_APPLICATION_CREDENTIALS", "@HOME/wif.json")
    return _vertex(draft, 'credentials_file = "@HOME/wif.json"\n')


def foundry(draft: Draft) -> str:
    resource = platforms.RESOURCE
    draft.put("ANTHROPIC_FOUNDRY_RESOURCE", resource.name)
    draft.put("ANTHROPIC_FOUNDRY_API_KEY", resource.key)
    draft.files["key"] = resource.key
    for tier, name in zip(("OPUS", "SONNET"), resource.deployments, strict=False):
        draft.put(f"ANTHROPIC_DEFAULT_{tier}_MODEL", name)
    pins = "\n".join(f'{tier} = "{name}"' for tier, name in zip(("opus", "sonnet"), resource.deployments, strict=False))
    head = f'schema = 1\nsurface = "foundry"\n[set]\nresource = "{resource.name}"\nkey = "file:@HOME/key"\n'
    return f"{head}[models]\n{pins}\n"


def api_key(draft: Draft) -> str:
    draft.put("ANTHROPIC_API_KEY", direct.TOKENS["api-key"])
    draft.files["key"] = direct.TOKENS["api-key"]
    return 'schema = 1\nsurface = "api-key"\n[set]\nkey = "file:@HOME/key"\n'


def login(draft: Draft) -> str:
    direct.login(draft)
    return 'schema = 1\nsurface = "subscription"\n[set]\nplan = "max-20x"\n'


def anthropic_profile(draft: Draft) -> str:
    """A sign-in of Anthropic's own tools, perhaps beside a Claude login."""
    folder = draft.one((".config/anthropic", ".config/anthropic", "elsewhere"))
    if folder == "elsewhere":
        draft.environment["ANTHROPIC_CONFIG_DIR"] = "@HOME/elsewhere"
    name = draft.one(("default", "work"))
    config: dict[str, object] = {"authentication": {"type": "user_oauth"}, "organization_id": ORGANIZATION}
    if draft.happens(0.3):
        config["base_url"] = "@LAB"
    token = {"type": "oauth_token", "access_token": direct.TOKENS["anthropic-profile"], "refresh_token": "r"}
    draft.files[f"{folder}/configs/{name}.json"] = json.dumps(config)
    draft.files[f"{folder}/credentials/{name}.json"] = json.dumps({**token, "expires_at": 4070908800, "version": "1.0"})
    match draft.one(("named", "active", "there")):
        case "named":
            draft.put("ANTHROPIC_PROFILE", name)
        case "active":
            draft.files[f"{folder}/active_config"] = f"{name}\n"
    if draft.happens(0.4):
        direct.login(draft)
    return 'schema = 1\nsurface = "subscription"\n[set]\nplan = "max-20x"\n'


def helper(draft: Draft) -> str:
    draft.files["helper"] = direct.TOKENS["key-helper"]
    command = draft.one(("cat @HOME/helper", "cat @HOME/helper; echo", "echo note >&2; cat @HOME/helper"))
    draft.layers.setdefault(draft.one(("user", "user", "local")), {})["apiKeyHelper"] = command
    draft.files["key"] = direct.TOKENS["api-key"]
    return 'schema = 1\nsurface = "api-key"\n[set]\nkey = "file:@HOME/key"\n'


def gateway(draft: Draft) -> str:
    draft.put("ANTHROPIC_BASE_URL", "@LAB")
    draft.put("ANTHROPIC_AUTH_TOKEN", direct.TOKENS["auth-token"])
    draft.files["token"] = direct.TOKENS["auth-token"]
    return 'schema = 1\nsurface = "gateway"\n[set]\nbase_url = "@LAB"\nauth_token = "file:@HOME/token"\n'


STORIES: Mapping[str, tuple[Story, ...]] = {
    "bedrock": (static_keys, named_keys, sso, role, role_of_environment, web_identity, program, environment_keys,
                bearer, export),
    "vertex": (google_user, google_robot, google_federation),
    "foundry": (foundry,),
    "direct": (api_key, login, anthropic_profile, helper, gateway),
}  # fmt: skip
FLAGS = {
    "bedrock": "CLAUDE_CODE_USE_BEDROCK",
    "vertex": "CLAUDE_CODE_USE_VERTEX",
    "foundry": "CLAUDE_CODE_USE_FOUNDRY",
}


def make_story(seed: int) -> World:
    """Return the world of this seed."""
    chance = random.Random(seed)
    draft = Draft(chance, calm=True)
    kind = draft.one(("bedrock", "bedrock", "bedrock", "vertex", "vertex", "direct", "direct", "foundry"))
    profile, use = draft.one(STORIES[kind])(draft), draft.one(_USES)
    if use == "here" and kind in FLAGS:
        draft.put(FLAGS[kind], "1")
    wrap = edit(draft, kind)
    for layer, content in draft.layers.items():
        spelled = wrap.get(layer)
        draft.files[LAYERS[layer]] = spelled(content) if spelled else json.dumps(content)
    return World(seed, kind, use, draft.files, draft.environment, profile if use != "here" else "")
