"""Every set-up that doctor is tried on: what is healthy, and one fault at a time, or two."""

import base64
import datetime

from ccsetup.lab.aws.state import Rule
from tests.support.bedrock_faults import (
    ALL,
    APPLICATION,
    INVOKE,
    MARKETPLACE,
    PAYMENT,
    PINS,
    Fault,
    denies,
    error,
    of_model,
    pinned,
    role,
    soon,
    warning,
)

HIDDEN = ("aws_access_key_id = AKIALABHIDDEN0000000\naws_secret_access_key = no\n",)
LISTS = ("bedrock:ListInferenceProfiles", "bedrock:GetInferenceProfile")


def short_term_key(minutes: int) -> str:
    """A short-term Bedrock API key that ends in so many minutes."""
    begun = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    seconds = 3600 + 60 * minutes + 30
    url = f"bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Date={begun:%Y%m%dT%H%M%SZ}&X-Amz-Expires={seconds}"
    return "bedrock-api-key-" + base64.b64encode(url.encode()).decode().rstrip("=")


KEYS = {
    "GOOD_KEY": "ABSKQmVkcm9ja0FQSUtleS1sYWIw",
    "WRONG_KEY": "ABSKbm9ib2R5",
    "FOREIGN_KEY": "sk-ant-api03-lab",
    "BROKEN_KEY": "ABSKQmVk\ncm9ja0FQ",
    "ENDED_KEY": short_term_key(-5),
    "ENDING_KEY": short_term_key(58),
}
BY_PROFILE = Rule(
    actions=INVOKE,
    effect="allow",
    resources=("arn:aws:bedrock:*::foundation-model/*",),
    when={"bedrock:InferenceProfileArn": ("arn:aws:bedrock:us-east-1:*:inference-profile/us.*",)},
)
PROFILES_ALONE = Rule(actions=INVOKE, effect="allow", resources=("arn:aws:bedrock:*:*:inference-profile/*",))
BY_VPC = Rule(actions=INVOKE, effect="allow", when={"aws:SourceVpce": ("vpce-1",)})
LOOKS_UP = ("bedrock:Get*", "bedrock:List*", "iam:*", "account:*")

HEALTHY = (
    Fault("healthy", passes=("identity", "region-enabled", "listing", "pins", "permission", "access", "lifecycle")),
    Fault("healthy-global", pins={tier: pin.replace("us.", "global.", 1) for tier, pin in PINS.items()}),
    Fault("healthy-ca", set={"region": "ca-west-1"}, passes=("permission",)),
    Fault(
        "healthy-sso",
        identity=role("AWSReservedSSO_Dev_1", role_path="/aws-reserved/sso.amazonaws.com/"),
        passes=("permission",),
    ),
    Fault("healthy-role", identity=role("dev"), passes=("permission",)),
    Fault("healthy-1m", pins=pinned("us.anthropic.claude-opus-5-5[1m]")),
    Fault("documented", identity={"allow": (*INVOKE, *LISTS)}, skips=("permission", "access", "lifecycle")),
    Fault("invoke-only", warning("bedrock-iam-list-denied"), identity={"allow": INVOKE}, skips=("pins", "permission")),
    Fault("by-profile", identity={"allow": LOOKS_UP, "rules": (BY_PROFILE, PROFILES_ALONE)}, passes=("permission",)),
    Fault(
        "by-vpc",  # which an empty request tells: from here the client is refused
        error("bedrock-iam-denied"),
        identity={"allow": LOOKS_UP, "rules": (BY_VPC,)},
        skips=("permission",),
    ),
    Fault("lists-only", error("bedrock-iam-denied"), identity={"allow": LISTS}, skips=("permission",)),
    Fault(
        "nothing-allowed",
        {**error("bedrock-iam-denied"), **warning("bedrock-iam-list-denied")},
        identity={"allow": ()},
        skips=("pins", "permission"),
    ),
    Fault("guarded", expect="123456789012", passes=("account",)),
    Fault("application", pins=pinned(f"{APPLICATION}/2kbsta0lwebx"), passes=("pins", "access")),
    Fault("key", set={"bearer_token": "env:GOOD_KEY", "base_url": "{tls}"}, skips=("identity", "permission")),
    Fault("kept", account={"retention": "aws_review"}, pins={**PINS, "fable": "us.anthropic.claude-fable-5-1"}),
)
ARN = "arn:aws:bedrock:us-east-1:123456789012"
ARNS = (
    Fault(
        "arn-region",
        error("bedrock-arn-elsewhere"),
        pins=pinned(f"{ARN.replace('us-east', 'eu-west')}:application-inference-profile/2kbsta0lwebx"),
    ),
    Fault(
        "arn-partition",
        error("bedrock-arn-elsewhere"),
        pins=pinned("arn:aws-us-gov:bedrock::123456789012:provisioned-model/0a1b2c3d4e5f"),
    ),
    Fault(
        "arn-escaped",
        error("bedrock-model-id-invalid"),
        pins=pinned(f"{ARN}:application-inference-profile%2F2kbsta0lwebx"),
    ),
    Fault(
        "arn-without-account",
        error("bedrock-model-id-invalid"),
        pins=pinned("arn:aws:bedrock:us-east-1::inference-profile/us.anthropic.claude-opus-5-5"),
    ),
    Fault("arn-cut", error("bedrock-model-id-invalid"), pins=pinned("arn:aws:bedrock:us-east-1")),
)
CREDENTIALS = (
    Fault("nowhere", error("aws-profile-missing"), set={"aws_profile": "gone"}),
    Fault("keyless", error("aws-credentials-missing"), config="region = us-east-1"),
    Fault("half", error("aws-credentials-partial"), credentials="aws_access_key_id = AKIALAB"),
    Fault("process", error("aws-credential-process-failed"), config="credential_process = false"),
    Fault("process-gone", error("aws-credential-process-failed"), config="credential_process = /gone"),
    Fault("process-mute", error("aws-credential-process-failed"), config="credential_process = echo no"),
    Fault(
        "lean",
        error("aws-config-invalid"),
        config="role_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = none",
    ),
    Fault(
        "sessionless", error("aws-config-invalid"), config="sso_session = none\nsso_account_id = 1\nsso_role_name = r"
    ),
    Fault(
        "signed-out",
        error("aws-sso-expired"),
        config="sso_start_url = https://acme.example\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = r",
    ),
    Fault(
        "roleless",
        error("aws-assume-role-denied"),
        config="role_arn = arn:aws:iam::123456789012:role/closed\nsource_profile = my-prod",
    ),
    Fault(
        "mfa",
        error("aws-assume-role-denied"),
        config="role_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = my-prod\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/me",
    ),
    Fault("login", error("aws-login-missing"), config="login_session = arn:aws:iam::123456789012:user/me"),
    Fault("unreadable", warning("aws-config-unlike-client"), env={"AWS_CONFIG_FILE": "{home}/broken"}),
    Fault("key-foreign", error("aws-bearer-malformed"), set={"bearer_token": "env:FOREIGN_KEY", "base_url": "{tls}"}),
    Fault("key-broken", error("aws-bearer-malformed"), set={"bearer_token": "env:BROKEN_KEY", "base_url": "{tls}"}),
    Fault("key-ended", error("aws-bearer-expired"), set={"bearer_token": "env:ENDED_KEY", "base_url": "{tls}"}),
    Fault("key-wrong", error("aws-bearer-rejected"), set={"bearer_token": "env:WRONG_KEY", "base_url": "{tls}"}),
    Fault(
        "key-ending",
        {"aws-credentials-expiring": "warning", "aws-bearer-rejected": "error"},
        set={"bearer_token": "env:ENDING_KEY", "base_url": "{tls}"},
    ),
    Fault(
        "copied",
        {"aws-credentials-expiring": "warning", "aws-key-invalid": "error"},
        credentials=f"{HIDDEN[0]}x_security_token_expires = {soon(58)}",
    ),
    Fault("run-out", error("aws-key-invalid"), credentials=f"{HIDDEN[0]}x_security_token_expires = {soon(-5)}"),
)
WHO_AND_WHERE = (
    Fault("unknown-key", error("aws-key-invalid"), credentials=HIDDEN[0]),
    Fault("expired", error("aws-token-expired"), identity={"expires": datetime.date(2026, 11, 1)}),
    Fault("elsewhere", error("aws-account-unexpected"), expect="999999999999", passes=("permission",)),
    Fault("no-bedrock", error("aws-region-without-bedrock"), set={"region": "ap-east-1"}, passes=("identity",)),
    Fault("no-region", error("aws-region-invalid"), set={"region": "us-esat-1"}, passes=("identity",)),
    Fault(
        "region-off",
        error("aws-region-disabled", "aws-key-invalid"),
        set={"region": "me-south-1"},
        passes=("identity",),
        because={"aws-key-invalid": "aws-region-disabled"},
    ),
    Fault(
        "region-closing",
        error("aws-region-disabled"),
        set={"region": "eu-south-2"},
        pins={tier: pin.replace("us.", "eu.", 1) for tier, pin in PINS.items()},
        facts={"status": "DISABLING"},
    ),
    Fault("no-host", error("endpoint-unreachable"), set={"base_url": "{dead}"}, passes=("identity",)),
    Fault("bare", error("bedrock-on-demand-unsupported"), pins=pinned("anthropic.claude-opus-5-5")),
    Fault(
        "tokyo",
        error("bedrock-prefix-mismatch"),
        pins=pinned("jp.anthropic.claude-opus-5-5"),
        facts={"prefix": "jp", "prefixes": "global, us"},
    ),
    Fault("misspelt", error("bedrock-model-id-invalid"), pins=pinned("us.anthropic.claude-opsu-5-5")),
    Fault("no-application", error("bedrock-model-id-invalid"), pins=pinned(f"{APPLICATION}/000000000000")),
    Fault("ended", error("bedrock-model-ended"), pins=pinned("us.anthropic.claude-sonnet-4-20250514-v1:0")),
    Fault(
        "legacy",
        warning("bedrock-model-legacy"),
        pins=pinned("us.anthropic.claude-opus-4-1-20250805-v1:0"),
        passes=("permission", "access"),
    ),
    Fault("unpinned", warning("pin-missing"), pins={}),
    Fault("partly", {"pin-missing": "info"}, pins={"opus": PINS["opus"], "haiku": PINS["haiku"]}),
)
MODEL = "arn:aws:bedrock:us-west-2::foundation-model/*"
ACCESS = (
    Fault("may-not", error("bedrock-iam-denied"), identity={"allow": LOOKS_UP}),
    Fault("forbidden", error("bedrock-explicit-deny"), identity={"rules": denies("identity-based policy")}),
    Fault(
        "scp",
        error("bedrock-scp-denied"),
        identity={"rules": denies("service control policy", MODEL)},
        facts={"denied_region": "us-west-2", "resource": "arn:aws:bedrock:us-west-2::foundation-model/" + ALL[0]},
    ),
    Fault(
        "scp-global",
        error("bedrock-scp-denied"),
        identity={"rules": denies("service control policy", "arn:aws:bedrock:::*")},
        pins={tier: pin.replace("us.", "global.", 1) for tier, pin in PINS.items()},
        facts={"denied_region": "global"},
    ),
    Fault("bounded", error("bedrock-permissions-boundary"), identity={"rules": denies("permissions boundary")}),
    Fault("narrowed", identity={"rules": denies("session policy")}, passes=("permission",)),
    Fault(
        "streams-not",
        error("bedrock-iam-denied"),
        identity={"allow": (*LOOKS_UP, "bedrock:InvokeModel")},
        facts={"action": "bedrock:InvokeModelWithResponseStream"},
    ),
    Fault(
        "formless",
        error("bedrock-use-case-form", "bedrock-model-access"),
        account={"form": False},
        because={"bedrock-model-access": "bedrock-use-case-form"},
    ),
    Fault("unsubscribed", error("bedrock-model-access"), account=of_model(agreement="NOT_AVAILABLE")),
    Fault("unauthorised", error("bedrock-model-access"), account=of_model(authorization="NOT_AUTHORIZED")),
    Fault("pending", error("bedrock-agreement-pending"), account=of_model(agreement="PENDING")),
    Fault("market", error("bedrock-marketplace-denied"), account=of_model(agreement="ERROR", message=MARKETPLACE)),
    Fault("penniless", error("bedrock-payment-instrument"), account=of_model(agreement="ERROR", message=PAYMENT)),
    Fault("riddle", error("unrecognised-error"), account=of_model(agreement="ERROR", message="Unknown reason.")),
    Fault("not-offered", error("bedrock-model-not-for-account"), account=of_model(entitlement="NOT_AVAILABLE")),
    Fault(
        "unkept",
        error("bedrock-data-retention"),
        account={"retention": "aws_review", "retention_in": {"us-west-2": "none"}},
        pins={**PINS, "fable": "us.anthropic.claude-fable-5-1"},
        facts={"region": "us-west-2", "mode": "none", "needed": "aws_review"},
    ),
    Fault(
        "account-and-iam",
        error("aws-account-unexpected", "bedrock-iam-denied"),
        identity={"allow": LOOKS_UP},
        expect="999999999999",
    ),
    Fault(
        "iam-and-form",
        error("bedrock-iam-denied", "bedrock-use-case-form", "bedrock-model-access"),
        identity={"allow": LOOKS_UP},
        account={"form": False},
    ),
    Fault(
        "pin-and-iam",
        error("bedrock-model-id-invalid", "bedrock-iam-denied"),
        identity={"allow": LOOKS_UP},
        pins=pinned("us.anthropic.claude-opsu-5-5"),
    ),
    Fault(
        "region-and-account",
        error("aws-account-unexpected", "aws-region-without-bedrock"),
        set={"region": "ap-east-1"},
        expect="999999999999",
    ),
)
FAULTS = (*HEALTHY, *CREDENTIALS, *WHO_AND_WHERE, *ACCESS, *ARNS)
