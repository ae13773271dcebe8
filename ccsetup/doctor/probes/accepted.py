"""Probe of what "OK" needs: something accepted the credential at the address, or the verdict is unknown."""

from collections.abc import Iterator

from ccsetup.doctor.probes import direct
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped, result_for_failure
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.catalogue import Listing

NAME = "accepted"
_TRIED = "the real request of --live tries it"


def check_accepted(case: Case) -> Iterator[Result]:
    """Check that the credential is accepted: by a listing that is refused without it, else by an empty request."""
    access = direct.choose_access(case)
    if access is None:
        by_client = case.live and not case.surface.is_keyed
        yield Skipped(NAME, _TRIED, telling=False) if by_client else _unknown(_no_credential(case))
        return
    listing = _listing(case)
    if listing is not None and listing.accepted:
        return  # the listing's own result says so
    if listing is not None and _is_refused_without(case, access):
        yield Passed(NAME, "the listing is refused without it")
        return
    if case.live:
        yield Skipped(NAME, _TRIED, telling=False)
        return
    yield _try_messages(case, access)


def _no_credential(case: Case) -> str:
    """Why nothing could be tried."""
    if case.surface.is_keyed:  # such as a project's key helper, which is not run
        return "no credential that ccsetup may use"
    return "only Claude Code can use the login; `ccsetup doctor --live` has it do so"


def _listing(case: Case) -> Listing | None:
    try:
        return direct.fetch_listing(case)
    except Failed:
        return None


def _is_refused_without(case: Case, access: Access) -> bool:
    from ccsetup.providers.anthropic import empty_request

    if not access.secrets and access.surface.signs == "key":
        return False
    url = case.place
    return case.once(("listed-to-all", url), lambda: empty_request.lists_without_credential(access)) is False


def _try_messages(case: Case, access: Access) -> Result:
    from ccsetup.providers.anthropic import empty_request
    from ccsetup.providers.anthropic.empty_request import Acceptance

    if case.surface.signs == "azure" and not access.credentials:
        return _unknown("only Claude Code can use Azure's own sign-in")
    try:
        shown = case.ask("empty-request", lambda: empty_request.try_messages(access, case.place))
    except Failed as error:
        return result_for_failure(case, NAME, error)
    if shown.outcome is Acceptance.UNKNOWN:
        return _unknown(shown.words)
    return Passed(NAME, shown.words)


def _unknown(reason: str) -> Result:
    return Broken(NAME, f"nothing shows that the credential is accepted: {reason}")
