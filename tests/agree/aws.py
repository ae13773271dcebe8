"""AWS files with odd syntax and several sources at once, and what else decides on Bedrock."""

import hashlib
import json
from collections.abc import Sequence

from tests.agree.world import Draft

ACCOUNT = "123456789012"
KEYS = {
    "good": "AKIAAGREEGOOD0000001",
    "other": "AKIAAGREEOTHER000002",
    "env": "AKIAAGREEENV00000003",
    "process": "ASIAAGREEPROCESS0004",
    "login": "ASIAAGREELOGIN000005",
    "sso": "ASIAAGREESSO00000007",
    "role": "ASIAAGREEROLE0000006",
    "export": "ASIAAGREEEXPORT00008",
    "lists": "AKIAAGREELISTS000010",
    "invokes": "AKIAAGREEINVOKES0011",
    "bad": "AKIAAGREEBAD00000009",
}
"""Access key ids, one for each kind of source; "bad" is unknown to AWS, "lists" and "invokes" may do only that."""
ALLOWED = {
    "lists": ("bedrock:List*", "bedrock:Get*", "bedrock-mantle:List*", "aws-external-anthropic:List*"),
    "invokes": ("bedrock:InvokeModel*", "bedrock-mantle:CreateInference", "aws-external-anthropic:CreateInference"),
}
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Login/me"
BEARER = "ABSKYWdyZWUtYmVhcmVyLWtleQ=="
NAMES = ("dev", "default", "base", "my.prod")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1")
ODD_REGIONS = (" eu-west-1 ", '"eu-west-1"', "nowhere", "us-east-1\r")
LATER, PAST = "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
PINS = (
    *("us.anthropic.claude-opus-5-5", "global.anthropic.claude-sonnet-5-5", "us.anthropic.claude-opus-5-5[1m]") * 2,
    "eu.anthropic.claude-opus-5-5",
    "anthropic.claude-opus-5-5",
    "claude-opus-5-5",
    "claude-opus-4-6[1M]",
    "us.anthropic.claude-opus-9-9",
    "arn:aws:bedrock:us-east-1::inference-profile/us.anthropic.claude-opus-5-5",
    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.anthropic.claude-sonnet-5-5",
    f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:inference-profile/eu.anthropic.claude-opus-5-5",
    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile%2Fus.anthropic.claude-opus-5-5",
    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/gone00000000",
    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:provisioned-model/gone00000000",
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5-5",
)
"""Of Bedrock: good ones, and ones that a place may not have or the client changes."""


def bedrock(draft: Draft) -> str:
    """Add AWS files and variables, and return a profile of Bedrock."""
    made = ["dev", "default"] if draft.calm else draft.some(NAMES, 0.5) or ["dev"]
    for name in made:
        _profile(draft, name)
    named = made if draft.calm else (*made, *made, *made, *NAMES)
    _bytes(draft)
    _rivals(draft, named)
    lines = [f'region = "{draft.one(REGIONS)}"']
    if draft.happens(0.7):
        lines.append(f'aws_profile = "{draft.one(named)}"')
    if draft.happens(0.1):
        lines += _gateway(draft)
    pinned = draft.pins(PINS) if draft.happens(0.5) else []
    return "\n".join(("schema = 1", 'surface = "bedrock"', "[set]", *lines, *pinned, ""))


def _gateway(draft: Draft) -> list[str]:
    """Put a gateway before Bedrock, which may sign instead of the client, and return lines for a profile."""
    draft.put("ANTHROPIC_BEDROCK_BASE_URL", draft.one(("@LAB", "@LAB/", "@LAB/nowhere")))
    if draft.happens(0.7):
        draft.put("CLAUDE_CODE_SKIP_BEDROCK_AUTH", draft.one(("1", "1", "true", "0")))
    if draft.happens(0.6):
        draft.put("ANTHROPIC_AUTH_TOKEN", draft.one((BEARER, "nobody")))
    base = draft.one(("@LAB", "@LAB", "@LAB/nowhere"))
    flag = ["[env]", 'CLAUDE_CODE_SKIP_BEDROCK_AUTH = "1"'] if draft.happens(0.3) else []
    return [f'base_url = "{base}"', *flag]


def _bytes(draft: Draft) -> None:
    """Write a file as PowerShell or an editor on Windows does."""
    for name in ("config", "credentials"):
        path = f".aws/{name}"
        if path in draft.files and draft.happens(0.12):
            draft.files[path] = "\ufeff" + draft.files[path]
        if path in draft.files and draft.happens(0.12):
            draft.files[path] = draft.files[path].replace("\n", "\r\n")


def _rivals(draft: Draft, named: Sequence[str]) -> None:
    """Set variables and settings lines that choose a source or a region."""
    if draft.happens(0.7):
        draft.put("AWS_PROFILE", draft.one(named if draft.calm else (*named, "gone")))
    if draft.happens(0.3):
        _variables(draft, draft.good(("env", "env", "bad")))
    if draft.happens(0.5):
        draft.put("AWS_REGION", draft.one((*REGIONS, *ODD_REGIONS) if draft.breaks(0.4) else REGIONS))
    if draft.happens(0.15):
        draft.put("AWS_DEFAULT_REGION", draft.one(REGIONS))
    if draft.happens(0.1):
        draft.put("AWS_BEARER_TOKEN_BEDROCK", BEARER)
    if draft.happens(0.06):
        draft.files["web.token"] = KEYS["role"]
        draft.put("AWS_WEB_IDENTITY_TOKEN_FILE", draft.one(("@HOME/web.token", "@HOME/web.token", "@HOME/gone")))
        if draft.happens(0.8):
            draft.put("AWS_ROLE_ARN", f"arn:aws:iam::{ACCOUNT}:role/Agree")
    if draft.happens(0.1):
        draft.put("AWS_DEFAULT_PROFILE", draft.one(NAMES))
    if draft.happens(0.12):
        layer = draft.one(("user", "project", "local"))
        draft.layers.setdefault(layer, {})["awsCredentialExport"] = draft.good(("cat @HOME/export", "false"))
    if draft.happens(0.1):
        draft.files["other-credentials"] = f"[dev]\n{_keys('other')}"
        draft.put("AWS_SHARED_CREDENTIALS_FILE", "@HOME/other-credentials")
    keys = {"AccessKeyId": KEYS["export"], "SecretAccessKey": secret(KEYS["export"]), "SessionToken": "session"}
    draft.files["export"] = json.dumps({"Credentials": keys})


def secret(key: str) -> str:
    return f"secret-of-{key}"


def _keys(kind: str) -> str:
    return f"aws_access_key_id = {KEYS[kind]}\naws_secret_access_key = {secret(KEYS[kind])}\n"


def _variables(draft: Draft, kind: str) -> None:
    layer = draft.one(("shell", "shell", "user", "project", "global"))
    target = draft.environment if layer == "shell" else draft.env(layer)
    target["AWS_ACCESS_KEY_ID"] = KEYS[kind]
    if draft.needs(0.9):
        target["AWS_SECRET_ACCESS_KEY"] = secret(KEYS[kind])


def _profile(draft: Draft, name: str) -> None:
    """Give an AWS profile up to three sources of credentials, in one file or the other."""
    kinds = draft.some(("keys", "role", "process", "sso", "login"), 0.3) or [draft.one(("keys", "keys", "sso"))]
    for kind in kinds:
        lines = _source(draft, kind)
        file = "credentials" if kind == "keys" and draft.happens(0.7) else "config"
        _section(draft, file, name, lines)
    if draft.happens(0.35):
        _section(draft, "config", name, [f"region = {draft.one(REGIONS)}"])


def _source(draft: Draft, kind: str) -> list[str]:
    match kind:
        case "keys":
            return _keys(draft.good(("good", "good", "good", "other", "bad", "lists", "invokes"))).splitlines()
        case "role":
            source = draft.one(
                (f"source_profile = {draft.one((*NAMES, 'gone'))}", "credential_source = Environment", "")
            )
            return [f"role_arn = arn:aws:iam::{ACCOUNT}:role/Agree", *([source] if source else [])]
        case "process":
            _program(draft)
            command = draft.one(
                ("cat @HOME/keys.json", "~/keys", "cd @HOME && cat keys.json", "false", "echo nonsense")
            )
            return [f"credential_process = {command}"]
        case "sso":
            return _sso(draft)
        case _:
            return _login(draft)


def _program(draft: Draft) -> None:
    expires = {"Expiration": draft.good((LATER, PAST))} if draft.happens(0.5) else {}
    keys = {"AccessKeyId": KEYS["process"], "SecretAccessKey": secret(KEYS["process"]), "SessionToken": "session"}
    draft.files["keys.json"] = json.dumps({"Version": 1, **keys, **expires})
    draft.files["keys"] = "#!/bin/sh\nexec cat @HOME/keys.json\n"


def _sso(draft: Draft) -> list[str]:
    start = "https://agree.awsapps.com/start"
    if draft.needs(0.8):
        token = {"startUrl": start, "region": "us-east-1", "accessToken": "token", "expiresAt": LATER}
        if draft.breaks(0.25):
            token["expiresAt"] = PAST
        draft.files[f".aws/sso/cache/{cache_name(b'agree')}.json"] = json.dumps(token)
    if draft.needs(0.9):
        header = draft.good(("[sso-session agree]", '[sso-session "agree"]'))
        tail = " ; hub" if draft.happens(0.1) else ""
        text = f"{header}\nsso_start_url = {start}\nsso_region = us-east-1{tail}\n"
        draft.files[".aws/config"] = draft.files.get(".aws/config", "") + text
    return ["sso_session = agree", f"sso_account_id = {ACCOUNT}", "sso_role_name = Agree"]


def cache_name(session: bytes) -> str:
    """The name of a sign-in's file, without suffix."""
    return hashlib.sha1(session, usedforsecurity=False).hexdigest()


def _login(draft: Draft) -> list[str]:
    keys = {"accessKeyId": KEYS["login"], "secretAccessKey": secret(KEYS["login"]), "sessionToken": "session"}
    token = {**keys, "accountId": ACCOUNT, "expiresAt": LATER}
    content = {"accessToken": token, "clientId": "c", "refreshToken": "r", "dpopKey": "k"}
    if draft.breaks(0.15):
        del content["dpopKey"]
    cache = hashlib.sha256(SESSION.encode()).hexdigest()
    draft.files[f".aws/login/cache/{cache}.json"] = json.dumps(content)
    return [f"login_session = {SESSION}"]


def _section(draft: Draft, file: str, name: str, lines: list[str]) -> None:
    header = name if file == "credentials" or name == "default" else f"profile {name}"
    if draft.happens(0.05):
        header = draft.one((name, f"profile {name}", f'profile "{name}"', f"profile  {name}", name.upper()))
    text = f"[{header}]\n" + "".join(_odd(draft, line) for line in lines)
    path = f".aws/{file}"
    draft.files[path] = draft.files.get(path, "") + text + draft.one(("", "", "\n", "# end\n"))


def _odd(draft: Draft, line: str) -> str:
    """The line as people write it; one in eight has something odd."""
    if not draft.breaks(0.24):
        return f"{line}\n"
    key, _, value = line.partition(" = ")
    return draft.one(
        (
            f"{line} # mine\n",
            f"{line}\t; mine\n",
            f"{line}#mine\n",
            f"  {line}\n",
            f"{key}: {value}\n",
            f"{key.upper()} = {value}\n",
            f'{key} = "{value}"\n',
            f"{key}={value}\n",
            f"{line}\n{key} =\n",
            f"{line}   \n",
            f"nonsense\n{line}\n",
            f"{key} = wrong\n{line}\n",
            f"s3 =\n  max = 1\n{line}\n",
            f"\udce9 = 1\n{line}\n",
            f"#{line}\n",
        )
    )
