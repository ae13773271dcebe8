"""Authentication of the caller, and its permissions."""

from collections.abc import Mapping

from ccsetup.lab.aws.state import Account, Identity, Region, Rule
from ccsetup.lab.call import Ask, Call, Fails, Service, Unreachable
from ccsetup.lab.world import World

_BAD_KEY = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired"


def name_of(call: Call, world: World) -> str | None:
    """The name of the identity whose access key or bearer token is in the call."""
    scope = call.scope
    if scope:
        return next((identity.name for identity in world.aws.identity if identity.key == scope.key), None)
    token = call.bearer
    return next((identity.name for identity in world.aws.identity if token and identity.bearer == token), None)


def identity_of(ask: Ask) -> Identity:
    """The caller; raises Fails if the key is missing, wrong or expired."""
    identity = next((one for one in ask.world.aws.identity if one.name == ask.identity), None)
    query = ask.service in ("sts", "iam")
    if identity is None and ask.call.bearer is not None:
        raise Fails(403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.")
    if identity is None and ask.call.scope is None:
        code = "MissingAuthenticationToken" if query else "MissingAuthenticationTokenException"
        raise Fails(403, code, "Missing Authentication Token")
    token = ask.call.headers.get("x-amz-security-token", "")
    bad = Fails(403, "InvalidClientTokenId" if query else "UnrecognizedClientException", _BAD_KEY)
    if identity is None or (ask.call.bearer is None and token != identity.token):
        raise bad
    if identity.expires is not None and identity.expires <= ask.world.today:
        if ask.call.bearer is not None:
            raise Fails(403, "AccessDeniedException", "Bearer Token has expired")
        raise Fails(403, "ExpiredToken" if query else "ExpiredTokenException", _EXPIRED)
    if region_of(ask).state == "disabled":
        raise bad
    return identity


def region_of(ask: Ask) -> Region:
    """The region of the request; raises Unreachable if it does not exist or has no Bedrock, since it has no host."""
    match = next((region for region in ask.world.aws.region if region.name == ask.place), None)
    bedrock: tuple[Service, ...] = ("bedrock", "bedrock-runtime")
    if match is None or (ask.service in bedrock and match.state == "without-bedrock"):
        raise Unreachable(ask.place)
    return match


def check_allowed(ask: Ask, action: str, *resources: str, through: str = "") -> tuple[Identity, Account]:
    """The caller and its account; raises Fails unless it may do `action` on each of `resources`, `through` an inference
    profile."""
    identity = identity_of(ask)
    if ask.call.bearer is not None:
        _may(ask, identity, "bedrock:CallWithBearerToken", "*")
    for resource in resources or ("*",):
        _may(ask, identity, action, resource, through)
    return identity, ask.world.aws.account_of(identity)


def denial(identity: Identity, action: str, resource: str, context: Mapping[str, str]) -> Rule | None:
    """The rule that denies the action, or an empty allow rule if none allows it; None if it is allowed."""
    for rule in identity.rules:
        if rule.effect == "deny" and rule.covers(action, resource) and rule.holds(context):
            return rule
    allows = (
        Rule(actions=identity.allow, effect="allow"),
        *(rule for rule in identity.rules if rule.effect == "allow"),
    )
    if any(rule.covers(action, resource) and rule.holds(context) for rule in allows):
        return None
    return Rule(actions=(), effect="allow")


def _may(ask: Ask, identity: Identity, action: str, resource: str, through: str = "") -> None:
    region = (resource.split(":")[3] or "unspecified") if resource.startswith("arn:aws") else ask.place or ""
    context = {"aws:RequestedRegion": region, **({"bedrock:InferenceProfileArn": through} if through else {})}
    rule = denial(identity, action, resource, context)
    if rule is None:
        return
    on = "" if resource == "*" else f" on resource: {resource}"
    article = "an" if rule.by[0] in "aeio" else "a"
    reason = (
        f"with an explicit deny in {article} {rule.by}" + (f": {rule.arn}" if rule.arn else "")
        if rule.effect == "deny"
        else f"because no {rule.by} allows the {action} action"
    )
    code = "AccessDenied" if ask.service in ("sts", "iam") else "AccessDeniedException"
    status = 400 if ask.service in ("servicequotas", "cloudwatch", "pricing", "organizations") else 403
    raise Fails(status, code, f"User: {identity.arn} is not authorized to perform: {action}{on} {reason}")
