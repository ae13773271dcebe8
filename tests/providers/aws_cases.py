"""Homes with AWS files, and the access key id that Claude Code signs with there; None if it finds no credentials.

Recorded with 2.1.330 on loopback (2026-11-27); `test_aws_sources.py` runs the real client on all of them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

GOOD, OTHER, ENV = "AKIAGOOD000000000001", "AKIAOTHER00000000001", "AKIAENV0000000000001"
STS, SSO, PROGRAM, LOGIN = "ASIARECORDERSTS", "ASIARECORDERSSO", "ASIAPROGRAM000000001", "ASIALOGIN00000000001"
_LATER = "2099-01-01T00:00:00Z"
_PAST = "2020-01-01T00:00:00Z"
SESSION = "arn:aws:sts::123456789012:assumed-role/bedrock/me"


def keys(key: str = GOOD, secret: str = "secret") -> str:
    return f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n"


def program(expires: str = "", key: str = PROGRAM, **more: object) -> str:
    content = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": "s", "SessionToken": "t", **more}
    return json.dumps(content | ({"Expiration": expires} if expires else {}))


SSO_LINES = "sso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n"
SSO_SESSION = "[sso-session s]\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\n"
_QUOTED = SSO_SESSION.replace("session s", 'session "s"')
ROLE = "role_arn = arn:aws:iam::123456789012:role/r\n"


def _sso_token(name: str = "s", expires: str = _LATER) -> dict[str, str]:
    file = f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json"
    content = {"startUrl": "https://x.awsapps.com/start", "region": "us-east-1", "accessToken": "a"}
    return {file: json.dumps({**content, "expiresAt": expires})}


def _login(expires: str = _LATER, session: str = SESSION, **more: object) -> dict[str, str]:
    token = {"accessKeyId": LOGIN, "secretAccessKey": "s", "sessionToken": "t", "accountId": "1", "expiresAt": expires}
    content = {"accessToken": token, "clientId": "c", "refreshToken": "r", "dpopKey": "k", **more}
    return {f".aws/login/cache/{hashlib.sha256(session.encode()).hexdigest()}.json": json.dumps(content)}


def _expires(value: object, name: str = "https://x.awsapps.com/start") -> dict[str, str]:
    """An SSO token whose time is this JSON value, or missing."""
    content = {"startUrl": "https://x.awsapps.com/start", "region": "us-east-1", "accessToken": "a"}
    text = json.dumps(content if value == "missing" else {**content, "expiresAt": value})
    return {f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json": text}


_OLD_SSO = (
    "[profile dev]\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\n"
    "sso_account_id = 123456789012\nsso_role_name = r\n"
)
_TIMES: tuple[tuple[str, object, bool, bool], ...] = (
    ("utc", "2099-01-01T00:00:00UTC", True, False),
    ("past-utc", "2020-01-01T00:00:00UTC", True, False),
    ("offset", "2099-01-01T00:00:00+0200", True, True),
    ("past-offset", "2020-01-01T00:00:00+02:00", False, False),
    ("fractions", "2099-01-01T00:00:00.123456789Z", True, True),
    ("no-zone", "2099-01-01T00:00:00", True, True),
    ("past-no-zone", "2020-01-01 00:00:00", False, False),
    ("day", "2099-01-01", True, True),
    ("hour", "2099-01-01T00Z", True, False),
    ("mail", "Thu, 01 Jan 2099 00:00:00 GMT", True, True),
    ("past-mail", "Wed, 01 Jan 2020 00:00:00 GMT", False, False),
    ("milliseconds", 4_070_908_800_000, True, True),
    ("seconds", 4_070_908_800, False, False),
    ("digits", "4070908800000", True, False),
    ("word", "soon", True, False),
    ("blank", "", True, False),
    ("blanks", " 2099-01-01T00:00:00Z ", True, False),
    ("null", None, False, False),
    ("true", True, False, False),
    ("list", ["2099-01-01T00:00:00Z"], True, True),
    ("empty-list", [], True, False),
    ("object", {}, True, False),
    ("missing", "missing", True, False),
)
"""(name, `expiresAt`, whether a profile's own SSO signs with it, whether an sso-session does)."""


@dataclass(frozen=True)
class AwsCase:
    signer: str | None
    config: str | bytes = ""
    credentials: str | bytes = ""
    environment: Mapping[str, str] = field(default_factory=lambda: {"AWS_PROFILE": "dev"})
    files: Mapping[str, str] = field(default_factory=dict)


def _run(command: str, signer: str | None = PROGRAM, **files: str) -> AwsCase:
    return AwsCase(signer, f"[profile dev]\ncredential_process = {command}\n", files=files)


_BASED = f"[profile dev]\n{ROLE}source_profile = base\n[profile base]\n{keys()}"
_ODD = dict.fromkeys(
    ("AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
     "AWS_STS_REGIONAL_ENDPOINTS", "AWS_ACCOUNT_ID_ENDPOINT_MODE", "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
     "AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", "AWS_USE_FIPS_ENDPOINT"), "odd"
)  # fmt: skip
_ECHO = f"printf '%s' '{program(_LATER)}'"
CASES: dict[str, AwsCase] = {
    # the parser
    "bom-credentials": AwsCase(GOOD, credentials=b"\xef\xbb\xbf[dev]\n" + keys().encode()),
    "bom-config": AwsCase(GOOD, b"\xef\xbb\xbf[profile dev]\r\n" + keys().encode()),
    "bad-bytes": AwsCase(GOOD, credentials=b"[caf\xe9]\nx = \xff\n[dev]\n" + keys().encode()),
    "nbsp-indent": AwsCase(GOOD, credentials=f"\u00a0[dev]\u00a0\n{keys()}"),
    "comment-hash": AwsCase(GOOD, credentials=f"[dev]\naws_access_key_id = {GOOD} # prod\naws_secret_access_key = s\n"),
    "comment-semicolon": AwsCase(GOOD, credentials=f"[dev] ; mine\n{keys().replace('secret', 's', 0)}"),
    "comment-tab": AwsCase(GOOD, credentials=f"[dev]\naws_access_key_id = {GOOD}\t;x\naws_secret_access_key = s\n"),
    "hash-inside": AwsCase(
        GOOD + "#x", credentials=f"[dev]\naws_access_key_id = {GOOD}#x\naws_secret_access_key = s\n"
    ),
    "duplicate-section": AwsCase(GOOD, credentials=f"[dev]\n{keys(OTHER)}[x]\n{keys(OTHER)}[dev]\n{keys()}"),
    "duplicate-key": AwsCase(GOOD, credentials=f"[dev]\naws_access_key_id = {OTHER}\n{keys()}"),
    "line-without-equals": AwsCase(GOOD, credentials=f"[dev]\nnonsense\n{keys()}"),
    "text-before-sections": AwsCase(GOOD, credentials=f"hello = 1\n{keys(OTHER)}[dev]\n{keys()}"),
    "colon": AwsCase(None, credentials=f"[dev]\naws_access_key_id: {GOOD}\naws_secret_access_key: s\n"),
    "upper-case-key": AwsCase(None, credentials=f"[dev]\nAWS_ACCESS_KEY_ID = {GOOD}\naws_secret_access_key = s\n"),
    "quoted-key": AwsCase(f'"{GOOD}"', credentials=f'[dev]\naws_access_key_id = "{GOOD}"\naws_secret_access_key = s\n'),
    "quoted-section": AwsCase(GOOD, f'[profile "dev"]\n{keys()}'),
    "single-quoted-section": AwsCase(GOOD, f"[profile 'dev']\n{keys()}"),
    "tab-section": AwsCase(GOOD, f"[profile\tdev]\n{keys()}"),
    "two-blanks-section": AwsCase(None, f"[profile  dev]\n{keys()}"),
    "dotted-section": AwsCase(GOOD, f"[profile.dev]\n{keys()}"),
    "name-with-blank": AwsCase(None, f'[profile "my dev"]\n{keys()}', environment={"AWS_PROFILE": "my dev"}),
    "proto": AwsCase(None, credentials=f"[dev]\n{keys()}[__proto__]\nx = y\n"),
    "indented-keys": AwsCase(GOOD, credentials=f"[dev]\n  aws_access_key_id = {GOOD}\n  aws_secret_access_key = s\n"),
    "nested-swallows": AwsCase(
        None, f"[profile dev]\ns3 =\n  aws_access_key_id = {GOOD}\n  aws_secret_access_key = s\n"
    ),
    "nested-ends": AwsCase(GOOD, f"[profile dev]\ns3 =\n  max = 1\n{keys()}"),
    "profile-default-replaces": AwsCase(
        None, f"[default]\n{keys()}[profile default]\nregion = us-east-1\n", environment={}
    ),
    "default": AwsCase(GOOD, f"[default]\n{keys()}", environment={}),
    "halves-in-two-files": AwsCase(
        GOOD, "[profile dev]\naws_secret_access_key = s\n", f"[dev]\naws_access_key_id = {GOOD}\n"
    ),
    "near-miss-config": AwsCase(None, f"[dev]\n{keys()}"),
    "near-miss-credentials": AwsCase(None, credentials=f"[profile dev]\n{keys()}"),
    "near-miss-case": AwsCase(None, credentials=f"[Dev]\n{keys()}"),
    # the order inside a profile
    "keys-before-sso": AwsCase(
        GOOD, f"[profile dev]\n{SSO_LINES}{SSO_SESSION}", f"[dev]\n{keys()}", files=_sso_token()
    ),
    "keys-before-expired-sso": AwsCase(
        GOOD, f"[profile dev]\n{SSO_LINES}{SSO_SESSION}", f"[dev]\n{keys()}", files=_sso_token(expires=_PAST)
    ),
    "keys-before-process": AwsCase(GOOD, f"[profile dev]\n{keys()}credential_process = {_ECHO}\n"),
    "process-before-sso": AwsCase(
        PROGRAM, f"[profile dev]\n{SSO_LINES}credential_process = {_ECHO}\n{SSO_SESSION}", files=_sso_token()
    ),
    "sso": AwsCase(SSO, f"[profile dev]\n{SSO_LINES}{SSO_SESSION}", files=_sso_token()),
    "sso-quoted-session": AwsCase(SSO, f"[profile dev]\n{SSO_LINES}{_QUOTED}", files=_sso_token()),
    "sso-comment": AwsCase(
        SSO, f"[profile dev]\n{SSO_LINES}{SSO_SESSION.replace('us-east-1', 'us-east-1 ; hub')}", files=_sso_token()
    ),
    "sso-session-missing": AwsCase(None, f"[profile dev]\n{SSO_LINES}", files=_sso_token()),
    "sso-before-login": AwsCase(
        SSO, f"[profile dev]\n{SSO_LINES}login_session = {SESSION}\n{SSO_SESSION}", files=_sso_token() | _login()
    ),
    "role-before-keys": AwsCase(
        STS, f"[profile dev]\n{ROLE}source_profile = base\n{keys(OTHER)}[profile base]\n{keys()}"
    ),
    "role-without-source": AwsCase(GOOD, f"[profile dev]\n{ROLE}{keys()}"),
    "role-with-both-sources": AwsCase(
        GOOD, f"[profile dev]\n{ROLE}source_profile = b\ncredential_source = Environment\n{keys()}"
    ),
    "role-from-itself": AwsCase(STS, f"[profile dev]\n{ROLE}source_profile = dev\n{keys()}"),
    "role-circle": AwsCase(
        None, f"[profile dev]\n{ROLE}source_profile = b\n[profile b]\n{ROLE}source_profile = dev\n[profile x]\n{keys()}"
    ),
    "role-source-missing": AwsCase(None, f"[profile dev]\n{ROLE}source_profile = gone\n"),
    "role-by-process": AwsCase(
        STS, f"[profile dev]\n{ROLE}source_profile = b\n[profile b]\ncredential_process = {_ECHO}\n"
    ),
    "role-by-login": AwsCase(
        STS, f"[profile dev]\n{ROLE}source_profile = b\n[profile b]\nlogin_session = {SESSION}\n", files=_login()
    ),
    # Without its source's credentials, the same profile's program replaces the role.
    "role-without-source-beside-process": AwsCase(
        PROGRAM, f"[profile dev]\n{ROLE}credential_source = Environment\ncredential_process = {_ECHO}\n"
    ),
    "role-of-empty-source-beside-process": AwsCase(
        PROGRAM, f"[profile dev]\n{ROLE}source_profile = b\ncredential_process = {_ECHO}\n[profile b]\nregion = x\n"
    ),
    "role-of-unknown-source-beside-process": AwsCase(
        PROGRAM, f"[profile dev]\n{ROLE}credential_source = Nowhere\ncredential_process = {_ECHO}\n"
    ),
    "role-of-itself-beside-process": AwsCase(
        PROGRAM, f"[profile dev]\n{ROLE}source_profile = dev\ncredential_process = {_ECHO}\n"
    ),
    "source-beside-process": AwsCase(
        None,
        f"[profile dev]\n{ROLE}source_profile = b\n[profile b]\n{ROLE}credential_source = Environment\n"
        f"credential_process = {_ECHO}\n",
    ),
    "role-by-environment": AwsCase(
        STS,
        f"[profile dev]\n{ROLE}credential_source = Environment\n",
        environment={"AWS_PROFILE": "dev", "AWS_ACCESS_KEY_ID": ENV, "AWS_SECRET_ACCESS_KEY": "s"},
    ),
    "role-mfa": AwsCase(
        None, f"[profile dev]\n{ROLE}source_profile = b\nmfa_serial = arn:aws:iam::1:mfa/me\n[profile b]\n{keys()}"
    ),
    # the sources behind the profile
    "environment": AwsCase(
        ENV, f"[default]\n{keys()}", environment={"AWS_ACCESS_KEY_ID": ENV, "AWS_SECRET_ACCESS_KEY": "s"}
    ),
    "profile-before-environment": AwsCase(
        GOOD,
        f"[profile dev]\n{keys()}",
        environment={"AWS_PROFILE": "dev", "AWS_ACCESS_KEY_ID": ENV, "AWS_SECRET_ACCESS_KEY": "s"},
    ),
    "half-environment": AwsCase(GOOD, f"[default]\n{keys()}", environment={"AWS_ACCESS_KEY_ID": ENV}),
    "default-profile-unread": AwsCase(
        GOOD, f"[default]\n{keys()}[profile dev]\n{keys(OTHER)}", environment={"AWS_DEFAULT_PROFILE": "dev"}
    ),
    "missing-profile-web-identity": AwsCase(
        STS,
        environment={
            "AWS_PROFILE": "gone",
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "@HOME/token",
        },
        files={"token": "a-token-of-the-pod"},
    ),
    "web-identity-in-profile": AwsCase(
        STS, f"[profile dev]\n{ROLE}web_identity_token_file = @HOME/token\n", files={"token": "a-token-of-the-pod"}
    ),
    "web-identity-file-missing": AwsCase(None, f"[profile dev]\n{ROLE}web_identity_token_file = @HOME/gone\n"),
    # what a program prints, case K3
    "process-home": _run("$HOME/bin/creds", **{"bin/creds": f"#!/bin/sh\necho '{program(_LATER)}'\n"}),
    "process-tilde": _run("~/bin/creds", **{"bin/creds": f"#!/bin/sh\necho '{program()}'\n"}),
    "process-variable": _run(
        "FOO=bar $HOME/bin/creds", **{"bin/creds": f"#!/bin/sh\n[ $FOO = bar ] && echo '{program()}'\n"}
    ),
    "process-and": _run(f"true && {_ECHO}"),
    "process-pipe": _run(f"{_ECHO} | cat"),
    "process-bom": _run("$HOME/bin/creds", **{"bin/creds": f"#!/bin/sh\necho '\ufeff{program()}'\n"}),
    "process-expired": _run(f"printf '%s' '{program(_PAST)}'", None),
    "process-version-2": _run(f"printf '%s' '{program(Version=2)}'", None),
    "process-version-text": _run(f"printf '%s' '{program(Version='1')}'", None),
    "process-fails": _run("false", None),
    "process-missing": _run("/nowhere/creds", None),
    "process-noise": _run(f"echo hello; {_ECHO}", None),
    "process-quiet": _run("true", None),
    # sign-ins by `aws login`, case K4
    "login": AwsCase(LOGIN, f"[profile dev]\nlogin_session = {SESSION}\n", files=_login()),
    "login-comment": AwsCase(LOGIN, f"[profile dev]\nlogin_session = {SESSION} # me\n", files=_login()),
    "login-missing": AwsCase(None, f"[profile dev]\nlogin_session = {SESSION}\n"),
    **{
        f"sso-old-{name}": AwsCase(SSO if old else None, _OLD_SSO, files=_expires(value))
        for name, value, old, _ in _TIMES
    },
    **{
        f"sso-session-{name}": AwsCase(
            SSO if session else None, f"[profile dev]\n{SSO_LINES}{SSO_SESSION}", files=_expires(value, "s")
        )
        for name, value, _, session in _TIMES
    },
    # settings that only botocore reads, and one that only the client refuses
    "odd-settings-keys": AwsCase(GOOD, credentials=f"[dev]\n{keys()}", environment={"AWS_PROFILE": "dev", **_ODD}),
    "odd-settings-role": AwsCase(STS, _BASED, environment={"AWS_PROFILE": "dev", **_ODD}),
    "blank-settings-role": AwsCase(STS, _BASED, environment={"AWS_PROFILE": "dev", **dict.fromkeys(_ODD, "")}),
    "odd-settings-sso": AwsCase(
        SSO,
        f"[profile dev]\n{SSO_LINES}{SSO_SESSION}",
        environment={"AWS_PROFILE": "dev", **_ODD},
        files=_sso_token(),
    ),
    "odd-mode-keys": AwsCase(GOOD, f"[profile dev]\ndefaults_mode = odd\n{keys()}"),
    "odd-mode-role": AwsCase(None, _BASED.replace(ROLE, f"{ROLE}defaults_mode = odd\n")),
    "odd-mode-variable": AwsCase(None, _BASED, environment={"AWS_PROFILE": "dev", "AWS_DEFAULTS_MODE": "odd"}),
    "mode-of-another-case": AwsCase(STS, _BASED.replace(ROLE, f"{ROLE}defaults_mode = Standard\n")),
    "login-incomplete": AwsCase(None, f"[profile dev]\nlogin_session = {SESSION}\n", files=_login(dpopKey="")),
}
"""Those of K1–K4, and two or more others of each kind."""
