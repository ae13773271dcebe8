"""What a project is and may do: resource manager, service usage, quotas, billing, organisation policy."""

from ccsetup.lab.call import Ask, Fails, page
from ccsetup.lab.google.access import check_allowed, check_quota_project, principal_of
from ccsetup.lab.google.state import Project
from ccsetup.lab.wire import Answer, as_json

_ALLOWED_MODELS = "vertexai.allowedModels"
_LOCATIONS = "gcp.resourceLocations"


def get_project(ask: Ask) -> Answer:
    project = check_allowed(ask, "resourcemanager.projects.get", f"projects/{ask.project}")
    return as_json(
        {
            "name": f"projects/{project.number}",
            "projectId": project.id,
            "displayName": project.name or project.id,
            "state": project.state,
            **({"parent": project.organization} if project.organization else {}),
        }
    )


def get_project_of_v1(ask: Ask) -> Answer:
    """Like `get_project`, in the older format."""
    project = check_allowed(ask, "resourcemanager.projects.get", f"projects/{ask.project}")
    names = {"projectId": project.id, "name": project.name or project.id}
    return as_json({"projectNumber": project.number, "lifecycleState": project.state, **names})


def test_iam_permissions(ask: Ask) -> Answer:
    """The subset of the requested permissions that the caller has; {} if none."""
    who = principal_of(ask)
    check_quota_project(ask)
    project = next((one for one in ask.world.google.project if ask.project in (one.id, one.number)), None)
    asked = ask.call.fields.get("permissions")
    if project is None or not isinstance(asked, list):
        text = "The caller does not have permission"
        raise Fails(403, "PERMISSION_DENIED", text)
    held = [one for one in asked if who.may(str(one), project.id)]
    return as_json({"permissions": held} if held else {})


def get_service(ask: Ask) -> Answer:
    api = ask.model or ""
    project = check_allowed(ask, "serviceusage.services.get", f"projects/{ask.project}/services/{api}")
    name = f"projects/{project.number}/services/{api}"
    return as_json(
        {
            "name": name,
            "config": {"name": api},
            "state": "ENABLED" if api in project.apis else "DISABLED",
            "parent": f"projects/{project.number}",
        }
    )


def list_quota_infos(ask: Ask) -> Answer:
    """A limit of 0 has no `value`."""
    project = check_allowed(ask, "cloudquotas.quotas.get", f"projects/{ask.project}/locations/global")
    infos = tuple(_infos(ask, project)) if ask.model == "aiplatform.googleapis.com" else ()
    found, more = page(infos, ask.call.query_value("pageToken"), int(ask.call.query_value("pageSize") or 50))
    return as_json({"quotaInfos": found, **({"nextPageToken": more} if more else {})})


def get_billing_info(ask: Ask) -> Answer:
    project = check_allowed(ask, "resourcemanager.projects.get", f"projects/{ask.project}/billingInfo")
    name = f"projects/{project.id}/billingInfo"
    return as_json(
        {
            "name": name,
            "projectId": project.id,
            "billingAccountName": project.billing_account,
            "billingEnabled": project.billing,
        }
    )


def get_effective_policy(ask: Ask) -> Answer:
    constraint = ask.model or ""
    project = check_allowed(ask, "orgpolicy.policy.get", f"projects/{ask.project}/policies/{constraint}")
    rules: list[dict[str, object]] = [{"allowAll": True}]
    if constraint == _ALLOWED_MODELS and project.allowed_models is not None:
        rules = [{"values": {"allowedValues": list(project.allowed_models)}}]
    if constraint == _LOCATIONS and project.resource_locations is not None:
        rules = [{"values": {"allowedValues": list(project.resource_locations)}}]
    name = f"projects/{project.number}/policies/{constraint}"
    return as_json({"name": name, "spec": {"rules": rules}})


def get_effective_org_policy(ask: Ask) -> Answer:
    """Like `get_effective_policy`, in the older format of resource manager v1."""
    constraint = str(ask.call.fields.get("constraint", "")).removeprefix("constraints/")
    project = check_allowed(ask, "orgpolicy.policy.get", f"projects/{ask.project}")
    policy: dict[str, object] = {"allValues": "ALLOW"}
    if constraint == _ALLOWED_MODELS and project.allowed_models is not None:
        policy = {"allowedValues": list(project.allowed_models)}
    return as_json({"constraint": f"constraints/{constraint}", "listPolicy": policy})


def _infos(ask: Ask, project: Project) -> list[dict[str, object]]:
    metrics = dict.fromkeys(quota.metric for quota in ask.world.google.quota)
    return [_info(ask, project, metric) for metric in metrics]


def _info(ask: Ask, project: Project, metric: str) -> dict[str, object]:
    rows = []
    quotas = [quota for quota in ask.world.google.quota if quota.metric == metric]
    for quota in quotas:
        value = project.quotas.get(f"{metric}/{quota.base_model}", quota.value)
        dimensions = {"base_model": quota.base_model} | ({"region": quota.region} if quota.region else {})
        details = {"value": str(value)} if value else {}
        locations = [quota.region or "global"]
        rows.append({"dimensions": dimensions, "details": details, "applicableLocations": locations})
    quota_id = quotas[0].id or "".join(word.capitalize() for word in metric.split("_")) + "PerMinutePerProject"
    where = f"projects/{project.number}/locations/global/services/aiplatform.googleapis.com"
    return {
        "name": f"{where}/quotaInfos/{quota_id}",
        "quotaId": quota_id,
        "metric": f"aiplatform.googleapis.com/{metric}",
        "service": "aiplatform.googleapis.com",
        "isPrecise": True,
        "refreshInterval": "minute",
        "containerType": "PROJECT",
        "dimensions": ["base_model"] + (["region"] if quotas[0].region else []),
        "quotaIncreaseEligibility": {"ineligibilityReason": project.ineligible}
        if project.ineligible
        else {"isEligible": True},
        "dimensionsInfos": rows,
    }
