"""Authentication of Google callers, and the checks of every call to a project."""

from ccsetup.lab.call import Ask, Call, Fails, jwt_claims
from ccsetup.lab.google.state import Principal, Project
from ccsetup.lab.wire import Answer, as_json
from ccsetup.lab.world import World

_TITLES = {
    "aiplatform": "Vertex AI API",
    "cloudresourcemanager": "Cloud Resource Manager API",
    "serviceusage": "Service Usage API",
    "cloudquotas": "Cloud Quotas API",
    "cloudbilling": "Cloud Billing API",
    "orgpolicy": "Organization Policy API",
    "iamcredentials": "IAM Service Account Credentials API",
}
_GCLOUD = "764086051850"
"""The project of gcloud's own client id, which is never billed."""
_UNAUTHENTICATED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def name_of(call: Call, world: World) -> str | None:
    """The name of the principal whose access token, self-signed JWT, refresh token or assertion is in the call."""
    principal = _asker(call, world)
    return principal.name if principal else None


def principal_of(ask: Ask) -> Principal:
    principal = next((one for one in ask.world.google.principal if one.name == ask.identity), None)
    if principal is None:
        raise Fails(401, "UNAUTHENTICATED", _UNAUTHENTICATED)
    return principal


def consumer(ask: Ask) -> Project:
    """The project charged for a call without one in the path: x-goog-user-project, or the service account's own."""
    who = principal_of(ask)
    named = ask.call.headers.get("x-goog-user-project", "") or who.project
    if not named:
        text = (
            "Your application is authenticating by using local Application Default Credentials. The "
            f"{ask.service}.googleapis.com API requires a quota project, which is not set by default. To learn how to "
            "set your quota project, see https://cloud.google.com/docs/authentication/adc-troubleshooting/user-creds ."
        )
        raise Fails(403, "SERVICE_DISABLED", text, details={"consumer": f"projects/{_GCLOUD}"})
    check_quota_project(ask)
    project = _known(ask, named)
    if project is None:
        text = f"Project '{named}' not found or deleted."
        raise Fails(400, "USER_PROJECT_DENIED", text, details={"consumer": f"projects/{named}"})
    check_enabled(ask, project)
    return project


def check_quota_project(ask: Ask) -> None:
    """Check that the caller may use the quota project in the header, if there is one."""
    who, named = principal_of(ask), ask.call.headers.get("x-goog-user-project", "")
    if named and _known(ask, named) is None:
        text = f"Permission denied on resource project {named}."
        raise Fails(403, "CONSUMER_INVALID", text, details={"consumer": f"projects/{named}"})
    if named and not who.may("serviceusage.services.use", named):
        text = (
            f"Caller does not have required permission to use project {named}. Grant the caller the "
            "roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use "
            f"permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project={named} and "
            "then retry. Propagation of the new permission may take a few minutes."
        )
        raise Fails(403, "USER_PROJECT_DENIED", text, details={"consumer": f"projects/{named}"})


def check_allowed(ask: Ask, permission: str, resource: str) -> Project:
    """The project in the path; raises Fails unless its API is enabled, it is billed, and the caller has `permission`
    there."""
    who = principal_of(ask)
    check_quota_project(ask)
    project = _known(ask, ask.project or "")
    if project is not None:
        check_enabled(ask, project)
    if project is None or not who.may(permission, project.id):
        where = f"//{ask.service}.googleapis.com/{resource}"
        text = f"Permission '{permission}' denied on resource '{where}' (or it may not exist)."
        details = {"permission": permission, "resource": resource}
        raise Fails(403, "IAM_PERMISSION_DENIED", text, details=details)
    return project


def check_enabled(ask: Ask, project: Project) -> None:
    api = f"{ask.service}.googleapis.com"
    details = {"consumer": f"projects/{project.number}", "service": api}
    if api not in project.apis:
        url = f"https://console.developers.google.com/apis/api/{api}/overview?project={project.number}"
        text = (
            f"{_TITLES[ask.service]} has not been used in project {project.number} before or it is disabled. Enable it "
            f"by visiting {url} then retry. If you enabled this API recently, wait a few minutes for the action to "
            "propagate to our systems and retry."
        )
        raise Fails(403, "SERVICE_DISABLED", text, details={**details, "activationUrl": url})
    if ask.service == "aiplatform" and not project.billing:
        text = (
            f"This API method requires billing to be enabled. Please enable billing on project #{project.number} by "
            f"visiting https://console.developers.google.com/billing/enable?project={project.number} then retry."
        )
        raise Fails(403, "BILLING_DISABLED", text, details=details)


def token(ask: Ask) -> Answer:
    """OAuth's token endpoint: exchanges a refresh token, an assertion or a workload's token for an access token."""
    principal = next((one for one in ask.world.google.principal if one.name == ask.identity), None)
    if principal is None:
        raise Fails(400, "invalid_grant", "Token has been expired or revoked.")
    body: dict[str, object] = {"access_token": principal.access_token, "expires_in": 3599, "token_type": "Bearer"}
    if "subject_token" in ask.call.form:
        body |= {"issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}
    if ask.call.form.get("scope"):
        body["scope"] = "https://www.googleapis.com/auth/cloud-platform"
    return as_json(body)


def generate_access_token(ask: Ask) -> Answer:
    """iamcredentials: a token for a service account that the caller may impersonate."""
    who, email = principal_of(ask), ask.model or ""
    target = next((principal for principal in ask.world.google.principal if principal.email == email), None)
    if target is None or email not in who.may_impersonate:
        permission = "iam.serviceAccounts.getAccessToken"
        text = f"Permission '{permission}' denied on resource (or it may not exist)."
        raise Fails(403, "IAM_PERMISSION_DENIED", text, details={"permission": permission})
    return as_json({"accessToken": target.access_token, "expireTime": "2099-01-01T00:00:00Z"})


def _known(ask: Ask, name: str) -> Project | None:
    return next((project for project in ask.world.google.project if name in (project.id, project.number)), None)


def _asker(call: Call, world: World) -> Principal | None:
    principals = world.google.principal
    form = call.form
    if "refresh_token" in form:
        return next(
            (principal for principal in principals if principal.refresh and principal.refresh == form["refresh_token"]),
            None,
        )
    bearer = form.get("assertion") or form.get("subject_token") or call.bearer or ""
    issuer = jwt_claims(bearer).get("iss")
    return next(
        (principal for principal in principals if bearer == principal.access_token or issuer == principal.email), None
    )
