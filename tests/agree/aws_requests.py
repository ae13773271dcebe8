"""Where the requests for AWS credentials go: endpoints in variables, layers and AWS files, and the proxy, which the
client chooses by the URL of STS for all of them. A host that no proxy serves does not exist on loopback."""

import json
from collections.abc import Mapping

from tests.agree import aws, stories
from tests.agree.kinds import BEARER, BEDROCK, KEYS, SKIP, USER, Case

STS, PORTAL = "sts.us-east-1.amazonaws.com", "portal.sso.us-east-1.amazonaws.com"
LISTING = "bedrock.us-east-1.amazonaws.com"
_DEV = {**BEDROCK, "AWS_PROFILE": "dev"}
_BASE = (
    f"[base]\naws_access_key_id = {aws.KEYS['good']}\naws_secret_access_key = {aws.secret(aws.KEYS['good'])}\n"
    f"[dev]\nrole_arn = {stories.ROLE}\nsource_profile = base\n"
)
_TOKEN = json.dumps({"startUrl": stories.START, "region": "us-east-1", "accessToken": "token", "expiresAt": aws.LATER})
_SSO = (
    f"[profile dev]\nsso_start_url = {stories.START}\nsso_region = us-east-1\n"
    f"sso_account_id = {aws.ACCOUNT}\nsso_role_name = Agree\n"
)
_DEAD = "http://127.0.0.1:9"
_ABROAD = {**BEDROCK, "ANTHROPIC_BEDROCK_BASE_URL": "https://bedrock-runtime.eu-west-1.amazonaws.com"}
_NO_OTHERS = {"HTTPS_PROXY": "", "HTTP_PROXY": ""}


def _spared(*hosts: str) -> Mapping[str, str]:
    return {"NO_PROXY": ",".join(("127.0.0.1", *hosts))}


def _role(variables: Mapping[str, str], config: str = "", layer: Mapping[str, str] | None = None) -> Case:
    files = {".aws/credentials": _BASE, ".aws/config": config, USER: {"env": layer or {}}}
    return files, {**_DEV, **variables}


def _sso(variables: Mapping[str, str], config: str = "", layer: Mapping[str, str] | None = None) -> Case:
    cache = f".aws/sso/cache/{aws.cache_name(stories.START.encode())}.json"
    return {cache: _TOKEN, ".aws/config": _SSO + config, USER: {"env": layer or {}}}, {**_DEV, **variables}


AWS_REQUESTS: Mapping[str, Case] = {
    "SSO, STS spared by its endpoint": _sso({"AWS_ENDPOINT_URL_STS": "@LAB"}),
    "SSO, STS spared by name": _sso(_spared(STS)),
    "SSO, portal spared": _sso(_spared(PORTAL)),
    "SSO, endpoint of all services spared": _sso({"AWS_ENDPOINT_URL": "@LAB"}),
    "SSO, its own endpoint spared": _sso({"AWS_ENDPOINT_URL_SSO": "@LAB"}),
    "SSO, ALL_PROXY alone": _sso({**_NO_OTHERS, "ALL_PROXY": "@LAB"}),
    "SSO, HTTP_PROXY alone": _sso({**_NO_OTHERS, "HTTP_PROXY": "@LAB"}),
    "SSO, STS spared, without the cache": _sso({**_spared(STS), "CLAUDE_CODE_SKIP_AWS_CRED_CACHE": "1"}),
    "SSO, STS of another region spared": _sso(_spared("sts.eu-west-1.amazonaws.com")),
    "role, STS spared": _role(_spared(STS)),
    "role, ALL_PROXY alone": _role({**_NO_OTHERS, "ALL_PROXY": "@LAB"}),
    "role of another region, its STS spared": _role(
        {**_spared(STS), "AWS_REGION": "eu-west-1"}, "[profile dev]\nregion = us-east-1\n"
    ),
    "role, plain HTTP through the tunnel": _role({}, "[profile dev]\nendpoint_url = @LAB\n"),
    "role, certificates in AWS_CA_BUNDLE alone": _role(
        {"AWS_ENDPOINT_URL_STS": "@LAB", "NODE_EXTRA_CA_CERTS": "", "SSL_CERT_FILE": ""}
    ),
    "role, endpoint in a layer": _role({}, layer={"AWS_ENDPOINT_URL_STS": "@LAB"}),
    "role, endpoint in a layer before the shell": _role(
        {"AWS_ENDPOINT_URL_STS": _DEAD}, layer={"AWS_ENDPOINT_URL_STS": "@LAB"}
    ),
    "role, dead endpoint in a layer": _role(_spared(STS), layer={"AWS_ENDPOINT_URL_STS": _DEAD}),
    "role, dead endpoint not to be ignored": _role(
        {"AWS_ENDPOINT_URL_STS": _DEAD, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    ),
    "role, dead endpoint of its source": _role(_spared(), f"[profile base]\nendpoint_url = {_DEAD}\n"),
    "role, dead endpoint of default": _role(_spared(), f"[default]\nendpoint_url = {_DEAD}\n"),
    "role, section of services missing": _role({}, "[profile dev]\nservices = gone\n"),
    "SSO, section of services missing": _sso({}, "services = gone\n"),
    "role, variable before the section": _role(
        {"AWS_ENDPOINT_URL_STS": "@LAB"},
        f"[profile dev]\nservices = own\n[services own]\nsts =\n  endpoint_url = {_DEAD}\n",
    ),
    "role, dead endpoint in its section": _role(
        _spared(STS), f"[profile dev]\nservices = own\n[services own]\nsts =\n  endpoint_url = {_DEAD}\n"
    ),
    "bearer token, base URL of another region": ({}, {**_ABROAD, **BEARER}),
    "keys, base URL of another region": ({}, {**_ABROAD, **KEYS}),
    "token without signing, base URL of another region": (
        {},
        {**_ABROAD, **SKIP, "ANTHROPIC_AUTH_TOKEN": aws.BEARER},
    ),
    # the listing's host alone cannot be reached: the client goes on
    "keys, listing spared": ({}, {**BEDROCK, **KEYS, **_spared(LISTING)}),
    "keys, dead endpoint of the listing": (
        {},
        {**BEDROCK, **KEYS, **_spared(LISTING), "AWS_ENDPOINT_URL_BEDROCK": _DEAD},
    ),
    "keys, runtime spared": ({}, {**BEDROCK, **KEYS, **_spared("bedrock-runtime.us-east-1.amazonaws.com")}),
    "keys, runtime spared, with an endpoint of STS": (
        {},
        {
            **BEDROCK,
            **KEYS,
            **_spared("bedrock-runtime.us-east-1.amazonaws.com"),
            "AWS_ENDPOINT_URL_STS": "@LAB",
        },
    ),
}
