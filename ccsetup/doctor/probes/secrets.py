"""Probe whether every secret that the profile refers to can be read."""

from collections.abc import Iterator

from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.profile.profile import owned_references


def check_secrets(case: Case) -> Iterator[Result]:
    if case.unfetched is not None:
        yield case.unfetched
        return
    owned = {} if case.is_ambient else owned_references(case.profile.set, case.knowledge)
    for answer, variable in owned.items():
        yield case.finding("reference-unset", answer=answer, variable=variable)
    shown = ", ".join(f"{answer} {secret}" for answer, secret in case.access.secrets.items())
    yield Passed("secrets", shown or "none wanted")
