"""The profiles of this machine as files for a runner or a cluster."""

from dataclasses import dataclass

from ccsetup.drift.schedule import github, kubernetes
from ccsetup.drift.schedule.model import HOOK, Machine, Target
from ccsetup.drift.schedule.portable import Portable, clashes, portable
from ccsetup.profile.bundle import bundle, tables
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Wishes:
    """Options of files for another machine."""

    shards: int = 0
    package: str = ""
    image: str = ""
    claim: str = ""
    aws_role: str = ""
    google_account: str = ""
    report: str = ""  # the name of the team's page
    hook: bool = False  # whether drift posts to a URL, which is a secret there


_TAKES = {
    "github": ("package", "shards"),
    "kubernetes": ("image", "shards", "claim", "aws_role", "google_account", "report"),
}


def refuse_foreign(kind: str, wishes: Wishes) -> None:
    """Raise UserError for an option that this kind of schedule does not use."""
    for option in dict.fromkeys(option for options in _TAKES.values() for option in options):
        if option == "report" and kind not in _TAKES:
            continue  # a timer on this machine passes it to drift
        if getattr(wishes, option) and option not in _TAKES.get(kind, ()):
            kinds = "|".join(name for name, options in _TAKES.items() if option in options)
            raise UserError(f"--{option.replace('_', '-')} has no effect with {kind}", f"it is for --with {kinds}")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The profiles that are not in the files."""

    local: tuple[str, ...]  # their sign-in works only here
    unreadable: tuple[tuple[str, UserError], ...]


def remote_target(kind: str, machine: Machine, workspace: Workspace, wishes: Wishes) -> tuple[Target, LeftOut]:
    """Return the target, and the profiles left out. Raises UserError if none is left."""
    profiles, left_out = _profiles(workspace)
    if not profiles:
        if left_out.unreadable:
            raise left_out.unreadable[0][1]
        raise UserError("no profile can be used elsewhere", "create one with: ccsetup init")
    if names := clashes({profile.name: profile for profile in profiles}):
        raise UserError(
            f"the secrets of {' and '.join(names)} would have the same name", "rename one with: ccsetup rename A B"
        )
    document = bundle((profile.name, tables(profile.text.encode())) for profile in profiles)
    secrets = (*(secret for profile in profiles for secret in profile.secrets), *((HOOK,) if wishes.hook else ()))
    if kind == "github":
        return github.github_target(machine, profiles, secrets, document, wishes.package, wishes.shards), left_out
    target = kubernetes.kubernetes_target(
        machine,
        profiles,
        secrets,
        document,
        image=wishes.image,
        shards=wishes.shards,
        claim=wishes.claim,
        aws_role=wishes.aws_role,
        google_account=wishes.google_account,
        report=wishes.report,
    )
    return target, left_out


def _profiles(workspace: Workspace) -> tuple[tuple[Portable, ...], LeftOut]:
    portables: list[Portable] = []
    local: list[str] = []
    readable, unreadable = workspace.store.read_each(workspace.store.names())
    for name, text, profile in readable:
        portable_profile = portable(
            name, text, profile, workspace.knowledge, trusted=workspace.untrusted(name, profile) is None
        )
        if portable_profile is None:
            local.append(name)
        else:
            portables.append(portable_profile)
    return tuple(portables), LeftOut(tuple(local), tuple(unreadable))
