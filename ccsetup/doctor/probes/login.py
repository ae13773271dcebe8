"""A subscription's login, as Claude Code keeps it."""

import dataclasses
import sys
from collections.abc import Iterator

from ccsetup.claude_code import login
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding


def check_login(case: Case) -> Iterator[Result]:
    """Offline: whether somebody is signed in where the profile says; the token itself is not touched."""
    if "oauth_token" in case.access.secrets:
        yield Skipped("login", "the profile holds a token of its own", telling=False)
        return
    notes: list[str] = []
    environment, home = case.access.environment, case.access.home
    found = login.login(dataclasses.replace(case.system, environment=environment, home=home), notes)
    if found is None and (notes or sys.platform == "darwin"):
        yield Skipped("login", next(iter(notes), "macOS keeps the login in its keychain"))
        return
    if found is None:  # while a profile is made there may be none yet
        yield Finding("subscription-not-signed-in", case.facts(), "error" if case.here else None)
        return
    if found.expires and found.expires <= case.access.now and not found.renews:
        yield case.finding("subscription-expired", date=f"{found.expires:%Y-%m-%d}")
        return
    plan, meant = found.plan or "of an unknown plan", case.profile.set.get("plan")
    differs = f"; the profile says {meant}" if meant and found.plan and meant != found.plan else ""
    yield Passed("login", f"{plan}{differs}")
