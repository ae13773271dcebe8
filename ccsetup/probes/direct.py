"""The Anthropic API and a subscription: the credential, the listing, the pins."""

from collections.abc import Iterator

from ccsetup import catalogue, clouds
from ccsetup.catalogue import Listing
from ccsetup.clouds import Failed
from ccsetup.probes.case import Case, Passed, Result, Skipped, told


def key(case: Case) -> Iterator[Result]:
    """The credential as the client would send it: one line of printable ASCII."""
    secret = case.access.secrets.get("key") or case.access.secrets.get("oauth_token")
    if secret is None:
        if case.profile.surface == "api-key":
            yield case.finding("api-key-missing")
        else:
            yield Skipped("key", "the login is Claude Code's own")
        return
    if not (secret.reveal().isascii() and secret.reveal().isprintable()) or " " in secret.reveal():
        check = "api-key-malformed" if case.profile.surface == "api-key" else "oauth-token-malformed"
        yield case.finding(check)
        return
    yield Passed("key", str(secret))


def listing(case: Case) -> Iterator[Result]:
    if not case.access.secrets:
        yield Skipped("listing", "only Claude Code has this login's token")
        return
    try:
        found = _listed(case)
    except Failed as why:
        yield told(case, "listing", why)
        return
    yield Passed("listing", f"{len(found.models)} models at {found.place}")


def pins(case: Case) -> Iterator[Result]:
    if not case.access.secrets or not case.distinct_pins:
        yield Skipped("pins", "nothing is pinned" if case.access.secrets else "nothing to compare them with")
        return
    found = _listed(case)
    wrong = False
    for pin, tier in case.distinct_pins.items():
        model = found.find(pin)
        nearest = " or ".join(catalogue.nearest(pin, found)) or "none"
        if model is None:
            wrong = True
            yield case.finding("api-model-not-found", model=pin, tier=tier, nearest=nearest)
        elif model.lifecycle == "legacy":
            wrong = True
            date = f"{model.ends_on:%Y-%m-%d}" if model.ends_on else "a day that is not announced"
            yield case.finding("model-legacy", model=pin, tier=tier, nearest=nearest, date=date, replacement=nearest)
    if not wrong:
        yield Passed("pins", ", ".join(case.distinct_pins))


def _listed(case: Case) -> Listing:
    return case.ask(("listing", case.place), lambda: clouds.look(case.access))
