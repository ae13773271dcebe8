"""What can be wrong on Vertex AI: each one change of a healthy world, and the one root that must be found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.google.state import Google

PINS = {"opus": "claude-opus-5-5", "sonnet": "claude-sonnet-5-5", "haiku": "claude-haiku-5-5"}
ADC = ".config/gcloud/application_default_credentials.json"
DEAD = "http://127.0.0.1:9"
replace = msgspec.structs.replace
Change = Callable[[Google], Google]


@dataclass(frozen=True)
class Mutation:
    """What is different from a healthy world, and the one root that must be found."""

    root: str
    world: Change = lambda google: google
    faults: tuple[Fault, ...] = ()
    adc: Mapping[str, object] | str | None = None  # what is different in the credentials file, or its whole text
    set: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, str] = field(default_factory=dict)
    around: Mapping[str, str] = field(default_factory=dict)


def project(**changes: object) -> Change:
    """The world with another project acme-ml."""

    def change(google: Google) -> Google:
        ours = tuple(replace(one, **changes) if one.id == "acme-ml" else one for one in google.project)
        return replace(google, project=ours)

    return change


def person(name: str, **changes: object) -> Change:
    def change(google: Google) -> Google:
        ours = tuple(replace(one, **changes) if one.name == name else one for one in google.principal)
        return replace(google, principal=ours)

    return change


def without(api: str) -> Change:
    def change(google: Google) -> Google:
        apis = next(one.apis for one in google.project if one.id == "acme-ml")
        return project(apis=tuple(one for one in apis if one != api))(google)

    return change


def token(subtype: str, words: str) -> Fault:
    return Fault(Error(400, "invalid_grant", words, {"error_subtype": subtype}), service="google-token")


IMPERSONATED = {
    "type": "impersonated_service_account",
    "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    "other@acme-ml.iam.gserviceaccount.com:generateAccessToken",
    "source_credentials": {
        "type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "1//lab-ada",
    },
}  # fmt: skip
STRICT = (
    "publishers/anthropic/models/claude-haiku-5-5:predict",
    "publishers/anthropic/models/claude-sonnet-5-5:predict",
)

MUTATIONS: dict[str, Mutation] = {
    "the named file is not there": Mutation(
        "gcp-credentials-file-absent", set={"credentials_file": "/nowhere/key.json"}
    ),
    "the file is no JSON": Mutation("gcp-adc-unreadable", adc="{ no"),
    "the file is of no known type": Mutation("gcp-adc-unreadable", adc={"type": "cookie"}),
    "the file lacks a field": Mutation("gcp-adc-unreadable", adc='{"type": "authorized_user", "client_id": "c"}'),
    "the workload's token file is not there": Mutation(
        "gcp-subject-token-failed", adc={"type": "external_account", "credential_source": {"file": "/nowhere/token"}}
    ),
    "the sign-in was revoked": Mutation("gcp-adc-expired", adc={"refresh_token": "1//revoked"}),
    "Google wants a new sign-in": Mutation(
        "gcp-reauth-required", faults=(token("invalid_rapt", "reauth related error (invalid_rapt)"),)
    ),
    "the access token is refused": Mutation(
        "gcp-adc-expired", faults=(Fault(Error(401, "UNAUTHENTICATED", "Invalid credentials."), "aiplatform"),)
    ),
    "the service account may not be impersonated": Mutation("gcp-impersonation-denied", adc=IMPERSONATED),
    "another project was expected": Mutation("gcp-project-mismatch", expect={"project": "acme-web"}),
    "a variable of the profile names another project": Mutation(
        "gcp-project-mismatch", env={"ANTHROPIC_VERTEX_PROJECT_ID": "fresh-project"}
    ),
    "the project is misspelt": Mutation("gcp-project-invalid", set={"project": "acme-mll"}),
    "the project is misspelt, and counted against": Mutation(
        "gcp-project-invalid", set={"project": "acme-mll", "quota_project": "acme-mll"}
    ),
    "the project is being deleted": Mutation("gcp-project-invalid", world=project(state="DELETE_REQUESTED")),
    "the quota project is of another account": Mutation(
        "gcp-quota-project-denied", set={"quota_project": "fresh-project"},
        world=person("ada", permissions={"acme-ml": ("*",)}),
    ),
    "the sign-in's quota project is of another account": Mutation(
        "gcp-quota-project-denied", adc={"quota_project_id": "strict-corp"},
        world=person("ada", permissions={"acme-ml": ("*",)}),
    ),
    "the API is off": Mutation("gcp-api-disabled", world=without("aiplatform.googleapis.com")),
    "no billing account": Mutation("gcp-billing-disabled", world=project(billing=False, billing_account="")),
    "a perimeter is around the project": Mutation(
        "gcp-vpc-sc",
        faults=(
            Fault(
                Error(403, "SECURITY_POLICY_VIOLATED", "Request is prohibited by organization's policy. "
                      "vpcServiceControlsUniqueIdentifier: aBcD-1234"),
                "aiplatform",
            ),
        ),
    ),
    "predict is not allowed": Mutation("vertex-iam-denied", adc={"refresh_token": "1//lab-vera"}),
    "the organisation forbids a pin": Mutation("vertex-org-policy", world=project(allowed_models=STRICT)),
    "the location does not exist": Mutation("vertex-location-invalid", set={"location": "us-east55"}),
    "a model's own location does not exist": Mutation(
        "vertex-location-invalid", env={"VERTEX_REGION_CLAUDE_HAIKU_4_5": "europe-west99"}
    ),
    "a pin is misspelt": Mutation("vertex-model-not-found", models={"opus": "claude-opus-5.5"}),
    "a pin is another provider's": Mutation("vertex-model-not-found", models={"haiku": "claude-haiku-4-5-20251001"}),
    "a pin has ended": Mutation("vertex-model-not-found", models={"sonnet": "claude-sonnet-4@20250514"}),
    "the gateway is not there": Mutation("endpoint-unreachable", set={"base_url": f"{DEAD}/v1"}),
}  # fmt: skip

TWO = {
    "gcp-adc-expired, then a wrong location": (
        Mutation("gcp-adc-expired", adc={"refresh_token": "1//revoked"}, set={"location": "us-east55"}),
        ["gcp-adc-expired", "vertex-location-invalid"],
    ),
    "API off and no billing account": (
        Mutation("gcp-api-disabled", world=project(apis=("serviceusage.googleapis.com", "cloudbilling.googleapis.com"),
                                                   billing=False)),
        ["gcp-api-disabled", "gcp-billing-disabled"],
    ),
    "no billing account and predict is not allowed": (
        Mutation("gcp-billing-disabled", world=project(billing=False), faults=(
            Fault(Error(200, "", ""), "google-token", times=0),), adc={"refresh_token": "1//lab-biller"}),
        ["gcp-billing-disabled", "vertex-iam-denied"],
    ),
    "a forbidden pin and a misspelt one": (
        Mutation("vertex-org-policy", world=project(allowed_models=STRICT),
                 models={"opus": "claude-opus-5-5", "haiku": "claude-haiku-9"}),
        ["vertex-org-policy", "vertex-org-policy", "vertex-model-not-found"],
    ),
    "another project expected and predict not allowed": (
        Mutation("gcp-project-mismatch", expect={"project": "acme-web"}, adc={"refresh_token": "1//lab-vera"}),
        ["gcp-project-mismatch", "vertex-iam-denied"],
    ),
}  # fmt: skip
