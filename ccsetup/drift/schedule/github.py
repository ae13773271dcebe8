"""A GitHub workflow: identity by OIDC instead of stored keys; one job per identity or shard; problems as
annotations."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ccsetup.drift.schedule.model import HOOK, Job, Machine, Target, Text, filled
from ccsetup.drift.schedule.portable import Portable, variable
from ccsetup.drift.schedule.record import Disk
from ccsetup.drift.schedule.yaml import quote_scalar
from ccsetup.shells import posix
from ccsetup.system.errors import UserError

WORKFLOW = Path(".github") / "workflows" / "ccsetup-drift.yml"
PROFILES = Path(".github") / "ccsetup-profiles.toml"
SEE = f"gh run list --workflow {WORKFLOW.name}"
LARGEST_MATRIX = 256  # https://docs.github.com/en/actions/reference/limits


@dataclass(frozen=True, slots=True)
class Leg:
    """One job of the matrix: the arguments of drift and the identity."""

    name: str
    arguments: str
    role: str  # the repository variable with the role's ARN; empty without AWS
    region: str
    google: bool
    keys: bool  # whether it needs secrets of profiles


def github_target(
    machine: Machine,
    profiles: Sequence[Portable],
    secrets: Sequence[str],
    bundle: str,
    package: str,
    shards: int,
) -> Target:
    root = find_repository(machine.cwd)
    if not package:
        raise UserError(
            "--package is missing: what the runner installs",
            "give it as pip takes it: --package ccsetup==VERSION, or --package git+https://HOST/PATH@TAG",
        )

    def texts(job: Job) -> tuple[Text, ...]:
        legs = split_into_shards(profiles, shards) if shards else group_by_identity(profiles)
        if len(legs) > LARGEST_MATRIX:
            raise UserError(f"{len(legs)} jobs are more than a matrix holds ({LARGEST_MATRIX})", "use --shards N")
        workflow = _workflow(job, profiles, secrets, legs, package, merged=bool(shards))
        return Text(Disk(root / WORKFLOW), workflow.encode()), Text(Disk(root / PROFILES), bundle.encode())

    return Target(
        name="github",
        tool=None,
        texts=texts,
        see=SEE,
        notes=_todo(profiles, secrets, shards),
        folder=root,
    )


def find_repository(folder: Path) -> Path:
    """Return the root of the git repository that contains `folder`."""
    for root in (folder, *folder.parents):
        if (root / ".git").exists():
            return root
    raise UserError(f"{folder} is not inside a git repository", "run this in the repository of the workflow")


def group_by_identity(profiles: Sequence[Portable]) -> tuple[Leg, ...]:
    """Return one job for each AWS role, one for Google, and one for profiles that need no identity."""
    groups: dict[tuple[str, str], list[Portable]] = {}
    for profile in profiles:
        groups.setdefault((profile.identity, profile.account), []).append(profile)
    legs = tuple(
        Leg(
            name="-".join(filter(None, (identity or "keys", variable(account).lower().replace("_", "-")))),
            arguments=" ".join(profile.name for profile in members),
            role=role(profiles, account) if identity == "aws" else "",
            region=members[0].place if identity == "aws" else "",
            google=identity == "google",
            keys=not identity,
        )
        for (identity, account), members in sorted(groups.items())
    )
    if len({leg.name for leg in legs}) < len(legs):
        accounts = ", ".join(account for _, account in sorted(groups) if account)
        raise UserError(f"the roles of some AWS profiles would have the same name: {accounts}", "rename one of them")
    return legs


def split_into_shards(profiles: Sequence[Portable], shards: int) -> tuple[Leg, ...]:
    """Return `shards` jobs with every identity each; drift itself splits the places."""
    aws = [role_variable for role_variable in profiles if role_variable.identity == "aws"]
    google = any(role_variable.identity == "google" for role_variable in profiles)
    role_variable, region = ("CCSETUP_AWS_ROLE", aws[0].place) if aws else ("", "")
    return tuple(
        Leg(f"{number}-of-{shards}", f"--shard {number}/{shards}", role_variable, region, google, keys=True)
        for number in range(1, shards + 1)
    )


def role(profiles: Sequence[Portable], account: str) -> str:
    """Return the repository variable of an AWS profile's role, with a suffix only if there are several."""
    accounts = {profile.account for profile in profiles if profile.identity == "aws"}
    return variable(f"CCSETUP_AWS_ROLE_{account}") if len(accounts) > 1 and account else "CCSETUP_AWS_ROLE"


def _workflow(
    job: Job,
    profiles: Sequence[Portable],
    secrets: Sequence[str],
    legs: Sequence[Leg],
    package: str,
    *,
    merged: bool,
) -> str:
    aws, google = any(leg.role for leg in legs), any(leg.google for leg in legs)
    trusted = [profile.name for profile in profiles if profile.trust]
    return filled(
        "github.yml",
        {
            "cron": quote_scalar(job.cron),
            "token": "\n      id-token: write # to sign in to AWS and Google without a stored key"
            if aws or google
            else "",
            "package": quote_scalar(package),
            "legs": "".join(map(_leg, legs)),
            "aws": filled("github-aws.yml", {}) if aws else "",
            "google": filled("github-google.yml", {}) if google else "",
            "profiles": PROFILES.as_posix(),
            "trust": "".join(f"\n          ccsetup trust {name} --yes" for name in trusted),
            "secrets": "".join(_secret(name, legs) for name in secrets),
            "flags": "".join(f" {posix.quote(word)}" for word in job.flags).replace("${{", "${{ '${{' }}"),
            "report": _indented(filled("github-report.txt", {}), 10),
            "merge": filled("github-merge.yml", {"report": _indented(filled("github-report.txt", {}), 10)})
            if merged
            else "",
        },
    )


def _secret(name: str, legs: Sequence[Leg]) -> str:
    """Return the line for a profile's secret, which only jobs that need secrets get."""
    everywhere = name == HOOK or all(leg.keys for leg in legs)
    expression = f"secrets.{name}" if everywhere else f"matrix.keys && secrets.{name} || ''"
    return f"          {name}: ${{{{ {expression} }}}}\n"


def _leg(leg: Leg) -> str:
    fields = {"name": leg.name, "arguments": leg.arguments, "role": leg.role, "region": leg.region}
    written = [f"{name}: {quote_scalar(value)}" for name, value in fields.items() if value]
    written += [f"{name}: true" for name, enabled in (("google", leg.google), ("keys", leg.keys)) if enabled]
    return "          - " + "\n            ".join(written) + "\n"


def _indented(text: str, by: int) -> str:
    return "\n".join(f"{' ' * by}{line}" if line else "" for line in text.rstrip("\n").split("\n"))


def _todo(profiles: Sequence[Portable], secrets: Sequence[str], shards: int) -> tuple[str, ...]:
    """Return what has to be set up in the repository beside the files."""
    accounts = sorted({profile.account for profile in profiles if profile.identity == "aws"})
    roles = ["CCSETUP_AWS_ROLE"] if shards and accounts else [role(profiles, account) for account in accounts]
    names = list(dict.fromkeys(roles))
    if any(profile.identity == "google" for profile in profiles):
        names += ["CCSETUP_GOOGLE_PROVIDER", "CCSETUP_GOOGLE_ACCOUNT"]
    lines = [f"gh variable set {name}" for name in names] + [f"gh secret set {name}" for name in secrets]
    return (
        ("commit both files; the repository needs:", *(f"  {line}" for line in lines))
        if lines
        else ("commit both files",)
    )
