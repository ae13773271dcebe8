"""Set-ups with a header of one's own that carries a credential for the Anthropic API, beside each way of signing."""

from collections.abc import Mapping

from tests.agree import direct
from tests.agree.kinds import HEADERS, KEY, LOGIN, PROJECT, TOKEN, USER, Case, Files
from tests.agree.kinds_files import ANTHROPIC_PROFILE

OAUTH = direct.TOKENS["oauth-token"]
WRONG_KEY, WRONG_OAUTH = "sk-ant-api03-wrong-0000-CCCC", "sk-ant-oat01-wrong-000000000000-0009"
_LOCAL, _STATE = "work/.claude/settings.local.json", ".claude.json"


def _helper(key: str) -> Files:
    return {USER: {"apiKeyHelper": f"echo {key}"}}


def _console(key: str) -> Files:
    return {_STATE: {"hasCompletedOnboarding": True, "primaryApiKey": key}}


SIGNERS: Mapping[str, Case] = {
    "nothing": ({}, {}),
    "login": (LOGIN, {}),
    "key": ({}, {"ANTHROPIC_API_KEY": KEY}),
    "wrong key": ({}, {"ANTHROPIC_API_KEY": WRONG_KEY}),
    "token": ({}, {"ANTHROPIC_AUTH_TOKEN": TOKEN}),
    "wrong token": ({}, {"ANTHROPIC_AUTH_TOKEN": WRONG_OAUTH}),
    "token and wrong key": ({}, {"ANTHROPIC_AUTH_TOKEN": TOKEN, "ANTHROPIC_API_KEY": WRONG_KEY}),
    "OAuth token": ({}, {"CLAUDE_CODE_OAUTH_TOKEN": OAUTH}),
    "wrong OAuth token": ({}, {"CLAUDE_CODE_OAUTH_TOKEN": WRONG_OAUTH}),
    "malformed OAuth token": ({}, {"CLAUDE_CODE_OAUTH_TOKEN": WRONG_KEY}),
    "helper": (_helper(direct.TOKENS["key-helper"]), {}),
    "wrong helper": (_helper("nobody"), {}),
    "failing helper": ({USER: {"apiKeyHelper": "false"}}, {}),
    "Console's key": (_console(KEY), {}),
    "Console's wrong key": (_console(WRONG_KEY), {}),
    "Anthropic profile": (ANTHROPIC_PROFILE, {}),
}
_LINES: Mapping[str, str] = {
    "X-Api-Key": f"X-Api-Key: {KEY}",
    "wrong X-Api-Key": f"X-Api-Key: {WRONG_KEY}",
    "Authorization": f"Authorization: Bearer {TOKEN}",
    "wrong Authorization": f"Authorization: Bearer {WRONG_OAUTH}",
}
_SPELLINGS: Mapping[str, str] = {
    "in lower case": f"x-api-key: {KEY}",
    "in capitals": f"AUTHORIZATION: bearer {TOKEN}",
    "after another header": f"x-agree: 1\nX-Api-Key: {KEY}",
    "before a wrong one": f"X-Api-Key: {KEY}\nx-api-key: {WRONG_KEY}",
    "both": f"Authorization: Bearer {WRONG_OAUTH}\nX-Api-Key: {KEY}",
    "both, the key wrong": f"Authorization: Bearer {TOKEN}\nX-Api-Key: {WRONG_KEY}",
    "between blanks": f"  X-Api-Key  :   {KEY}  ",
    "without a value": "X-Api-Key:",
    "Authorization without a value": "Authorization: ",
    "after a carriage return": f"x-agree: 1\r\nX-Api-Key: {KEY}\r\n",
    "another credential": "Proxy-Authorization: Basic bm9ib2R5OjE=",
}


def _with(case: Case, headers: str, layer: str = "") -> Case:
    files, variables = case
    if not layer:
        return files, {**variables, HEADERS: headers}
    content = files.get(layer, {})
    assert isinstance(content, Mapping)
    return {**files, layer: {**content, "env": {HEADERS: headers}}}, variables


BESIDE: Mapping[str, Case] = {
    f"{signer}, {name}": _with(case, line) for signer, case in SIGNERS.items() for name, line in _LINES.items()
}
SPELLED: Mapping[str, Case] = {
    f"{signer}, {name}": _with(SIGNERS[signer], line)
    for signer in ("nothing", "login", "wrong OAuth token")
    for name, line in _SPELLINGS.items()
}
LAYERED: Mapping[str, Case] = {
    f"{signer}, {name} of {layer}": _with(SIGNERS[signer], _LINES[name], layer)
    for layer in (USER, PROJECT, _LOCAL, _STATE)
    for signer, name in (("wrong key", "X-Api-Key"), ("wrong OAuth token", "Authorization"), ("nothing", "X-Api-Key"))
}
_AT_GATEWAY = {"ANTHROPIC_BASE_URL": "@LAB"}
AT_GATEWAY: Mapping[str, Case] = {
    f"{signer}, {name} at a gateway": _with((SIGNERS[signer][0], {**SIGNERS[signer][1], **_AT_GATEWAY}), line)
    for signer in ("nothing", "login", "wrong key", "wrong OAuth token", "token")
    for name, line in _LINES.items()
}

_KEYED = 'schema = 1\nsurface = "api-key"\n[set]\nkey = "file:@HOME/key"\n'
_PLAN = 'schema = 1\nsurface = "subscription"\n[set]\n'
_GATEWAY = 'schema = 1\nsurface = "gateway"\n[set]\nbase_url = "@LAB"\nauth_token = "file:@HOME/token"\n'
_OWN = 'headers = "file:@HOME/headers"\n'


def _files(secret: str, headers: str = "", own: str = "") -> Files:
    settings: Files = {USER: {"env": {HEADERS: headers}}} if headers else {}
    return {**LOGIN, **settings, "key": secret, "token": secret, "headers": own or "x-agree: 1"}


BY_PROFILE: Mapping[str, tuple[Case, str]] = {
    "wrong key, the user's X-Api-Key": ((_files(WRONG_KEY, _LINES["X-Api-Key"]), {}), _KEYED),
    "key, the user's wrong X-Api-Key": ((_files(KEY, _LINES["wrong X-Api-Key"]), {}), _KEYED),
    "key, the user's wrong Authorization": ((_files(KEY, _LINES["wrong Authorization"]), {}), _KEYED),
    "login, the user's Authorization": ((_files("", _LINES["Authorization"]), {}), _PLAN),
    "login, the user's wrong X-Api-Key": ((_files("", _LINES["wrong X-Api-Key"]), {}), _PLAN),
    "token of a gateway, the user's wrong X-Api-Key": ((_files(TOKEN, _LINES["wrong X-Api-Key"]), {}), _GATEWAY),
    "wrong token of a gateway, the user's X-Api-Key": ((_files("nobody", _LINES["X-Api-Key"]), {}), _GATEWAY),
}
"""A header of the user's settings file beside a saved profile."""
OF_PROFILE: Mapping[str, tuple[Case, str]] = {
    "wrong key, the profile's X-Api-Key": ((_files(WRONG_KEY, own=_LINES["X-Api-Key"]), {}), _KEYED + _OWN),
    "login, the profile's Authorization": ((_files("", own=_LINES["Authorization"]), {}), _PLAN + _OWN),
    "login, the profile's wrong Authorization": ((_files("", own=_LINES["wrong Authorization"]), {}), _PLAN + _OWN),
    "login, the profile's X-Api-Key": ((_files("", own=_LINES["X-Api-Key"]), {}), _PLAN + _OWN),
    "token of a gateway, the profile's X-Api-Key": ((_files(TOKEN, own=_LINES["X-Api-Key"]), {}), _GATEWAY + _OWN),
}
"""A header of the profile's own, which `apply` declines to write in plain text."""
