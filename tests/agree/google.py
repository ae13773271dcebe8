"""Google's credentials, projects and locations on Vertex AI."""

import json

from ccsetup.lab import environment
from ccsetup.lab.world import default
from tests.agree.world import Draft

ADA, ROBOT = default().google.principal[:2]
TOKENS = {
    ADA.access_token: frozenset({"adc-user", "adc-external", "auth-token"}),
    ROBOT.access_token: frozenset({"adc-service-account", "adc-external"}),
}
"""What is sent as the bearer, and the words for who gets it."""
PRIVATE_KEY = "@PRIVATE-KEY"
"""Stands for a key in a service account's file."""
PROJECTS = ("acme-ml", "acme-ml", "fresh-project", "other-project")
LOCATIONS = ("global", "global", "us", "us-east5", "europe-west1")
PINS = (
    "claude-opus-5-5",
    "claude-opus-5-5",
    "claude-sonnet-5-5[1m]",
    "claude-haiku-4-5@20251001",
    "claude-opus-9-9",
    "claude-opus-4-6@default",
    "anthropic/claude-opus-5-5",
    "us.anthropic.claude-opus-5-5",
)
_POOL = "projects/482910573621/locations/global/workloadIdentityPools/lab/providers/lab"
ADC = ".config/gcloud/application_default_credentials.json"


def vertex(draft: Draft) -> str:
    """Add Google's files and variables, and return a profile of Vertex AI."""
    for path in (ADC, "sa.json", "wif.json") if draft.calm else draft.some((ADC, ADC, "sa.json", "wif.json"), 0.6):
        draft.files[path] = _credentials(draft, "user" if path == ADC else path)
    if draft.happens(0.35):
        draft.put(
            "GOOGLE_APPLICATION_CREDENTIALS",
            draft.one(("@HOME/sa.json", "@HOME/wif.json", *(() if draft.calm else ("@HOME/gone.json", "")))),
        )
    if draft.needs(0.5):
        draft.put("ANTHROPIC_VERTEX_PROJECT_ID", draft.good(PROJECTS))
    for name in draft.some(("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"), 0.12):
        draft.put(name, draft.good(PROJECTS))
    if draft.happens(0.4):
        draft.put("CLOUD_ML_REGION", draft.one((*LOCATIONS, " global ", '"us"', "")))
    if draft.happens(0.1):
        draft.put("VERTEX_REGION_CLAUDE_5_5_OPUS", draft.one(LOCATIONS))
    if draft.breaks(0.12):
        draft.put("CLAUDE_CODE_SKIP_VERTEX_AUTH", "1")
    lines = [f'project = "{draft.good(PROJECTS)}"', f'location = "{draft.one(LOCATIONS)}"']
    if draft.breaks(0.2):
        lines.append(_gateway(draft))
    if draft.happens(0.3):
        lines.append(f'credentials_file = "{draft.one(("~/sa.json", "@HOME/wif.json"))}"')
    pinned = draft.pins(PINS) if draft.happens(0.5) else []
    return "\n".join(("schema = 1", 'surface = "vertex"', "[set]", *lines, *pinned, ""))


def platform(draft: Draft) -> str:
    """Add Google's files and the variables of the Claude Platform on Google Cloud, and return a profile of it."""
    text = vertex(draft).partition("[models]")[0].partition("base_url")[0].replace('"vertex"', '"claude-gcp"')
    if draft.needs(0.6):
        draft.put("ANTHROPIC_GOOGLE_CLOUD_PROJECT", draft.good(PROJECTS))
    if draft.needs(0.6):
        draft.put("ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID", "wrkspc_lab")
    if draft.happens(0.2):
        draft.put("ANTHROPIC_GOOGLE_CLOUD_LOCATION", draft.one(("global", "us", "nowhere")))
    return text.replace('location = "us-east5"', 'location = "global"') + 'workspace = "wrkspc_lab"\n'


def _gateway(draft: Draft) -> str:
    """Put a gateway before Vertex AI, which may sign instead of the client, and return a line for a profile."""
    draft.put("ANTHROPIC_VERTEX_BASE_URL", draft.one(("@LAB/v1", "@LAB/v1/", "@LAB")))
    if draft.happens(0.6):
        draft.put("CLAUDE_CODE_SKIP_VERTEX_AUTH", draft.one(("1", "true", "0")))
    if draft.happens(0.6):
        draft.put("ANTHROPIC_AUTH_TOKEN", draft.one((ADA.access_token, "nobody")))
    return f'base_url = "{draft.one(("@LAB/v1", "@LAB/v1", "@LAB"))}"'


def calm_credentials(draft: Draft, kind: str) -> str:
    """The text of a credentials file that works: "user", "sa.json" or "wif.json"."""
    return _credentials(draft, kind)


def _credentials(draft: Draft, kind: str) -> str:
    token = "https://oauth2.googleapis.com/token"
    match kind:
        case "user":
            content: dict[str, object] = dict(environment.user_credentials(ADA))
            if draft.happens(0.15):
                account = f"projects/-/serviceAccounts/{ROBOT.email}:generateAccessToken"
                content = {
                    "type": "impersonated_service_account",
                    "service_account_impersonation_url": f"https://iamcredentials.googleapis.com/v1/{account}",
                    "source_credentials": content,
                }
        case "sa.json":
            key = {"private_key_id": "lab", "private_key": PRIVATE_KEY, "client_id": "1", "token_uri": token}
            content = {"type": "service_account", "project_id": "acme-ml", "client_email": ROBOT.email, **key}
        case _:
            draft.files["wif.token"] = ROBOT.access_token
            source: dict[str, object] = {"file": draft.good(("@HOME/wif.token", "@HOME/wif.token", "@HOME/gone"))}
            if draft.happens(0.3):
                source = {"executable": {"command": "@HOME/keys", "timeout_millis": 5000}}
                token_type = {"token_type": "urn:ietf:params:oauth:token-type:jwt", "id_token": ROBOT.access_token}
                draft.files["keys"] = f"#!/bin/sh\necho '{json.dumps({'version': 1, 'success': True, **token_type})}'\n"
                if draft.needs(0.6):
                    draft.put("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", draft.good(("1", "1", "0")))
            return json.dumps(
                {
                    "type": "external_account",
                    "audience": f"//iam.googleapis.com/{_POOL}",
                    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                    "token_url": "https://sts.googleapis.com/v1/token",
                    "credential_source": source,
                }
            )
    if draft.happens(0.2):
        content.pop("quota_project_id", None)
    return "not JSON" if draft.breaks(0.12) else json.dumps(content)
