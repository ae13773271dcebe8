"""The measured work: transcripts read into the ledger, from a day on."""

import gc
import zlib
from contextlib import ExitStack

from ccsetup.advice.payers import configuration_folders, load_payers
from ccsetup.system import console
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.usage import notes
from ccsetup.usage.bills import Bill, Bills, Payer
from ccsetup.usage.collect import Collected, collect
from ccsetup.usage.ledger import Book, Ledger
from ccsetup.usage.models import pinned_as
from ccsetup.usage.work import measure
from ccsetup.workspace import Workspace


def read_usage(workspace: Workspace, payers: tuple[Payer, ...]) -> tuple[Ledger, Collected]:
    """The ledger with what the transcripts say now. Where it cannot be kept, the transcripts' figures are shown."""
    book = Book(workspace.system.state / "usage")
    folders = configuration_folders(workspace, payers)
    with ExitStack() as held:
        ledger, is_kept = _open(workspace, book, held)
        gc.disable()  # none of what is read is circular, and most of it stays
        with console.amount("reading transcripts") as step:
            found = collect(ledger, folders, step)
        if not (is_kept and _keep(workspace, book, ledger, changed=found.changed)):
            ledger.stamp = zlib.crc32(ledger.encoded())
    return ledger, found


def _open(workspace: Workspace, book: Book, held: ExitStack) -> tuple[Ledger, bool]:
    """The ledger as it is kept, and whether it is locked and can be kept again."""
    is_kept = True
    try:
        held.enter_context(book.locked())
    except UserError as error:
        is_kept = _say_not_kept(workspace, error)
    try:
        return book.read(), is_kept
    except UserError as error:
        if error.exit_code == UNAVAILABLE:  # there is a ledger, and it may be the only record
            raise
        return Ledger(), is_kept and _say_not_kept(workspace, error)


def _keep(workspace: Workspace, book: Book, ledger: Ledger, *, changed: bool) -> bool:
    now = int(workspace.system.now().timestamp() * 1000)
    try:
        if notes.take_notes(book.folder, ledger, now) or changed:
            book.write(ledger)
    except UserError as error:  # the disk is full
        return _say_not_kept(workspace, error)
    notes.forget_taken(book.folder)
    return True


def _say_not_kept(workspace: Workspace, error: UserError) -> bool:
    console.say(console.redact(f"ccsetup: the counts are not kept: {error.message}", str(workspace.system.home)))
    return False


def kept_ledger(workspace: Workspace) -> Ledger:
    """The ledger as `cost` left it; empty if it cannot be read, which `cost` reports."""
    try:
        return Book(workspace.system.state / "usage").read()
    except UserError:
        return Ledger()


def models_used(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """The models on each profile's bill, as far as the ledger knows; transcripts are not read."""
    return models_in(kept_ledger(workspace), load_payers(workspace))


def models_in(ledger: Ledger, payers: tuple[Payer, ...]) -> dict[str, tuple[str, ...]]:
    """The models on the bill of each payer that has any."""
    bills = Bills(ledger, payers, notes.noted(ledger))
    found: set[tuple[Bill, int]] = set()
    for work in measure(ledger):
        models = (*(one.model for one in work.requests), *(one.model for one in work.unlogged))
        billed, unlogged = bills.of(work)
        found |= set(zip((*billed, *unlogged), models, strict=True))
    by_profile: dict[str, set[str]] = {}
    for bill, model in found:
        if bill.profile is not None:
            by_profile.setdefault(bill.profile, set()).add(pinned_as(ledger.strings[model], bill.pins))
    return {name: tuple(sorted(models)) for name, models in by_profile.items()}
