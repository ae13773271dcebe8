"""Parser for AWS's access-denied messages: who may not do what on which resource, and which policy denies it.

All AWS services use one grammar, sometimes embedded in other sentences; a page matches on the parts (`Match.when`).
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import re

_NO = re.compile(
    r"""(?:user:\s(?P<identity>\S+)\sis\s)?
    not\ authorized\ to\ perform:?\s"?(?P<action>[\w-]+:[\w*]+)"?
    (?:\son\s(?:resource:\s)?(?P<resource>"?(?:arn:|\*)\S*))?
    (?:\swith\ an\ explicit\ (?P<explicit>deny)
        (?:\sin\s(?:an?|the)\s(?P<denies>[^:.,;()"\n]+?(?:policy|boundary)\b|[^:.,;()"\n]+)(?::\s(?P<policy_arn>arn:\S+))?)?
    |\sbecause\sno\s(?P<allows>[^:.,;()"\n]+?)(?=\sallows\b|[:.,;()"\n]|$)
    )?""",
    re.VERBOSE | re.IGNORECASE,
)
_MODELS = ("foundation-model/", "inference-profile/", "application-inference-profile/")


def parse_denial(message: str) -> dict[str, str]:
    """Parse the denial in `message` into its parts; empty if it is not one. Parts that it does not mention are left
    out.

    identity      the ARN of the caller; with account, identity_kind (role, user) and identity_name if the ARN has them
    action        bedrock:InvokeModel
    resource      the ARN that access was denied to; * if none is named
    denied_region the resource's region; global if its ARN has none
    denied_model  the id of the model or inference profile that the resource is
    effect        explicit (a policy forbids), missing (no policy allows), unsaid
    policy        the kind of policy, in AWS's words: service control policy
    policy_arn    the policy's ARN; by: kind and ARN together
    """
    match = _NO.search(message)
    if not match:
        return {}
    facts = {name: text.strip("\"'.,;)}") for name, text in match.groupdict().items() if text}
    facts.setdefault("resource", "*")
    kind = facts.pop("denies", None) or facts.pop("allows", None)
    facts["effect"] = "explicit" if facts.pop("explicit", None) else "missing" if kind else "unsaid"
    if kind:
        facts["policy"] = kind.strip()
        facts["by"] = ": ".join((facts["policy"], *filter(None, [facts.get("policy_arn")])))
    return {**facts, **parse_principal(facts.get("identity", "")), **parse_resource(facts["resource"])}


def parse_principal(arn: str) -> dict[str, str]:
    """Parse the ARN of an identity: its account, and the kind and name that IAM's commands need.

    `arn:aws:sts::1:assumed-role/dev/me` is a session of role dev.
    """
    if arn.count(":") < 5:
        return {}
    *_, account, path = arn.split(":", 5)
    kind, *names = path.split("/")
    facts = {"account": account} if account else {}
    if kind == "assumed-role" and names:
        facts |= {"identity_kind": "role", "identity_name": names[0]}
    elif kind in ("role", "user") and names:
        facts |= {"identity_kind": kind, "identity_name": names[-1]}
    return facts


def parse_resource(arn: str) -> dict[str, str]:
    """Parse the ARN of a resource: its region, and the model or inference profile that it is."""
    if arn.count(":") < 5:
        return {}
    *_, region, _, path = arn.split(":", 5)
    facts = {"denied_region": region or "global"}
    if path.startswith(_MODELS):
        facts["denied_model"] = path.partition("/")[2]
    return facts
