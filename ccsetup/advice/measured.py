"""What the ledger of measured work says of one profile."""

import datetime
from collections import Counter

from ccsetup.advice.facts import Fact
from ccsetup.advice.payers import load_payers
from ccsetup.system.errors import UserError
from ccsetup.usage import notes
from ccsetup.usage.bills import Bills
from ccsetup.usage.ledger import Book
from ccsetup.usage.work import measure
from ccsetup.workspace import Workspace

_UNSAID = "not stated"


def geographies(workspace: Workspace, name: str, now: datetime.datetime) -> Fact:
    """`inference_geo` of the profile's measured requests: {geography: requests}. Reads the ledger as `cost` left it."""
    try:
        ledger = Book(workspace.system.state / "usage").read()
    except UserError as error:
        return Fact(because=error.message)
    if ledger.is_empty:
        return Fact(because="no work was measured yet; do it with: ccsetup cost")
    bills = Bills(ledger, load_payers(workspace), notes.noted(ledger))
    counted: Counter[str] = Counter()
    for work in measure(ledger):
        for request, bill in zip(work.requests, bills.of(work)[0], strict=True):
            if bill.profile == name:
                extra = ledger.strings[request.extra]
                counted[(extra.split("|")[1] if extra else "") or _UNSAID] += 1
    if not counted:
        return Fact(because=f"no measured request is known to be on {name}'s bill; see: ccsetup cost")
    return Fact(dict(counted.most_common()), "Claude Code's transcripts (ccsetup cost)", now)
