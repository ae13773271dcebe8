"""What the ledger of measured work says of one profile."""

from collections import Counter

from ccsetup.advice.facts import Fact
from ccsetup.advice.payers import load_payers
from ccsetup.providers.access import Access
from ccsetup.system.errors import UserError
from ccsetup.usage import notes
from ccsetup.usage.bills import Bills
from ccsetup.usage.ledger import Book
from ccsetup.usage.work import measure
from ccsetup.workspace import Workspace

_UNSAID = "not stated"


def geographies(workspace: Workspace, name: str, access: Access) -> Fact:
    """`inference_geo` of the profile's measured requests: {geography: requests}. Reads the ledger as `cost` left it,
    once for all profiles that share answers."""

    def count() -> dict[str | None, Counter[str]] | None:
        return _count(workspace)

    try:
        counted = access.answers("geographies", count) if access.answers else count()
    except UserError as error:
        return Fact(because=error.message)
    if counted is None:
        return Fact(because="no work was measured yet; do it with: ccsetup cost")
    if name not in counted:
        return Fact(because=f"no measured request is known to be on {name}'s bill; see: ccsetup cost")
    return Fact(dict(counted[name].most_common()), "Claude Code's transcripts (ccsetup cost)", access.now)


def _count(workspace: Workspace) -> dict[str | None, Counter[str]] | None:
    """How many requests named each geography, by profile; None if nothing was measured."""
    ledger = Book(workspace.system.state / "usage").read()
    if ledger.is_empty:
        return None
    bills = Bills(ledger, load_payers(workspace), notes.noted(ledger))
    counted: dict[str | None, Counter[str]] = {}
    for work in measure(ledger):
        for request, bill in zip(work.requests, bills.of(work)[0], strict=True):
            extra = ledger.strings[request.extra]
            geography = (extra.split("|")[1] if extra else "") or _UNSAID
            counted.setdefault(bill.profile, Counter())[geography] += 1
    return counted
