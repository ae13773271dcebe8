"""STS, IAM and the list of regions."""

from collections.abc import Iterator, Mapping

import msgspec

from ccsetup.lab.aws.access import check_allowed, denial, identity_of
from ccsetup.lab.aws.state import Identity, Rule
from ccsetup.lab.call import Ask, Fails
from ccsetup.lab.wire import Answer, Tree, as_json, as_json_1x, as_query_xml

_STS = "https://sts.amazonaws.com/doc/2011-06-15/"
_IAM = "https://iam.amazonaws.com/doc/2010-05-08/"
_REQUEST = "01234567-89ab-cdef-0123-456789abcdef"


def get_caller_identity(ask: Ask) -> Answer:
    """Needs no permission and cannot be denied."""
    identity = identity_of(ask)
    result = {"Arn": identity.arn, "UserId": identity.user_id, "Account": identity.account}
    return as_query_xml("GetCallerIdentity", result, _STS, _REQUEST)


def describe_organization(ask: Ask) -> Answer:
    _, account = check_allowed(ask, "organizations:DescribeOrganization")
    if not account.organization:
        raise Fails(400, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    arn = f"arn:aws:organizations::{account.id}:organization/{account.organization}"
    organization = {"Id": account.organization, "Arn": arn, "FeatureSet": "ALL", "MasterAccountId": account.id}
    return as_json_1x({"Organization": organization})


def assume_role(ask: Ask) -> Answer:
    """Credentials of the identity with this role, which must be in the world and have a key."""
    wanted = ask.call.form.get("RoleArn", "")
    check_allowed(ask, "sts:AssumeRole", wanted)
    role = next(
        (identity for identity in ask.world.aws.identity if identity.key and role_arn(identity) == wanted), None
    )
    if role is None:
        me = identity_of(ask).arn
        raise Fails(
            403, "AccessDenied", f"User: {me} is not authorized to perform: sts:AssumeRole on resource: {wanted}"
        )
    session = ask.call.form.get("RoleSessionName", "session")
    result: Tree = {
        "Credentials": {
            "AccessKeyId": role.key,
            "SecretAccessKey": role.secret,
            "SessionToken": role.token,
            "Expiration": "2099-01-01T00:00:00Z",
        },
        "AssumedRoleUser": {
            "AssumedRoleId": f"{role.user_id.partition(':')[0]}:{session}",
            "Arn": f"{role.arn.rpartition('/')[0]}/{session}",
        },
    }
    return as_query_xml("AssumeRole", result, _STS, _REQUEST)


def get_role_credentials(ask: Ask) -> Answer:
    """IAM Identity Center's portal, for any sign-in: credentials of the role created from a permission set."""
    account, name = ask.call.query_value("account_id"), ask.call.query_value("role_name") or ""
    for identity in ask.world.aws.identity:
        role = role_arn(identity).rpartition("/")[2]
        if (
            identity.account == account
            and identity.key
            and (role == name or role.startswith(f"AWSReservedSSO_{name}_"))
        ):
            keys = {"accessKeyId": identity.key, "secretAccessKey": identity.secret, "sessionToken": identity.token}
            return as_json({"roleCredentials": {**keys, "expiration": 4_070_908_800_000}})
    raise Fails(403, "ForbiddenException", "No access")


def get_role(ask: Ask) -> Answer:
    """The role's real ARN; its path is missing from the assumed-role ARN."""
    name = ask.call.form.get("RoleName", "")
    check_allowed(ask, "iam:GetRole", f"arn:aws:iam::{identity_of(ask).account}:role/{name}")
    account = identity_of(ask).account
    for identity in ask.world.aws.identity:
        arn = role_arn(identity)
        if identity.account == account and arn and arn.rpartition("/")[2] == name:
            role: Tree = {
                "Path": identity.role_path,
                "RoleName": name,
                "RoleId": identity.user_id.partition(":")[0],
                "Arn": arn,
                "CreateDate": "2025-01-01T00:00:00Z",
            }
            return as_query_xml("GetRole", {"Role": role}, _IAM, _REQUEST)
    raise Fails(404, "NoSuchEntity", f"The role with name {name} cannot be found.")


def simulate_principal_policy(ask: Ask) -> Answer:
    """One result per action; ResourceSpecificResults has the decision for each resource."""
    check_allowed(ask, "iam:SimulatePrincipalPolicy")
    source = ask.call.form.get("PolicySourceArn", "")
    if ":assumed-role/" in source:
        raise Fails(400, "InvalidInput", f"Invalid Entity Arn: {source} does not clearly define entity type and name.")
    account = identity_of(ask).account
    principal = next(
        (
            identity
            for identity in ask.world.aws.identity
            if identity.account == account and source in (identity.arn, role_arn(identity))
        ),
        None,
    )
    if principal is None:
        raise Fails(404, "NoSuchEntity", f"The user or role with name {source.rpartition('/')[2]} cannot be found.")
    resources = tuple(_members(ask.call.form, "ResourceArns")) or ("*",)
    context = dict(_entries(ask.call.form))
    results = [_evaluated(principal, action, resources, context) for action in _members(ask.call.form, "ActionNames")]
    tree: Tree = {"EvaluationResults": results, "IsTruncated": False}
    return as_query_xml("SimulatePrincipalPolicy", tree, _IAM, _REQUEST)


def list_regions(ask: Ask) -> Answer:
    """account:ListRegions."""
    check_allowed(ask, "account:ListRegions")
    wanted = ask.call.fields.get("RegionOptStatusContains")
    shown = [
        {
            "RegionName": region.name,
            "RegionOptStatus": region.status or ("DISABLED" if region.state == "disabled" else "ENABLED"),
        }
        for region in ask.world.aws.region
        if region.partition == "aws"
    ]
    return as_json(
        {
            "Regions": [
                region_ for region_ in shown if not isinstance(wanted, list) or region_["RegionOptStatus"] in wanted
            ]
        }
    )


def role_arn(identity: Identity) -> str:
    """The role behind an assumed-role ARN; "" for a user."""
    if ":assumed-role/" not in identity.arn:
        return ""
    return f"arn:aws:iam::{identity.account}:role{identity.role_path}{identity.arn.split('/')[1]}"


def _evaluated(principal: Identity, action: str, resources: tuple[str, ...], context: Mapping[str, str]) -> Tree:
    """The simulator's result for one action; it ignores session policies and VPC endpoint policies."""
    rules_simulated = tuple(
        rule for rule in principal.rules if rule.by not in ("session policy", "VPC endpoint policy")
    )
    simulated = msgspec.structs.replace(principal, rules=rules_simulated)
    rules = {resource: denial(simulated, action, resource, context) for resource in resources}
    decisions = {resource: _decision(rule) for resource, rule in rules.items()}
    whole = next((word for word in ("explicitDeny", "implicitDeny") if word in decisions.values()), "allowed")
    organization = all(rule is None or rule.by != "service control policy" for rule in rules.values())
    bounded = all(rule is None or rule.by != "permissions boundary" for rule in rules.values())
    missing = {
        resource: sorted(
            {key for rule in rules_simulated if rule.covers(action, resource) for key in rule.when} - {*context}
        )
        for resource in resources
    }
    specific: list[Tree] = [
        {
            "EvalResourceName": resource,
            "EvalResourceDecision": word,
            "MatchedStatements": [],
            "MissingContextValues": list(missing[resource]),
        }
        for resource, word in decisions.items()
    ]
    return {
        "EvalActionName": action,
        "EvalResourceName": resources[0] if len(resources) == 1 else "*",
        "EvalDecision": whole,
        "MatchedStatements": [],
        "MissingContextValues": sorted({key for keys in missing.values() for key in keys}),
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": organization},
        "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": bounded},
        "ResourceSpecificResults": specific,
    }


def _decision(rule: Rule | None) -> str:
    """The decision for a rule; an exceeded permissions boundary is an implicit deny."""
    if rule is None:
        return "allowed"
    return "explicitDeny" if rule.effect == "deny" and rule.by != "permissions boundary" else "implicitDeny"


def _entries(form: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    number = 1
    while name := form.get(f"ContextEntries.member.{number}.ContextKeyName"):
        yield name, form.get(f"ContextEntries.member.{number}.ContextKeyValues.member.1", "")
        number += 1


def _members(form: Mapping[str, str], name: str) -> Iterator[str]:
    number = 1
    while (key := f"{name}.member.{number}") in form:
        yield form[key]
        number += 1
