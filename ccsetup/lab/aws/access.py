"""Who asks, and whether they may."""

from collections.abc import Mapping

from ccsetup.lab.aws.state import Account, Identity, Region, Rule
from ccsetup.lab.call import Ask, Call, Fails, Service, Unreachable
from ccsetup.lab.world import World

_BAD_KEY = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired"


def name_of(call: Call, world: World) -> str | None:
    """The name of the identity whose access key or bearer token the call carries."""
    scope = call.scope
    if scope:
        return next((one.name for one in world.aws.identity if one.key == scope.key), None)
    token = call.bearer
    return next((one.name for one in world.aws.identity if token and one.bearer == token), None)


def identity_of(ask: Ask) -> Identity:
    """The caller, or the refusal of the front door: no key, a bad one, an expired one."""
    found = next((one for one in ask.world.aws.identity if one.name == ask.identity), None)
    query = ask.service in ("sts", "iam")
    if found is None and ask.call.bearer is not None:
        raise Fails(403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.")
    if found is None and ask.call.scope is None:
        code = "MissingAuthenticationToken" if query else "MissingAuthenticationTokenException"
        raise Fails(403, code, "Missing Authentication Token")
    token = ask.call.headers.get("x-amz-security-token", "")
    bad = Fails(403, "InvalidClientTokenId" if query else "UnrecognizedClientException", _BAD_KEY)
    if found is None or (ask.call.bearer is None and token != found.token):
        raise bad
    if found.expires is not None and found.expires <= ask.world.today:
        if ask.call.bearer is not None:
            raise Fails(403, "AccessDeniedException", "Bearer Token has expired")
        raise Fails(403, "ExpiredToken" if query else "ExpiredTokenException", _EXPIRED)
    if region_of(ask).state == "disabled":
        raise bad
    return found


def region_of(ask: Ask) -> Region:
    """The region that was asked. One that is not there, or has no Bedrock, has no host to answer."""
    found = next((region for region in ask.world.aws.region if region.name == ask.place), None)
    bedrock: tuple[Service, ...] = ("bedrock", "bedrock-runtime")
    if found is None or (ask.service in bedrock and found.state == "without-bedrock"):
        raise Unreachable(ask.place)
    return found


def allowed(ask: Ask, action: str, *resources: str, through: str = "") -> tuple[Identity, Account]:
    """The caller and its account, if it may do `action` on every one of `resources`, `through` an inference profile."""
    identity = identity_of(ask)
    if ask.call.bearer is not None:
        _may(ask, identity, "bedrock:CallWithBearerToken", "*")
    for resource in resources or ("*",):
        _may(ask, identity, action, resource, through)
    return identity, ask.world.aws.account_of(identity)


def denial(identity: Identity, action: str, resource: str, context: Mapping[str, str]) -> Rule | None:
    """What forbids it: a rule that denies, or an empty one where nothing allows it."""
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
    why = (
        f"with an explicit deny in {article} {rule.by}" + (f": {rule.arn}" if rule.arn else "")
        if rule.effect == "deny"
        else f"because no {rule.by} allows the {action} action"
    )
    code = "AccessDenied" if ask.service in ("sts", "iam") else "AccessDeniedException"
    status = 400 if ask.service in ("servicequotas", "cloudwatch", "pricing") else 403
    raise Fails(status, code, f"User: {identity.arn} is not authorized to perform: {action}{on} {why}")
