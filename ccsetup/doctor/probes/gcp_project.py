"""The project: is it the one meant, does it exist, is its API on, is it paid for, may calls be counted against it?"""

from collections.abc import Iterator, Mapping

from ccsetup.doctor.probes import gcp_credentials, google_shared
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.google import credentials, vertex
from ccsetup.providers.google.api import call
from ccsetup.system import lenient

_VERTEX = "aiplatform.googleapis.com"
PREDICT = "aiplatform.endpoints.predict"
USE = "serviceusage.services.use"
_OWN = "ANTHROPIC_VERTEX_PROJECT_ID"
_THEIRS = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT")


def guard(case: Case) -> Iterator[Result]:
    """Offline: the project that the client will use against the one that is meant, and those that others name."""
    environment = case.access.environment
    used, meant = environment.get(_OWN) or case.profile.set["project"], case.profile.set["project"]
    expected = case.profile.expect.get("project", used)
    if expected != used:
        yield case.finding("gcp-project-mismatch", project=used, variable="expect.project", expected=expected)
    if used != meant:
        yield case.finding("gcp-project-mismatch", project=meant, variable=_OWN, expected=used)
    said = {name: environment.get(name) for name in _THEIRS}
    found = gcp_credentials.state(case, [])
    said[str(found.path)] = found.project
    for name, other in said.items():
        if other and other != used:  # the client of today goes by its own variable
            facts = case.facts(project=used, variable=name, expected=other)
            yield Finding("gcp-project-mismatch", facts, "info")
    if expected == used == meant:
        yield Passed("project", used)


@google_shared.asking("quota-project")
def quota(case: Case) -> Iterator[Result]:
    """Whether calls may be counted against the quota project; a fault only where Claude Code would name it, too."""
    counted, named = credentials.quota_project(case.access)
    try:
        held = permissions(case, counted)
    except Failed as why:
        if why.finding.check == "gcp-quota-project-denied" and named:
            yield case.finding("gcp-quota-project-denied", quota_project=counted, words=why.words)
        else:
            yield google_shared.result_for_failure(case, "quota-project", why)
        return
    if USE not in held and named:
        yield case.finding("gcp-quota-project-denied", quota_project=counted, words=f"{USE} on {counted}")
        return
    if not named and gcp_credentials.state(case, []).state == "user":
        yield Finding("gcp-quota-project-missing", case.facts(quota_project=counted), "info")
    yield Passed("quota-project", counted)


@google_shared.asking("project-exists")
def exists(case: Case) -> Iterator[Result]:
    """Whether Google knows the project, and it is not being deleted."""
    project = case.profile.set["project"]
    try:
        found = google_shared.fetch(case, "CLOUDRESOURCEMANAGER", f"v3/projects/{project}")
    except Failed as why:
        if why.http_status == 404:
            yield case.finding("gcp-project-invalid", words=why.words)
            return
        yield _counted(case, project) or google_shared.result_for_failure(case, "project-exists", why)
        return
    state = lenient.word(found, "state")
    if state is None:
        yield Broken("project-exists", "the answer does not say in which state the project is")
    elif state != "ACTIVE":
        yield case.finding("gcp-project-invalid", words=state)
    else:
        shown = lenient.word(found, "displayName") or project
        yield Passed("project-exists", f"{shown} ({lenient.word(found, 'name') or ''})")


def _counted(case: Case, project: str) -> Finding | None:
    """Google says "or it may not exist" to whoever may not look; where calls are counted, it knows the difference."""
    if credentials.quota_project(case.access)[0] == project:
        return None  # the listing is counted against it as it is
    url = f"{vertex.hosts(case.access)[0]}/v1beta1/publishers/anthropic/models?pageSize=1"
    try:
        google_shared.once(case, (url, project), lambda: call(case.access, "GET", url, case.place, counted=project))
    except Failed as why:
        if why.finding.check == "gcp-project-invalid":
            return case.fault(why)
    return None


@google_shared.asking("api")
def api(case: Case) -> Iterator[Result]:
    """Whether the Vertex AI API is on in the project."""
    project = case.profile.set["project"]
    try:
        found = google_shared.fetch(case, "SERVICEUSAGE", f"v1/projects/{project}/services/{_VERTEX}")
    except Failed as why:
        yield google_shared.result_for_failure(case, "api", why)
        return
    match found.get("state"):
        case "ENABLED":
            yield Passed("api", f"{_VERTEX} is on")
        case "DISABLED":
            yield case.finding("gcp-api-disabled", service=_VERTEX)
        case _:
            yield Broken("api", f"the answer does not say whether {_VERTEX} is on")


@google_shared.asking("billing")
def billing(case: Case) -> Iterator[Result]:
    """Whether somebody pays for the project."""
    project = case.profile.set["project"]
    try:
        found = google_shared.fetch(case, "CLOUDBILLING", f"v1/projects/{project}/billingInfo")
    except Failed as why:
        yield google_shared.result_for_failure(case, "billing", why)
        return
    if found.get("billingEnabled") is not True:
        yield case.finding("gcp-billing-disabled")
        return
    yield Passed("billing", str(found.get("billingAccountName", "")))


def permissions(case: Case, project: str) -> tuple[str, ...]:
    """Those of the permissions that matter which the caller holds on `project`: a no is strong, a yes is no proof.

    Failed where Google will not even say that.
    """
    asked = {"permissions": [PREDICT, USE]}
    found = google_shared.post(case, "CLOUDRESOURCEMANAGER", f"v3/projects/{project}:testIamPermissions", asked)
    return tuple(lenient.words(found, "permissions"))


@google_shared.asking("permission")
def permission(case: Case) -> Iterator[Result]:
    """Whether the caller may predict in the project."""
    try:
        held = permissions(case, case.profile.set["project"])
    except Failed as why:
        yield google_shared.result_for_failure(case, "permission", why)
        return
    if PREDICT not in held:
        yield case.finding("vertex-iam-denied", permission=PREDICT, role="roles/aiplatform.user", words=PREDICT)
        return
    yield Passed("permission", PREDICT)


@google_shared.asking("org-policy")
def policy(case: Case) -> Iterator[Result]:
    """Whether the organisation lets the project use each pinned model."""
    constraint = "vertexai.allowedModels"
    project = case.profile.set["project"]
    try:
        found = google_shared.fetch(
            case, "ORGPOLICY", f"v2/projects/{project}/policies/{constraint}:getEffectivePolicy"
        )
    except Failed as why:
        yield google_shared.result_for_failure(case, "org-policy", why)
        return
    rules = lenient.tables(lenient.table(found, "spec"), "rules")
    if any("condition" in one for one in rules):
        yield Skipped("org-policy", f"{constraint} holds under conditions")
        return
    wrong = False
    for pin, tier in case.distinct_pins.items():
        value = f"publishers/anthropic/models/{pin.partition('@')[0]}:predict"
        if not _allows(rules, value):
            wrong = True
            yield case.finding("vertex-org-policy", constraint=constraint, model=pin, tier=tier, value=value)
    if not wrong:
        yield Passed("org-policy", f"{constraint}: {'all pins' if rules else 'not set'}")


def _allows(rules: list[Mapping[str, object]], value: str) -> bool:
    """Whether the rules of a list constraint allow `value`; a group of values (`in:…`) is taken to hold it."""
    allowed: list[str] = []
    for rule in rules:
        if rule.get("denyAll"):
            return False
        held = lenient.table(rule, "values")
        if value in [one.removeprefix("is:") for one in lenient.words(held, "deniedValues")]:
            return False
        allowed += [one.removeprefix("is:") for one in lenient.words(held, "allowedValues")]
    if any(rule.get("allowAll") for rule in rules) or not allowed:
        return True
    return value in allowed or any(one.startswith(("in:", "under:")) for one in allowed)
