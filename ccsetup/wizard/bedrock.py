"""The questions for AWS surfaces: credentials and region."""

from ccsetup.knowledge.surfaces import Surface
from ccsetup.providers import regions as places
from ccsetup.system.display import pasted
from ccsetup.wizard import platforms, secrets
from ccsetup.wizard.defaults import aws_region
from ccsetup.wizard.draft import Draft
from ccsetup.wizard.found import MachineSetup
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.session import Session
from ccsetup.wizard.suits import region_in

_CHAIN, _BEARER = "\0chain", "\0bearer"  # a NUL is not possible in the name of an AWS profile
_USUAL = "us-east-1"  # the client's default


def ask_aws(session: Session, draft: Draft, surface: Surface, geography: str = "") -> None:
    """Ask for aws_profile or the surface's secret, the region, and the workspace if the surface has one. The region
    proposed is in the geography, if one is given."""
    workspace = surface.question("workspace")
    if workspace and "workspace" not in draft.set:
        draft.set["workspace"] = platforms.ask_line(session, draft, workspace)
    if "aws_profile" not in draft.set and not (surface.secret and surface.secret.name in draft.set):
        _credentials(session, draft, surface)
    if "region" not in draft.set:
        _region(session, draft, surface, geography)


def _credentials(session: Session, draft: Draft, surface: Surface) -> None:
    setup, now = session.found, session.workspace.system.now()
    wanted = _suggested_profile(setup, draft.surface)
    reference = setup.keys.get(draft.surface)
    profiles = sorted(setup.aws, key=lambda profile: profile.name != wanted)
    choices = [
        Choice(profile.name, profile.name, ", ".join(filter(None, (profile.state(now), profile.region))))
        for profile in profiles
    ]
    by_itself = (
        "AWS_ACCESS_KEY_ID is set" if "AWS_ACCESS_KEY_ID" in setup.aws_environment else "environment or instance role"
    )
    chain = Choice(_CHAIN, "default AWS credentials", by_itself)
    bearer = surface.secret
    kind = "a Bedrock API key" if bearer and bearer.name == "bearer_token" else "an API key of this platform"
    key = Choice(_BEARER, kind, (reference or "").removeprefix("env:"))
    choices += [chain, key] if bearer else [chain]
    first = wanted or (_BEARER if reference else _CHAIN)
    picked = session.talk.choose("aws_profile", "AWS credentials", choices, first)
    if picked == _BEARER and bearer:
        secrets.ask_secret(session.talk, draft, bearer, reference)
    elif picked != _CHAIN:
        draft.set["aws_profile"] = picked
        chosen = setup.profile(picked)
        if chosen is not None and chosen.expired(now):
            session.talk.note(
                f"  {picked} is signed out. In another terminal, run:",
                f"    aws sso login --profile {pasted(chosen.sso_profile or picked)}",
            )


def _suggested_profile(setup: MachineSetup, surface: str) -> str:
    """Return the AWS profile to suggest: the one in use, one named for Bedrock, the default one, the first; "" if
    none."""
    names = [profile.name for profile in setup.aws]
    selected = (setup.answer(surface, "aws_profile"), setup.aws_environment.get("AWS_PROFILE"))
    dedicated = next((name for name in names if "bedrock" in name.lower()), None)
    candidates = (*selected, dedicated, "default", *names)
    return next((name for name in candidates if name in names), "")


def _region(session: Session, draft: Draft, surface: Surface, geography: str) -> None:
    question = surface.question("region")
    default = aws_region(session.found, draft) or _USUAL

    def check(typed: str) -> str:
        if question is not None and not question.accepts(typed) and not session.verify:
            return question.refusal(typed)
        return str(places.unknown("region", typed) or "") if session.verify else ""

    regions = places.regions() if session.verify else ()
    default = region_in(geography, default, regions) if geography else default
    known = tuple(dict.fromkeys((default, *regions)))
    draft.set["region"] = session.talk.type(
        "region", question.text if question else "AWS region", default, check, known
    )
