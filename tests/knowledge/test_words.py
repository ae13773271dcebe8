"""Similar messages get different pages, and a new wording is recognised by its code and parts."""

from collections.abc import Mapping

import pytest

from ccsetup.knowledge import pages
from ccsetup.providers import recognise
from ccsetup.providers.recognise import Said

NEW = "An unknown message."
GCLOUD = "projects/764086051850"
VERTEX = "aiplatform.googleapis.com"
MODEL = "projects/p/locations/l/publishers/anthropic/models/claude-haiku-4-5@20251001"


def known(status: int | None, code: str, message: str, surface: str, parts: Mapping[str, str]) -> str:
    return recognise.finding(Said(status, code, message, parts), surface).check


@pytest.mark.parametrize(
    ("status", "code", "parts", "slug"),
    [
        (403, "SERVICE_DISABLED", {"service": VERTEX, "consumer": "projects/1"}, "gcp-api-disabled"),
        (403, "SERVICE_DISABLED", {"service": VERTEX, "consumer": GCLOUD}, "gcp-quota-project-missing"),
        (403, "USER_PROJECT_DENIED", {"consumer": "projects/p"}, "gcp-quota-project-denied"),
        (403, "BILLING_DISABLED", {"consumer": "projects/p"}, "gcp-billing-disabled"),
        (403, "CONSUMER_INVALID", {"consumer": "projects/p"}, "gcp-project-invalid"),
        (403, "CONSUMER_SUSPENDED", {"consumer": "projects/p"}, "gcp-consumer-suspended"),
        (403, "SECURITY_POLICY_VIOLATED", {"uid": "x"}, "gcp-vpc-sc"),
        (403, "IAM_PERMISSION_DENIED", {"permission": "aiplatform.endpoints.predict"}, "vertex-iam-denied"),
        (403, "IAM_PERMISSION_DENIED", {"permission": "serviceusage.services.use"}, "gcp-quota-project-denied"),
        (403, "IAM_PERMISSION_DENIED", {"permission": "iam.serviceAccounts.signBlob"}, "gcp-impersonation-denied"),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", {}, "gcp-adc-unreadable"),
        (401, "CREDENTIALS_MISSING", {"status": "UNAUTHENTICATED"}, "gcp-token-missing"),
        (429, "RATE_LIMIT_EXCEEDED", {"quota_metric": "m", "quota_limit_value": "60"}, "vertex-throttled"),
        (429, "RATE_LIMIT_EXCEEDED", {"quota_metric": "m", "quota_limit_value": "0"}, "vertex-quota-zero"),
        (400, "invalid_grant", {"error_subtype": "rapt_required"}, "gcp-reauth-required"),
        (400, "invalid_grant", {}, "gcp-adc-expired"),
    ],
)  # fmt: skip
def test_google_may_change_its_wording(status: int, code: str, parts: dict[str, str], slug: str) -> None:
    assert known(status, code, NEW, "vertex", parts) == slug


@pytest.mark.parametrize(
    ("status", "kind", "error_code", "slug"),
    [
        (400, "invalid_request_error", "claude_code_version_too_old", "claude-too-old"),
        (400, "invalid_request_error", "organization_on_hold", "api-org-disabled"),
        (400, "invalid_request_error", "claude_code_key_creator_not_member", "api-permission-denied"),
        (402, "billing_error", "linked_organization_spend_limit_reached", "api-spend-limit"),
        (402, "billing_error", "", "api-credit-low"),
        (403, "permission_error", "sandbox_egress_restricted", "api-permission-denied"),
        (429, "rate_limit_error", "enforced_spend_limit_reached", "api-tier-limit"),
        (429, "rate_limit_error", "contract_spend_limit_reached", "api-tier-limit"),
        (429, "rate_limit_error", "ramp_limit_exceeded", "api-rate-limited"),
        (429, "rate_limit_error", "", "api-rate-limited"),
        (500, "api_error", "", "api-overloaded"),
        (400, "invalid_request_error", "", "unrecognised-error"),
        (404, "not_found_error", "", "unrecognised-error"),
    ],
)
@pytest.mark.parametrize("surface", ["api-key", "subscription"])
def test_anthropic_may_change_its_wording(surface: str, status: int, kind: str, error_code: str, slug: str) -> None:
    assert known(status, kind, NEW, surface, {"error_code": error_code} if error_code else {}) == slug


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "PERMISSION_DENIED", NEW),
        (400, "INVALID_ARGUMENT", "max_tokens: Field required"),
        (400, "FAILED_PRECONDITION", NEW),
        (404, "NOT_FOUND", NEW),
        (403, "SOME_NEW_REASON", NEW),
    ],
)
def test_what_google_has_not_said_before_is_not_dressed_up(status: int, code: str, message: str) -> None:
    assert known(status, code, message, "vertex", {}) == "unrecognised-error"


@pytest.mark.parametrize(
    ("status", "code", "message", "facts"),
    [
        (
            404,
            "NOT_FOUND",
            f"Publisher Model `{MODEL}` was not found or your project does not have access to it.",
            {"model": "claude-haiku-4-5@20251001"},
        ),
        (
            400,
            "FAILED_PRECONDITION",
            "Publisher Model `a/models/claude-x` is not servable in region us-east4.",
            {"model": "claude-x", "place": "us-east4"},
        ),
        (
            400,
            "FAILED_PRECONDITION",
            "Project `1` is not allowed to use Publisher Model `a/models/claude-x`.",
            {"model": "claude-x"},
        ),
        (
            400,
            "FAILED_PRECONDITION",
            "Organization Policy constraint constraints/vertexai.allowedModels violated for `projects/1` attempting to "
            "use a disallowed Gen AI model claude-opus-5.5. Please contact your organization administrator",
            {"model": "claude-opus-5.5", "constraint": "vertexai.allowedModels"},
        ),
        (
            403,
            "SERVICE_DISABLED",
            "Enable it by visiting https://console.developers.google.com/apis/api/cloudquotas.googleapis.com/overview",
            {"service": "cloudquotas.googleapis.com"},
        ),
        (
            403,
            "CONSUMER_INVALID",
            "Permission denied on resource project My Project .",
            {"project": "My Project"},
        ),
    ],
)
def test_googles_grammar_gives_its_parts_as_facts(status: int, code: str, message: str, facts: dict[str, str]) -> None:
    found = recognise.finding(Said(status, code, message), "vertex", project="p", place="here")
    assert facts.items() <= found.facts.items()


def test_parts_of_an_error_become_facts_and_never_override_ours() -> None:
    parts = {"permission": "aiplatform.endpoints.predict", "profile": "forged"}
    found = recognise.finding(Said(403, "IAM_PERMISSION_DENIED", NEW, parts), "vertex", profile="mine")
    assert (found.facts["permission"], found.facts["profile"]) == ("aiplatform.endpoints.predict", "mine")


def test_what_a_page_explains_is_a_page_of_the_same_surfaces() -> None:
    for slug in pages.slugs():
        head = pages.load_page(slug).head
        for other in head.explains:
            assert set(pages.load_page(other).head.surfaces) & set(head.surfaces), (slug, other)
