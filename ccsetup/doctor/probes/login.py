"""Probe of a subscription's login, as Claude Code stores it."""

import dataclasses
import sys
from collections.abc import Iterator

from ccsetup.claude_code import anthropic_profile, login
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.knowledge import custom_headers
from ccsetup.knowledge.pages import Finding


def check_login(case: Case) -> Iterator[Result]:
    """Check offline that a login exists in the profile's folder; the token itself is not used."""
    if "oauth_token" in case.access.secrets:
        yield Skipped("login", "the profile holds a token of its own", telling=False)
        return
    notes: list[str] = []
    environment, home = case.access.environment, case.access.home
    bare = {} if case.is_ambient else {login.BARE: ""}  # a layer that sets it beside a profile is named for that
    system = dataclasses.replace(case.system, environment={**environment, **bare}, home=home)
    saved_login = login.login(system, notes)
    profile = anthropic_profile.signing_profile(environment, home, has_login=saved_login is not None)
    if profile is not None:
        found = case.finding("anthropic-profile-signs", name=profile.name, path=str(profile.path))
        yield Broken("login", case.unsent) if case.unsent else found
        return
    if custom_headers.credentials(environment).get(custom_headers.AUTHORIZATION):
        yield Skipped("login", f"a header in {custom_headers.VARIABLE} is sent instead of it", telling=False)
        return
    if saved_login is None and (notes or sys.platform == "darwin"):
        yield Skipped("login", next(iter(notes), "macOS keeps the login in its keychain"))
        return
    if saved_login is None:
        key = case.surroundings.console_key
        missing = Finding("subscription-not-signed-in", case.facts(), "error" if case.here else None)  # a new profile
        yield case.finding("console-key-signs", key=str(key)) if key else missing
        return
    if saved_login.expires and saved_login.expires <= case.access.now and not saved_login.renews:
        yield case.finding("subscription-expired", date=f"{saved_login.expires:%Y-%m-%d}")
        return
    plan, declared = saved_login.plan or "of an unknown plan", case.profile.set.get("plan")
    difference = (
        f"; the profile says {declared}" if declared and saved_login.plan and declared != saved_login.plan else ""
    )
    header = custom_headers.X_API_KEY
    beside = Broken("login", f"only Claude Code can send the login beside {header} in {custom_headers.VARIABLE}")
    yield beside if custom_headers.credentials(environment).get(header) else Passed("login", f"{plan}{difference}")
