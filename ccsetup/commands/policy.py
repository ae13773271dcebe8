"""`ccsetup policy`: prints the least permission that a profile needs."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import typer

from ccsetup.commands import trust_prompt
from ccsetup.commands.arguments import ChosenName, Context
from ccsetup.commands.chosen import name_or_chosen
from ccsetup.doctor import messages
from ccsetup.profile.profile import Profile as Answers
from ccsetup.providers import access as clouds
from ccsetup.providers import catalogue, regions
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.catalogue import Listing, Model
from ccsetup.providers.listing import list_models
from ccsetup.providers.places import place as place_of
from ccsetup.providers.policy import hcl, iam, vertex
from ccsetup.providers.policy import least_privilege as least
from ccsetup.providers.policy.iam import ModelTarget
from ccsetup.system import console
from ccsetup.system.display import pasted, visible
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.workspace import Workspace

EXAMPLE = """Print a least-privilege IAM policy for a profile's pinned models.

Bedrock: an IAM policy as JSON or Terraform. Vertex AI: a custom role as gcloud commands, Terraform or JSON. --with adds
optional permissions: listing, marketplace, doctor, bearer, prices, scope, count-tokens.

  ccsetup policy bedrock-prod > claude-code.json
  ccsetup policy bedrock-prod --with listing --format terraform
  ccsetup policy vertex --with marketplace
"""

Format = Literal["json", "terraform", "gcloud"]


def policy(
    context: Context,
    name: ChosenName = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="Output format. [default: json on Bedrock, gcloud on Vertex AI]")
    ] = None,
    parts: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="PART",
            help="Also grant: listing, marketplace, doctor, bearer, prices, scope, count-tokens (repeatable).",
        ),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Use the last listing, without a request.")] = False,
    any_region: Annotated[
        bool, typer.Option("--any-region", help="Bedrock: allow any region for models whose regions are unknown.")
    ] = False,
) -> None:
    workspace = context.obj
    name = name_or_chosen(workspace, name)
    profile = workspace.store.load(name)
    if offline:
        trust_prompt.warn_if_untrusted(workspace, name, profile)
    else:
        workspace.refuse_unusable(name, profile)
    wanted = tuple(parts or ())
    surface = workspace.knowledge.surface(profile.surface)
    match surface.cloud:
        case "aws":
            _bedrock(workspace, name, profile, format_ or "json", wanted, offline=offline, any_region=any_region)
        case "google":
            _vertex(name, profile, format_ or "gcloud", wanted)
        case "" if surface.is_direct:
            raise UserError(
                f"{name} uses surface {profile.surface}: there is no cloud permission to grant",
                f"see what it may do with: ccsetup doctor {name}",
            )
        case "":
            raise UserError(
                f"what surface {surface.name} has to be granted is not known here",
                f"see what it may do with: ccsetup doctor {name}",
            )


def _bedrock(
    workspace: Workspace,
    name: str,
    profile: Answers,
    format_: Format,
    wanted: tuple[str, ...],
    *,
    offline: bool,
    any_region: bool,
) -> None:
    if format_ == "gcloud":
        raise UserError("--format gcloud is for Vertex AI", "use json or terraform")
    blocks = least.choose_blocks(
        least.load_policy().aws.block, (*wanted, *(("bearer",) if "bearer_token" in profile.set else ()))
    )
    pins = {
        workspace.sent_id(name, profile, pin): catalogue.without_suffix(pin)
        for pin in catalogue.ids_of(profile.models, workspace.knowledge.shared.aliases).values()
    }
    if not pins:
        raise UserError(f"{name} pins no model, so there is nothing to allow", f"pin some: ccsetup edit {name}")
    region = place_of(profile)
    _refuse_patterns(name, (*pins, region, profile.expect.get("account", region)))
    targets = _targets(workspace, name, profile, pins, offline=offline, any_region=any_region)
    statements = iam.statements(targets, blocks)
    if format_ == "json":
        console.answer_json(iam.policy_document(statements))
    else:
        console.answer_document(hcl.aws(name, statements))
    _note(profile, targets, iam.size(statements), region)


def _refuse_patterns(name: str, words: Iterable[str]) -> None:
    """What the profile says becomes part of a policy's resources: a `*` in it would allow all that it matches."""
    if patterns := [word for word in words if not iam.is_exact(word)]:
        raise UserError(
            f"{', '.join(map(visible, patterns))}: a policy needs exact model ids, not patterns",
            f"pin ids that the region lists: ccsetup models {name}; ccsetup edit {name}",
        )


def _targets(
    workspace: Workspace, name: str, profile: Answers, pins: Mapping[str, str], *, offline: bool, any_region: bool
) -> tuple[ModelTarget, ...]:
    """Return the target of each pin, {id that is sent: as it is written}; raises UserError if one is unknown."""
    region = place_of(profile)
    part = regions.partition(region)
    access = None if offline else _access(workspace, name, profile)
    listing = _listing(workspace, name, profile, access)
    targets: list[ModelTarget] = []
    unknown: list[str] = []
    account = ""
    for pin, written in pins.items():
        listed = listing.find(listing.as_sent(written, pin)) if listing else None
        model = listed or _resolved(workspace, access, region, pin)
        target = iam.exact_target(model, region, part) if model else None
        if target is None and any_region:
            account = account or _account(profile, access, region)
            target = iam.any_region_target(pin, region, account, part)
        if target is None:
            unknown.append(pin)
        else:
            targets.append(target)
    if unknown:
        more = () if any_region else ("or allow their models in any region, with --any-region",)
        raise UserError(
            f"the regions that {', '.join(unknown)} may be served from are not known",
            (f"see what {region} lists: ccsetup models {name}", *more),
            UNAVAILABLE,
        )
    return tuple(targets)


def _access(workspace: Workspace, name: str, profile: Answers) -> Access:
    access = workspace.access(name, profile)
    clouds.scrub(workspace.knowledge)
    return access


def _listing(workspace: Workspace, name: str, profile: Answers, access: Access | None) -> Listing | None:
    """Return the region's listing, or the last known one, with a message about its age."""
    place = place_of(profile)
    if access is not None:
        try:
            with console.busy(f"listing the models of {place}"):
                listing = list_models(access)
            workspace.catalogues.keep(name, profile, listing)
        except Failed as error:
            messages.print_failure(error.finding, error.words, str(workspace.system.home), profile=profile)
        else:
            return listing
    last = workspace.catalogues.last(name, profile, place)
    if last is not None:
        console.say(f"from what {place} listed {console.age(workspace.system.now() - last.looked_at)} ago")
    return last


def _resolved(workspace: Workspace, access: Access | None, region: str, pin: str) -> Model | None:
    """Return an application profile, which no listing contains; None if not found."""
    if access is None or ":application-inference-profile/" not in pin:
        return None
    from ccsetup.providers.aws import bedrock

    try:
        return bedrock.resolve(access, region, pin)
    except Failed as error:
        messages.print_failure(error.finding, error.words, str(workspace.system.home))
        return None


def _account(profile: Answers, access: Access | None, region: str) -> str:
    """Return the account's number, "*" if unknown. STS allows the request for every identity."""
    if expected := profile.expect.get("account"):
        return expected
    if access is not None and "bearer_token" not in access.secrets:
        from ccsetup.providers.aws import session

        try:
            asked = clouds.call_within_limit(
                lambda: session.call(access, region, "sts", "get_caller_identity"),
                access,
                region,
                session.address(access, region, "sts"),
            )
            return str(asked["Account"])
        except Failed:
            return "*"
    return "*"


def _note(profile: Answers, targets: tuple[ModelTarget, ...], size: int, region: str) -> None:
    accounts = {target.profile.split(":")[4] for target in targets if target.profile}
    if "*" in accounts:
        console.say("the account is not known: * stands for it; set expect.account, or ask online")
    expected = profile.expect.get("account")
    for other in sorted(accounts - {"*", expected or ""}) if expected else ():
        console.say(f"{region} answers for account {other}, and the profile expects {expected}")
    largest = least.load_policy().aws.largest
    if size > largest:
        console.say(f"{size:,} characters: IAM takes {largest:,} in a managed policy; use an inline policy of a role")


def _vertex(name: str, profile: Answers, format_: Format, wanted: tuple[str, ...]) -> None:
    project = profile.set["project"]
    blocks = least.choose_blocks(least.load_policy().google.block, wanted)
    grant = vertex.Grant(name, project, profile.set.get("quota_project") or project, blocks)
    match format_:
        case "gcloud":
            console.answer_document(vertex.gcloud(grant))
        case "terraform":
            console.answer_document(vertex.terraform(grant))
        case "json":
            console.answer_json(grant.document())
            console.say(f"for: gcloud iam roles create {grant.role} --project={pasted(project)} --file=FILE")
            if grant.billing:
                console.say(f"and on the billing account: {', '.join(grant.billing)}")
