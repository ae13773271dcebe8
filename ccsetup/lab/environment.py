"""Configure a home folder so that real tools use the lab: files for credentials, variables for endpoints."""

import json
from collections.abc import Mapping
from pathlib import Path

from ccsetup.lab.aws.state import Identity
from ccsetup.lab.google.state import Principal
from ccsetup.lab.world import World

OVERRIDDEN = (
    "AIPLATFORM",
    "SERVICEUSAGE",
    "CLOUDRESOURCEMANAGER",
    "CLOUDQUOTAS",
    "CLOUDBILLING",
    "ORGPOLICY",
    "IAMCREDENTIALS",
)
"""The Google services whose host a variable can change."""
SERVICE_ACCOUNT = "service-account.json"
"""Below the home folder: the key file of the world's first service account."""
WORKLOAD = "workload-identity.json"
"""Below the home folder: the same account by workload identity, with a token URL that every client honours, Node's
too."""


def variables(home: Path, base: str, ca_file: Path | None) -> dict[str, str]:
    """Variables for an empty environment: boto3, aws, gcloud, Google's and Anthropic's SDKs and Claude Code use
    `base`."""
    return {
        "HOME": str(home),
        "AWS_ENDPOINT_URL": base,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CLOUDSDK_CONFIG": str(home / ".config" / "gcloud"),
        "CLOUDSDK_AUTH_TOKEN_HOST": f"{base}/token",
        **{f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{service}": f"{base}/" for service in OVERRIDDEN},
        "NO_GCE_CHECK": "true",
        "METADATA_SERVER_DETECTION": "none",
        "ANTHROPIC_BASE_URL": base,
        "NO_PROXY": "127.0.0.1,localhost",
        **(trust(ca_file) if ca_file else {}),
    }


def trust(ca_file: Path) -> dict[str, str]:
    """The variables that make boto3, requests, programs with OpenSSL, gcloud and Node trust another authority."""
    names = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
    return dict.fromkeys((*names, "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE"), str(ca_file))


def write(home: Path, world: World, base: str) -> None:
    """Write AWS profiles, application default credentials, a service account's key and a Claude login, with mode
    0600."""
    keyed = [one for one in world.aws.identity if one.key]
    _put(home / ".aws" / "config", "\n".join(_config(one) for one in keyed))
    _put(home / ".aws" / "credentials", "\n".join(_credentials(one) for one in keyed))
    gcloud = home / ".config" / "gcloud"
    person = next((one for one in world.google.principal if one.refresh), None)
    if person is not None:
        _put(gcloud / "application_default_credentials.json", json.dumps(user_credentials(person), indent=2))
        project = next(iter(person.permissions), "")
        core = f"[core]\naccount = {person.email}\n" + (f"project = {project}\n" if project else "")
        _put(gcloud / "configurations" / "config_default", core)
        _put(gcloud / "active_config", "default")
    robot = next((one for one in world.google.principal if one.project), None)
    if robot is not None:
        _put(home / SERVICE_ACCOUNT, json.dumps(service_account(robot, f"{base}/token"), indent=2))
        _put(home / f"{WORKLOAD}.token", robot.access_token)
        _put(home / WORKLOAD, json.dumps(workload(home, f"{base}/token"), indent=2))
    login = next((one for one in world.anthropic.login if one.refresh), None)
    if login is not None:
        oauth = {
            "accessToken": login.secret,
            "refreshToken": login.refresh,
            "expiresAt": 4_070_908_800_000,
            "scopes": ["user:inference", "user:profile"],
            "subscriptionType": login.plan,
        }
        _put(home / ".claude" / ".credentials.json", json.dumps({"claudeAiOauth": oauth}))


def user_credentials(person: Principal) -> Mapping[str, str]:
    """The content of the file that `gcloud auth application-default login` writes."""
    project = next(iter(person.permissions), "")
    return {
        "type": "authorized_user",
        "client_id": "764086051850-lab.apps.googleusercontent.com",
        "client_secret": "lab",
        "refresh_token": person.refresh,
        **({"quota_project_id": project} if project else {}),
    }


def service_account(robot: Principal, token_uri: str) -> Mapping[str, str]:
    """A key file with a newly generated key pair."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": robot.project,
        "private_key_id": "lab",
        "private_key": private.decode(),
        "client_email": robot.email,
        "client_id": "100000000000000000001",
        "token_uri": token_uri,
    }


def workload(home: Path, token_url: str) -> Mapping[str, object]:
    """The content of the file that `gcloud iam workload-identity-pools create-cred-config` writes for a token in a
    file."""
    pool = "projects/482910573621/locations/global/workloadIdentityPools/lab/providers/lab"
    return {
        "type": "external_account",
        "audience": f"//iam.googleapis.com/{pool}",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": token_url,
        "credential_source": {"file": str(home / f"{WORKLOAD}.token")},
    }


def _config(identity: Identity) -> str:
    return f"[profile {identity.name}]\nregion = {identity.region}\n"


def _credentials(identity: Identity) -> str:
    token = f"aws_session_token = {identity.token}\n" if identity.token else ""
    return f"[{identity.name}]\naws_access_key_id = {identity.key}\naws_secret_access_key = {identity.secret}\n{token}"


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(0o600)
    file.write_text(text, encoding="utf-8")
