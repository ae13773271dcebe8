"""Probes of the project: whether it is the intended one, exists, has the API enabled, has billing, and allows quota
use."""

from collections.abc import Iterator, Mapping

from ccsetup.doctor.probes import expected, gcp_credentials, google_shared
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.access import Failed
from ccsetup.providers.google import credentials, vertex
from ccsetup.providers.google.api import call
from ccsetup.system import lenient

_VERTEX = "aiplatform.googleapis.com"
PREDICT = "aiplatform.endpoints.predict"
USE = "serviceusage.services.use"
_THEIRS = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT")


def guard(case: Case) -> Iterator[Result]:
    """Check offline that the client will use the profile's project, and report other variables that name another."""
    used, declared = expected.used_project(case), case.profile.set["project"]
    agreed = case.profile.expect.get("project", used)
    differs = expected.same_form(agreed, used) and agreed != used
    if differs:
        yield case.finding("gcp-project-mismatch", project=used, variable="expect.project", expected=agreed)
    if used != declared:
        own = case.surface.variable("project")
        yield case.finding("gcp-project-mismatch", project=declared, variable=own, expected=used)
    other_projects = {name: case.access.environment.get(name) for name in _THEIRS}
    adc = gcp_credentials.state(case, [])
    other_projects[str(adc.path)] = adc.project
    for name, other in other_projects.items():
        if other and other != used and expected.same_form(other, used):  # the client uses only its own variable
            facts = case.facts(project=used, variable=name, expected=other)
            yield Finding("gcp-project-mismatch", facts, "info")
    if used == declared and not differs:
        yield Passed("project", used)


@google_shared.needs_google_credentials("quota-project")
def quota(case: Case) -> Iterator[Result]:
    """Check that requests may count against the quota project. A fault only if Claude Code would send it too."""
    counted, named = credentials.quota_project(case.access)
    try:
        granted = permissions(case, counted)
    except Failed as error:
        if error.finding.check == "gcp-quota-project-denied" and named:
            yield case.finding("gcp-quota-project-denied", quota_project=counted, words=error.words)
        else:
            yield google_shared.result_for_failure(case, "quota-project", error)
        return
    if USE not in granted and named:
        yield case.finding("gcp-quota-project-denied", quota_project=counted, words=f"{USE} on {counted}")
        return
    if not named and gcp_credentials.state(case, []).state == "user":
        yield Finding("gcp-quota-project-missing", case.facts(quota_project=counted), "info")
    yield Passed("quota-project", counted)


@google_shared.needs_google_credentials("project-exists")
def exists(case: Case) -> Iterator[Result]:
    """Check that Google knows the project, and that it is not being deleted."""
    project = case.profile.set["project"]
    try:
        reply = google_shared.fetch(case, "CLOUDRESOURCEMANAGER", f"v3/projects/{project}")
    except Failed as error:
        if error.http_status == 404:
            yield case.finding("gcp-project-invalid", words=error.words)
            return
        yield _counted(case, project) or google_shared.result_for_failure(case, "project-exists", error)
        return
    state = lenient.text_value(reply, "state")
    if state is None:
        yield Broken("project-exists", "the answer does not say in which state the project is")
    elif state != "ACTIVE":
        yield case.finding("gcp-project-invalid", words=state)
    else:
        shown = lenient.text_value(reply, "displayName") or project
        yield Passed("project-exists", f"{shown} ({lenient.text_value(reply, 'name') or ''})")


def _counted(case: Case, project: str) -> Finding | None:
    """Return the finding for an invalid project, from a request that is counted against it; None if it is not that.

    A caller without read permission gets "or it may not exist"; a counted request distinguishes the two.
    """
    if credentials.quota_project(case.access)[0] == project:
        return None  # the listing is counted against it anyway
    url = f"{vertex.hosts(case.access)[0]}/v1beta1/publishers/anthropic/models?pageSize=1"
    try:
        google_shared.once(case, (url, project), lambda: call(case.access, "GET", url, case.place, counted=project))
    except Failed as error:
        if error.finding.check == "gcp-project-invalid":
            return case.fault(error)
    return None


@google_shared.needs_google_credentials("api")
def api(case: Case) -> Iterator[Result]:
    """Check that the Vertex AI API is enabled in the project."""
    project = case.profile.set["project"]
    try:
        reply = google_shared.fetch(case, "SERVICEUSAGE", f"v1/projects/{project}/services/{_VERTEX}")
    except Failed as error:
        yield google_shared.result_for_failure(case, "api", error)
        return
    match reply.get("state"):
        case "ENABLED":
            yield Passed("api", f"{_VERTEX} is on")
        case "DISABLED":
            yield case.finding("gcp-api-disabled", service=_VERTEX)
        case _:
            yield Broken("api", f"the answer does not say whether {_VERTEX} is on")


@google_shared.needs_google_credentials("billing")
def billing(case: Case) -> Iterator[Result]:
    """Check that the project has billing enabled."""
    project = case.profile.set["project"]
    try:
        reply = google_shared.fetch(case, "CLOUDBILLING", f"v1/projects/{project}/billingInfo")
    except Failed as error:
        yield google_shared.result_for_failure(case, "billing", error)
        return
    if reply.get("billingEnabled") is not True:
        yield case.finding("gcp-billing-disabled")
        return
    yield Passed("billing", str(reply.get("billingAccountName", "")))


def permissions(case: Case, project: str) -> tuple[str, ...]:
    """Return which of the relevant permissions the caller has on `project`. A missing one is certain, a present one is
    not proof.

    Raises Failed if Google refuses the request.
    """
    request = {"permissions": [PREDICT, USE]}
    reply = google_shared.post(case, "CLOUDRESOURCEMANAGER", f"v3/projects/{project}:testIamPermissions", request)
    return tuple(lenient.words(reply, "permissions"))


@google_shared.needs_google_credentials("permission")
def permission(case: Case) -> Iterator[Result]:
    """Check that the caller may predict in the project."""
    try:
        granted = permissions(case, case.profile.set["project"])
    except Failed as error:
        yield google_shared.result_for_failure(case, "permission", error)
        return
    if PREDICT not in granted:
        yield case.finding("vertex-iam-denied", permission=PREDICT, role="roles/aiplatform.user", words=PREDICT)
        return
    yield Passed("permission", PREDICT)


@google_shared.needs_google_credentials("org-policy")
def policy(case: Case) -> Iterator[Result]:
    """Check that the organisation allows each pinned model in the project."""
    constraint = "vertexai.allowedModels"
    project = case.profile.set["project"]
    try:
        effective_policy = google_shared.fetch(
            case, "ORGPOLICY", f"v2/projects/{project}/policies/{constraint}:getEffectivePolicy"
        )
    except Failed as error:
        yield google_shared.result_for_failure(case, "org-policy", error)
        return
    rules = lenient.tables(lenient.table(effective_policy, "spec"), "rules")
    if any("condition" in rule for rule in rules):
        yield Skipped("org-policy", f"{constraint} holds under conditions")
        return
    has_denial = False
    for pin, tier in case.sent_pins.items():
        value = f"publishers/anthropic/models/{pin.partition('@')[0]}:predict"
        if not _allows(rules, value):
            has_denial = True
            yield case.finding("vertex-org-policy", constraint=constraint, model=pin, tier=tier, value=value)
    if not has_denial:
        yield Passed("org-policy", f"{constraint}: {'all pins' if rules else 'not set'}")


def _allows(rules: list[Mapping[str, object]], value: str) -> bool:
    """Whether the rules of a list constraint allow `value`. A group of values (`in:…`) counts as containing it."""
    allowed: list[str] = []
    for rule in rules:
        if rule.get("denyAll"):
            return False
        lists = lenient.table(rule, "values")
        if value in [entry.removeprefix("is:") for entry in lenient.words(lists, "deniedValues")]:
            return False
        allowed += [entry.removeprefix("is:") for entry in lenient.words(lists, "allowedValues")]
    if any(rule.get("allowAll") for rule in rules) or not allowed:
        return True
    return value in allowed or any(entry.startswith(("in:", "under:")) for entry in allowed)
