"""Copies of the user's sign-ins without secrets: AWS profiles, Google credentials, a Claude login.

The recorder on loopback checks no signature. So an AWS profile keeps its access key id with another secret, a service
account gets another private key, and everything that needs a network or a program to sign in gets placeholder keys.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ccsetup.providers.aws import config_files
from ccsetup.providers.google.adc_source import as_client_reads
from ccsetup.system import lenient
from ccsetup.system.system import System
from ccsetup.trace.stand_ins import StandIns

_FAR = 4_102_444_800_000  # milliseconds since 1970: the year 2100
_KINDS = {"sso": "SSO", "role": "a role", "process": "a program", "login": "aws login", "web": "web identity"}


def aws_config(system: System, stand_ins: StandIns, *, first: int = 0) -> str:
    """Return the text of an AWS config file with the same profiles and no secrets. `first` is the first stand-in's
    number."""
    lines: list[str] = []
    for number, profile in enumerate(config_files.profiles(system, []), first):
        name = f'"{profile.name}"' if any(letter.isspace() for letter in profile.name) else profile.name
        lines.append("[default]" if profile.name == "default" else f"[profile {name}]")
        if profile.region:
            lines.append(f"region = {profile.region}")
        if profile.kind == "none":
            continue
        whose = f"AWS profile {profile.name}"
        if profile.key_id:
            key = profile.key_id
            stand_ins.add_known(key, f"{key[:4]}…{key[-4:]}, {whose}")
        else:
            key = stand_ins.add_placeholder(
                f"ASIASTANDIN{number:09}", f"{whose} by {_KINDS.get(profile.kind, profile.kind)}"
            )
        stand_ins.aws[profile.name] = key
        lines += [f"aws_access_key_id = {key}", "aws_secret_access_key = stand-in"]
    return "\n".join((*lines, ""))


def google_file(path: Path, stand_ins: StandIns) -> str:
    """Return the text of a credentials file like the one at `path`; unusable if that cannot be read."""
    made, identity = _google(as_client_reads(lenient.read_json(path, [])), stand_ins)
    stand_ins.google[str(path)] = identity
    return json.dumps(made)


def login(folder: Path, stand_ins: StandIns, *, shown: str) -> str | None:
    """Return the text of `.credentials.json` for the login in `folder`; None if not found."""
    stored = lenient.read_json(folder / ".credentials.json", []).get("claudeAiOauth")
    if not isinstance(stored, dict):
        return None
    token = lenient.text_value(stored, "accessToken")
    if not token:
        return None
    stand_ins.login = stand_ins.replace_secret(token, f"the login in {shown}")
    copy = {
        "accessToken": stand_ins.login,
        "refreshToken": "stand-in",
        "expiresAt": _FAR,
        **{key: stored[key] for key in ("scopes", "subscriptionType", "rateLimitTier") if key in stored},
    }
    return msgspec.json.encode({"claudeAiOauth": copy}).decode()


def made_login(stand_ins: StandIns, whose: str) -> str:
    """Return the text of a login that replaces one that cannot be read here."""
    stand_ins.login = stand_ins.add_placeholder("sk-ant-oat01-stand-in-for-the-login-of-the-keychain", whose)
    made = {"accessToken": stand_ins.login, "refreshToken": "stand-in", "expiresAt": _FAR, "scopes": ["user:inference"]}
    return json.dumps({"claudeAiOauth": made})


def _google(content: Mapping[str, object], stand_ins: StandIns) -> tuple[dict[str, object], str]:
    """Return a copy of the credentials file's content, and the identity that its token exchange shows."""
    kind = lenient.text_value(content, "type")
    quota = {key: content[key] for key in ("quota_project_id", "project_id") if key in content}
    match kind:
        case None:
            return {}, ""
        case "service_account":
            email = lenient.text_value(content, "client_email") or ""
            stand_ins.add_known(email, email)
            key = {"private_key": _private_key(), "token_uri": "https://oauth2.googleapis.com/token"}
            return {"type": kind, "client_email": email, "private_key_id": "stand-in", **key, **quota}, email
        case "impersonated_service_account":
            source, url = content.get("source_credentials"), str(content.get("service_account_impersonation_url"))
            inner, identity = _google(as_client_reads(source), stand_ins) if isinstance(source, dict) else ({}, "")
            made = {"type": kind, "source_credentials": inner, "service_account_impersonation_url": url, **quota}
            return made, identity
        case "authorized_user":
            whose = lenient.text_value(content, "account") or "a Google sign-in"
            refresh = stand_ins.replace_secret(lenient.text_value(content, "refresh_token") or "", whose)
        case _:
            refresh = stand_ins.add_placeholder("1//stand-in-for-workload-identity", "workload identity")
    client = {"client_id": lenient.text_value(content, "client_id") or "stand-in", "client_secret": "stand-in"}
    return {"type": "authorized_user", **client, "refresh_token": refresh, **quota}, refresh


def _private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
