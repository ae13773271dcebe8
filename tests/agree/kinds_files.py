"""Set-ups next to worlds in which ccsetup and the client disagreed: what files say, and in which layer."""

from collections.abc import Mapping

from ccsetup.lab import environment
from tests.agree import aws, direct, google
from tests.agree.kinds import (
    AUTHORIZATION,
    BEDROCK,
    FOUNDRY,
    KEY,
    LOGIN,
    MANTLE,
    NOBODY,
    PLATFORM,
    PROJECT,
    RESOURCE,
    SKIP,
    TOKEN,
    USER,
    X_KEY,
    Case,
    Files,
)

BY = {"ANTHROPIC_API_KEY": KEY}
_LOCAL = "work/.claude/settings.local.json"
_TURNS, _TIMEOUT, _PROBE = "CLAUDE_CODE_MAX_TURNS", "API_TIMEOUT_MS", "CLAUDE_CODE_CONFIG_PROBE"


def _layers(**layers: Mapping[str, str]) -> Mapping[str, object]:
    paths = {"user": USER, "project": PROJECT, "local": _LOCAL}
    return {paths[layer]: {"env": dict(values)} for layer, values in layers.items()}


STOPPING: Mapping[str, Case] = {
    "turns of a project": (_layers(project={_TURNS: "0"}), BY),
    "turns of a local file": (_layers(local={_TURNS: "0"}), BY),
    "turns of the user": (_layers(user={_TURNS: "0"}), BY),
    "turns of a project over the user's": (_layers(project={_TURNS: "5"}, user={_TURNS: "0"}), BY),
    "turns of a project over the shell's": (_layers(project={_TURNS: ""}), {**BY, _TURNS: "0"}),
    "turns of the user over the shell's": (_layers(user={_TURNS: ""}), {**BY, _TURNS: "0"}),
    "probe of a project": (_layers(project={_PROBE: "1"}), BY),
    "time limit of a project": (_layers(project={_TIMEOUT: "1"}), BY),
    "time limit of a project over the user's": (_layers(project={_TIMEOUT: "600000"}, user={_TIMEOUT: "1"}), BY),
}
"""Variables that stop the client, some of which it reads before a project's files."""

_FOREIGN = "https://agree.awsapps.com/token"
_DOMAIN = {"universe_domain": "agree.example"}
_PERSON: Mapping[str, object] = dict(environment.user_credentials(google.ADA))
_KEY: Mapping[str, object] = {
    "type": "service_account",
    "project_id": "acme-ml",
    "client_email": google.ROBOT.email,
    "private_key": google.PRIVATE_KEY,
}
_POOL = "projects/482910573621/locations/global/workloadIdentityPools/lab/providers/lab"
_WORKLOAD: Mapping[str, object] = {
    "type": "external_account",
    "audience": f"//iam.googleapis.com/{_POOL}",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "@HOME/wif.token"},
}
_WORKFORCE: Mapping[str, object] = {
    "type": "external_account_authorized_user",
    "audience": "//iam.googleapis.com/locations/global/workforcePools/lab/providers/lab",
    "client_id": "c",
    "client_secret": "s",
    "refresh_token": google.ADA.refresh,
    "token_url": "https://sts.googleapis.com/v1/token",
}
_ACCOUNT = f"v1/projects/-/serviceAccounts/{google.ROBOT.email}:generateAccessToken"
_IMPERSONATED: Mapping[str, object] = {
    "type": "impersonated_service_account",
    "service_account_impersonation_url": f"https://iamcredentials.googleapis.com/{_ACCOUNT}",
    "source_credentials": _PERSON,
}


def _vertex(content: Mapping[str, object]) -> Case:
    variables = {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ml",
        "CLOUD_ML_REGION": "global",
        "GOOGLE_APPLICATION_CREDENTIALS": "@HOME/google.json",
    }
    return {"google.json": content, "wif.token": google.ROBOT.access_token}, variables


def _without(content: Mapping[str, object], name: str) -> Mapping[str, object]:
    return {key: value for key, value in content.items() if key != name}


GOOGLE: Mapping[str, Case] = {
    "key, foreign token_uri": _vertex({**_KEY, "token_uri": _FOREIGN}),
    "key, no token_uri": _vertex(_KEY),
    "user, foreign token_uri": _vertex({**_PERSON, "token_uri": _FOREIGN}),
    "user, another domain": _vertex({**_PERSON, **_DOMAIN}),
    "workload": _vertex(_WORKLOAD),
    "workload, no token_url": _vertex(_without(_WORKLOAD, "token_url")),
    "workload, no audience": _vertex(_without(_WORKLOAD, "audience")),
    "workload, another domain": _vertex({**_WORKLOAD, **_DOMAIN}),
    "workload, of a program that is not allowed": _vertex(
        {**_WORKLOAD, "credential_source": {"executable": {"command": "true"}}}
    ),
    "workforce": _vertex(_WORKFORCE),
    "workforce, another domain": _vertex({**_WORKFORCE, **_DOMAIN}),
    "impersonated": _vertex(_IMPERSONATED),
    "impersonated, foreign host": _vertex(
        {**_IMPERSONATED, "service_account_impersonation_url": f"https://agree.awsapps.com/{_ACCOUNT}"}
    ),
    "impersonated, another domain": _vertex({**_IMPERSONATED, **_DOMAIN}),
    "impersonated by a key, foreign token_uri": _vertex(
        {**_IMPERSONATED, "source_credentials": {**_KEY, "token_uri": _FOREIGN}}
    ),
}
"""Files of Google's credentials: which hosts are called, and what is read."""


_FLAGS = {**SKIP, "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1"}
_AT_BEDROCK = {**BEDROCK, **_FLAGS, "ANTHROPIC_BEDROCK_BASE_URL": "@LAB"}
_AT_VERTEX = {**_vertex({})[1], **_FLAGS, "ANTHROPIC_VERTEX_BASE_URL": "@LAB/v1"}
_OWN_PLATFORM = {name: value for name, value in PLATFORM.items() if name != "ANTHROPIC_AWS_API_KEY"}


def _helper(key: str, path: str = USER) -> Mapping[str, object]:
    return {path: {"apiKeyHelper": f"echo {key}"}}


HELPERS: Mapping[str, Case] = {
    "skip, helper at a gateway of Bedrock": (_helper(aws.BEARER), _AT_BEDROCK),
    "skip, wrong helper at a gateway of Bedrock": (_helper("nobody"), _AT_BEDROCK),
    "skip, a project's helper at a gateway of Bedrock": (_helper(aws.BEARER, PROJECT), _AT_BEDROCK),
    "skip, a project's wrong helper at a gateway of Bedrock": (_helper("nobody", PROJECT), _AT_BEDROCK),
    "skip, failing helper at a gateway of Bedrock": ({USER: {"apiKeyHelper": "false"}}, _AT_BEDROCK),
    "skip, helper beside another token": (_helper(aws.BEARER), {**_AT_BEDROCK, **NOBODY}),
    "skip, helper on Bedrock": (_helper(aws.BEARER), {**BEDROCK, **_FLAGS}),
    "skip, helper on Mantle": (_helper(aws.BEARER), {**MANTLE, **_FLAGS}),
    "skip, helper at a gateway of Vertex AI": (_helper(google.ADA.access_token), _AT_VERTEX),
    "skip, a project's helper at a gateway of Vertex AI": (_helper(google.ADA.access_token, PROJECT), _AT_VERTEX),
    "skip, helper on Foundry": (_helper(RESOURCE.token), {**FOUNDRY, **_FLAGS}),
    "skip, wrong helper on Foundry": (_helper("nobody"), {**FOUNDRY, **_FLAGS}),
    "skip, helper on the platform": (_helper(PLATFORM["ANTHROPIC_AWS_API_KEY"]), {**_OWN_PLATFORM, **_FLAGS}),
    "a project's helper beside a wrong token": (_helper("sk-ant-api03-agree-helper-0000003", PROJECT), NOBODY),
}
"""A key helper whose value is sent as a bearer where the client must not sign, and one that ccsetup may not run."""


ANTHROPIC_PROFILE: Files = {
    ".config/anthropic/configs/default.json": {"authentication": {"type": "user_oauth"}},
    ".config/anthropic/credentials/default.json": {
        "version": "1.0",
        "type": "oauth_token",
        "access_token": direct.TOKENS["anthropic-profile"],
        "refresh_token": "r",
        "expires_at": 4070908800,
    },
}
_NAMED = {"ANTHROPIC_PROFILE": "default"}

HEADED: Mapping[str, Case] = {
    # a header that replaces the key beside a token
    "token and a key, X-Api-Key at a gateway": (
        {},
        {"ANTHROPIC_BASE_URL": "@LAB", "ANTHROPIC_AUTH_TOKEN": TOKEN, "ANTHROPIC_API_KEY": KEY, **X_KEY},
    ),
    # an Anthropic profile and a header
    "profile, Authorization": (ANTHROPIC_PROFILE, AUTHORIZATION),
    "profile, X-Api-Key": (ANTHROPIC_PROFILE, X_KEY),
    "profile and login, Authorization": ({**ANTHROPIC_PROFILE, **LOGIN}, AUTHORIZATION),
    "named profile and login, Authorization": ({**ANTHROPIC_PROFILE, **LOGIN}, {**_NAMED, **AUTHORIZATION}),
    "named profile and login, X-Api-Key": ({**ANTHROPIC_PROFILE, **LOGIN}, {**_NAMED, **X_KEY}),
}
"""A header that carries a credential, beside what it replaces and what it does not."""

CONSOLE_KEY = "sk-ant-api03-agree-console-0000005"
_STATE = {"hasCompletedOnboarding": True, "primaryApiKey": CONSOLE_KEY}
_CONSOLE: Files = {".claude.json": _STATE}
_BY_TOKEN = {"ANTHROPIC_BASE_URL": "@LAB", "ANTHROPIC_AUTH_TOKEN": TOKEN}

STORED: Mapping[str, Case] = {
    "Console's key beside a token": (_CONSOLE, _BY_TOKEN),
    "Console's key beside a token, an empty key": (_CONSOLE, {**_BY_TOKEN, "ANTHROPIC_API_KEY": ""}),
    "Console's key beside a token and a key": (_CONSOLE, {**_BY_TOKEN, **BY}),
    "Console's key beside a token and a helper": ({**_CONSOLE, **_helper(TOKEN)}, _BY_TOKEN),
    "Console's key beside a token and a login": ({**_CONSOLE, **LOGIN}, _BY_TOKEN),
    "Console's key beside a token, X-Api-Key": (_CONSOLE, {**_BY_TOKEN, **X_KEY}),
    "Console's key beside a token of Anthropic's host": (_CONSOLE, {"ANTHROPIC_AUTH_TOKEN": TOKEN}),
    "Console's key alone at a gateway": (_CONSOLE, {"ANTHROPIC_BASE_URL": "@LAB"}),
    "Console's right key alone at a gateway": (
        {".claude.json": {**_STATE, "primaryApiKey": KEY}},
        {"ANTHROPIC_BASE_URL": "@LAB"},
    ),
    "Console's key and a login at a gateway": ({**_CONSOLE, **LOGIN}, {"ANTHROPIC_BASE_URL": "@LAB"}),
    "Console's key and the client's own gateway": (_CONSOLE, {**_BY_TOKEN, "CLAUDE_CODE_USE_GATEWAY": "1"}),
    "Console's key, saved sign-ins left alone": (_CONSOLE, {**_BY_TOKEN, "CLAUDE_CODE_SIMPLE": "1"}),
}
"""The key that a sign-in to the Claude Console left, which the client sends beside a gateway's token."""

_GATEWAY = 'schema = 1\nsurface = "gateway"\n[set]\nbase_url = "@LAB"\n'
_RIGHT: Files = {".claude.json": {**_STATE, "primaryApiKey": KEY}}
_UNKEYED = 'schema = 1\nsurface = "api-key"\n[set]\n'
BY_TOKEN: Mapping[str, tuple[Case, str]] = {
    "Console's key beside a profile's token": (
        ({**_CONSOLE, "token": TOKEN}, {}),
        _GATEWAY + 'auth_token = "file:@HOME/token"\n',
    ),
    "Console's key and a profile without a token": ((_CONSOLE, {}), _GATEWAY),
    "Console's right key and a profile without a token": ((_RIGHT, {}), _GATEWAY),
    "login and a profile without a token": ((LOGIN, {}), _GATEWAY),
    "nothing and a profile without a token": (({}, {}), _GATEWAY),
    "Console's right key and a profile without a key": ((_RIGHT, {}), _UNKEYED),
}
