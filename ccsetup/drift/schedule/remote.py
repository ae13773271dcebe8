"""The profiles of this machine for a runner or a cluster."""

from dataclasses import dataclass

from ccsetup.drift.schedule import github, kubernetes
from ccsetup.drift.schedule.model import HOOK, Machine, Target
from ccsetup.drift.schedule.portable import Portable, clashes, portable
from ccsetup.profile import store
from ccsetup.system.errors import UserError
from ccsetup.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Wishes:
    """What only files for elsewhere need to know."""

    shards: int = 0
    package: str = ""
    image: str = ""
    claim: str = ""
    aws_role: str = ""
    google_account: str = ""
    hook: bool = False  # whether drift is to post to a URL, which is a secret there


_TAKES = {
    "github": ("package", "shards"),
    "kubernetes": ("image", "shards", "claim", "aws_role", "google_account"),
}


def refuse_foreign(kind: str, wishes: Wishes) -> None:
    """A UserError for an option that says nothing to this kind."""
    for option in dict.fromkeys(option for takes in _TAKES.values() for option in takes):
        if getattr(wishes, option) and option not in _TAKES.get(kind, ()):
            fitting = "|".join(one for one, takes in _TAKES.items() if option in takes)
            raise UserError(f"--{option.replace('_', '-')} means nothing to {kind}", f"it is for --with {fitting}")


def remote_target(kind: str, machine: Machine, workspace: Workspace, wishes: Wishes) -> tuple[Target, tuple[str, ...]]:
    """The target, and the profiles that are left out because only a browser can sign them in."""
    profiles, left_out = _profiles(workspace)
    if not profiles:
        raise UserError("no profile can be used elsewhere", "make one with: ccsetup init")
    if names := clashes({one.name: one for one in profiles}):
        raise UserError(
            f"the secrets of {' and '.join(names)} would have the same name", "rename one with: ccsetup rename A B"
        )
    bundle = store.bundle((one.name, one.text.encode()) for one in profiles)
    secrets = (*(secret for one in profiles for secret in one.secrets), *((HOOK,) if wishes.hook else ()))
    if kind == "github":
        return github.github_target(machine, profiles, secrets, bundle, wishes.package, wishes.shards), left_out
    made = kubernetes.kubernetes_target(
        machine,
        profiles,
        secrets,
        bundle,
        image=wishes.image,
        shards=wishes.shards,
        claim=wishes.claim,
        aws_role=wishes.aws_role,
        google_account=wishes.google_account,
    )
    return made, left_out


def _profiles(workspace: Workspace) -> tuple[tuple[Portable, ...], tuple[str, ...]]:
    kept: list[Portable] = []
    left_out: list[str] = []
    for name in workspace.store.names():
        text = workspace.store.text(name)
        profile = workspace.store.read(name, text)
        one = portable(name, text, profile, workspace.knowledge, trusted=workspace.untrusted(name, profile) is None)
        if one is None:
            left_out.append(name)
        else:
            kept.append(one)
    return tuple(kept), tuple(left_out)
