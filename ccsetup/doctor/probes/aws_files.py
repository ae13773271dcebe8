"""Probe of the AWS files: what `aws` would read, or sign with, differently from Claude Code."""

from collections.abc import Iterator

from ccsetup.claude_code import near_aws
from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.knowledge.pages import Finding, Severity
from ccsetup.providers.aws import client_files, sources, unlike

_NAMES = {
    "keys": "keys",
    "role": "a role",
    "web": "web identity",
    "process": "credential_process",
    "sso": "SSO",
    "login": "`aws login`",
    "named": "credential_source",
}


def check_aws_files(case: Case) -> Iterator[Result]:
    """Compare the two readings of the profile in use. No request, and no value of a file."""
    if case.access.credentials:
        return
    files = client_files.read_files(case.access.environment, case.access.home)
    name = case.access.environment.get("AWS_PROFILE") or "default"
    kind = sources.chain(files.profiles, name)[0].kind
    elsewhere = case.access.export is not None or sources.sign_without_files(case.access.environment)
    seen = False
    for difference in unlike.differences(files, name):
        seen = True
        facts = {"path": str(difference.path), "line": str(difference.line), "what": difference.what}
        severity: Severity | None = "error" if difference.serious and kind == "none" and not elsewhere else None
        yield Finding("aws-config-unlike-client", case.facts(**facts), severity)
    nearly = [*near_aws.near_sections(files, name)]
    if kind == "none" and not elsewhere:
        nearly += near_aws.near_misses(files, name, case.access.environment)
    for near in nearly:
        seen = True
        yield Finding(near.check, case.facts(**near.facts))
    other = unlike.aws_kind(files.profiles.get(name, {}))
    if kind != other and kind in _NAMES and other in _NAMES:
        seen = True
        uses = {"client_uses": _NAMES[kind], "aws_uses": _NAMES[other]}
        yield case.finding("aws-credentials-unlike-client", **uses)
    if not seen:
        yield Passed("aws-files")
