"""Probe whether the region, location or resource can be part of a host name, wherever it is set. Offline."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.knowledge import pages
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.secret_shapes import trim
from ccsetup.providers import hosts
from ccsetup.providers.anthropic import clients
from ccsetup.providers.aws import endpoints
from ccsetup.providers.aws.config_files import region_in_use
from ccsetup.system.display import clip


def check_place(case: Case) -> Iterator[Result]:
    """Check the profile's place, and variables that set one for the client or for a single model."""
    if case.surface.place is None:
        return
    kind = hosts.ANSWERS[case.surface.place.answer]
    variables = {name: value for name, value in case.access.environment.items() if name != "AWS_DEFAULT_REGION"}
    malformed = {problem.place for _, problem in hosts.invalid_places(variables) if problem.check == kind}
    if case.place and kind != hosts.RESOURCE and not hosts.is_place(kind, case.place):
        malformed.add(case.place)
    if case.name == pages.HERE and case.surface.signs == "sigv4":
        malformed |= _of_aws_profile(case)
    for place in sorted(malformed):
        shown = clip(place)
        facts = case.facts(place=shown, region=shown, resource=shown)
        softly = case.name == pages.HERE and not hosts.is_region_of_client(place)  # the client takes its default
        yield Finding(kind, facts, "warning" if softly else None)
    another = list(_another(case))
    yield from another
    if not malformed and not another:
        yield Passed("place", case.place)


def _of_aws_profile(case: Case) -> set[str]:
    """The region in the AWS profile that no variable beats, if the client uses its default instead."""
    values = case.access.environment
    if any(hosts.is_region_of_client(trim(values.get(name, ""))) for name in ("AWS_REGION", "AWS_DEFAULT_REGION")):
        return set()
    region = region_in_use(case.system, values)
    return {region} if region and not hosts.is_region_of_client(region) else set()


def _another(case: Case) -> Iterator[Finding]:
    """Report a base URL of another region or service of AWS than the requests are signed for. A bearer token is not of
    a region, so that it only moves the requests."""
    base = case.access.environment.get(case.surface.base_variable, "")
    if case.surface.signs != "sigv4" or not base:
        return
    if another := endpoints.of_another(base, case.surface.own.host, case.place):
        found, here, is_service = another
        has_token = clients.bedrock_token(case.access) is not None
        facts = case.facts(url=base, found=found, here=here, variable=case.surface.base_variable)
        yield Finding("aws-endpoint-elsewhere", facts, "warning" if has_token and not is_service else None)
