"""The simulated operations of Google Cloud."""

from ccsetup.lab.google import access as google_access
from ccsetup.lab.google import billing, garden, projects
from ccsetup.lab.operation import Rest

PROJECT = "/projects/(?P<project>[^/:]+)"
_BILLING = "/v1beta/billingAccounts/(?P<project>[^/:]+)"
_PREDICT = f"/v1(?:beta1)?{PROJECT}/locations/(?P<place>[^/]+)/publishers/anthropic/models"

GOOGLE: tuple[Rest, ...] = (
    Rest("google-token", "Token", "POST", "/token|/v1/token|/oauth2/v4/token|/o/oauth2/token", google_access.token),
    Rest(
        "iamcredentials",
        "GenerateAccessToken",
        "POST",
        "/v1/projects/-/serviceAccounts/(?P<model>[^/:]+):generateAccessToken",
        google_access.generate_access_token,
    ),
    Rest(
        "aiplatform", "ListPublisherModels", "GET", "/v1beta1/publishers/anthropic/models", garden.list_publisher_models
    ),
    Rest(
        "aiplatform",
        "GetPublisherModel",
        "GET",
        "/v1(?:beta1)?/publishers/anthropic/models/(?P<model>[^/:]+)",
        garden.get_publisher_model,
    ),
    Rest(
        "aiplatform",
        "FetchPublisherModelConfig",
        "GET",
        f"{_PREDICT}/(?P<model>[^/:]+):fetchPublisherModelConfig",
        garden.fetch_model_config,
    ),
    Rest("aiplatform", "CountTokens", "POST", f"{_PREDICT}/count-tokens:rawPredict", garden.count_tokens),
    Rest("aiplatform", "RawPredict", "POST", f"{_PREDICT}/(?P<model>[^/:]+):rawPredict", garden.raw_predict),
    Rest(
        "aiplatform",
        "StreamRawPredict",
        "POST",
        f"{_PREDICT}/(?P<model>[^/:]+):streamRawPredict",
        garden.stream_raw_predict,
    ),
    Rest("cloudresourcemanager", "GetProject", "GET", f"/v3{PROJECT}", projects.get_project),
    Rest("cloudresourcemanager", "GetProject", "GET", f"/v1{PROJECT}", projects.get_project_of_v1),
    Rest(
        "cloudresourcemanager",
        "TestIamPermissions",
        "POST",
        f"/v[13]{PROJECT}:testIamPermissions",
        projects.test_iam_permissions,
    ),
    Rest(
        "cloudresourcemanager",
        "GetEffectiveOrgPolicy",
        "POST",
        f"/v1{PROJECT}:getEffectiveOrgPolicy",
        projects.get_effective_org_policy,
    ),
    Rest("serviceusage", "GetService", "GET", f"/v1{PROJECT}/services/(?P<model>[^/:]+)", projects.get_service),
    Rest(
        "cloudquotas",
        "ListQuotaInfos",
        "GET",
        f"/v1{PROJECT}/locations/global/services/(?P<model>[^/]+)/quotaInfos",
        projects.list_quota_infos,
    ),
    Rest("cloudbilling", "GetProjectBillingInfo", "GET", f"/v1{PROJECT}/billingInfo", projects.get_billing_info),
    Rest("cloudbilling", "ListBillingAccountServices", "GET", f"{_BILLING}/services", billing.list_services),
    Rest("cloudbilling", "ListBillingAccountSkus", "GET", f"{_BILLING}/skus", billing.list_skus),
    Rest("cloudbilling", "GetBillingAccountPrice", "GET", f"{_BILLING}/skus/(?P<model>[^/]+)/price", billing.get_price),
    Rest(
        "orgpolicy",
        "GetEffectivePolicy",
        "GET",
        f"/v2{PROJECT}/policies/(?P<model>[^/:]+):getEffectivePolicy",
        projects.get_effective_policy,
    ),
)
