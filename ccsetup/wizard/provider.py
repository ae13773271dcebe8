"""Verification with the provider, and the choices if it fails."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import Literal

from ccsetup.doctor import messages
from ccsetup.knowledge.pages import Finding
from ccsetup.providers.catalogue import Listing
from ccsetup.system import console
from ccsetup.system.errors import PROBLEM, UNAVAILABLE, UserError
from ccsetup.wizard.draft import Draft, Verification, check_draft, verify_draft
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.session import Session
from ccsetup.wizard.talk import Again

State = Literal["verified", "pending", "unverified"]
SIGN_IN = frozenset(  # what a command in another terminal renews; no answer has to change
    (
        "aws-sso-expired",
        "aws-token-expired",
        "aws-credential-process-expired",
        "gcp-adc-expired",
        "gcp-reauth-required",
    )
)


class GiveUp(Exception):
    """The user quits; `code` is the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Settled:
    """The state in which the profile will be saved, and the findings against it."""

    state: State
    pending: tuple[Finding, ...] = ()


class Looks:
    """Verifies drafts during one run of the wizard; a repeated draft is not verified again."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen: dict[object, Verification | UserError] = {}
        self._noted: set[object] = set()

    def settle(self, draft: Draft, *, strict: bool = False) -> tuple[Settled, Listing | None]:
        """Return how to save the draft and the provider's listing, or the user's decision to go on without.

        Unless `strict`, the pins are still to be chosen: errors beside a listing are left for the next look.
        """
        while True:
            outcome = self._look(draft)
            if isinstance(outcome, Verification) and (not outcome.errors or (outcome.verified and not strict)):
                if _key(draft) not in self._noted and not strict:  # not again after Esc
                    self._notes(outcome)
                    self._noted.add(_key(draft))
                self._passed(outcome)
                if outcome.verified is None:  # nothing is wrong, but the provider was not queried
                    return Settled("unverified"), None
                state: State = "pending" if outcome.errors else "verified" if outcome.is_verified else "unverified"
                return Settled(state, outcome.errors), outcome.verified.listing
            self._say(outcome)
            match ask_after_failure(self._session, outcome):
                case "again":
                    self._session.talk.forget()
                    del self._seen[_key(draft)]
                case "pending" if isinstance(outcome, Verification):
                    return Settled("pending", outcome.errors), None
                case _:
                    return Settled("unverified"), None

    def _look(self, draft: Draft) -> Verification | UserError:
        key = _key(draft)
        if key not in self._seen:
            trial = replace(draft, set=dict(draft.set), models=dict(draft.models), secrets=dict(draft.secrets))
            workspace = self._session.workspace
            profile = check_draft(workspace, trial)
            try:
                with _catch_interrupt():
                    self._seen[key] = verify_draft(workspace, trial, profile)
            except UserError as error:
                self._seen[key] = error
        return self._seen[key]

    def _notes(self, outcome: Verification) -> None:
        if not self._session.talk.live:
            return
        home = str(self._session.workspace.system.home)
        if outcome.failure is not None:
            messages.print_failure(outcome.failure.finding, outcome.failure.words, home, unsaved=True)
        elif outcome.verified is not None:
            messages.print_findings(outcome.warnings, home)

    def _passed(self, outcome: Verification) -> None:
        """Show what was verified."""
        if outcome.verified is None or not outcome.examined:
            return
        listing, count = outcome.verified.listing, len({passed.check for passed in outcome.examined.passed})
        self._session.talk.tell(f"✓ {len(listing.models)} models listed in {listing.place}, {count} checks passed")

    def _say(self, outcome: Verification | UserError) -> None:
        if not self._session.talk.live:
            return
        home = str(self._session.workspace.system.home)
        if isinstance(outcome, UserError):
            console.refuse(outcome, home)
        elif outcome.failure is not None:
            messages.print_failure(outcome.failure.finding, outcome.failure.words, home, unsaved=True)
            if outcome.lists_nothing:
                messages.print_faults(outcome.errors, home)
        else:
            messages.print_faults(outcome.errors, home)


@contextmanager
def _catch_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt for Ctrl-C even if it occurs in a destructor, where Python prints the exception and
    drops it."""
    pressed: list[int] = []

    def press(number: int, _: FrameType | None) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    handler, hook = signal.signal(signal.SIGINT, press), sys.unraisablehook
    sys.unraisablehook = lambda dropped: None if dropped.exc_type is KeyboardInterrupt else hook(dropped)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        sys.unraisablehook = hook
    if pressed:
        raise KeyboardInterrupt


def _key(draft: Draft) -> object:
    return draft.text(), tuple(draft.secrets.items())


def ask_after_failure(session: Session, outcome: Verification | UserError, *, saving: bool = False) -> str:
    """Ask what to do after a failure: "again", "pending" or "unverified". Raises Again to change an answer, and GiveUp
    to quit."""
    talk = session.talk
    rows = [Choice("again", "Try again")]
    if talk.answers:
        rows.append(Choice("change", "Change an answer"))
    if not saving and isinstance(outcome, Verification):
        rows.append(Choice("pending", "Save anyway", "marked pending until a check passes"))
    if not saving and (isinstance(outcome, UserError) or outcome.failure is not None):
        rows.append(Choice("unverified", "Save without checking", "no models pinned"))
    rows.append(Choice("leave", "Quit without saving"))
    suggested = "again" if may_pass_later(outcome) or not talk.answers else "change"
    picked = talk.choose("stuck", "What now?", rows, suggested)
    if picked == "change":
        ask_for_change(session)
    if picked == "leave":
        raise GiveUp(outcome.exit_code if isinstance(outcome, UserError) else _code(outcome))
    return picked


def may_pass_later(outcome: Verification | UserError) -> bool:
    """Whether the same answers may pass without a change: the provider could not be checked, or a sign-in expired."""
    if not isinstance(outcome, Verification):
        return False
    expired = bool(outcome.errors) and all(finding.check in SIGN_IN for finding in outcome.errors)
    return expired or outcome.could_not_look


def _code(outcome: Verification) -> int:
    return UNAVAILABLE if outcome.could_not_look else PROBLEM


def ask_for_change(session: Session) -> None:
    """Ask which answer to change. Always raises Again."""
    talk = session.talk
    asked = talk.answers[:-1]  # without the last one, which led here
    rows = [Choice(number, answer.text, answer.shown) for number, answer in enumerate(asked)]
    if not rows:
        talk.forget()
        raise Again
    talk.forget(talk.choose("change", "Which one?", rows, len(rows) - 1))
    raise Again
