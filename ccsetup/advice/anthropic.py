"""What the Anthropic API and a plan's login say of the organization that pays."""

from collections.abc import Mapping
from pathlib import Path

from ccsetup.advice.facts import Asking, Fact
from ccsetup.providers.anthropic import api
from ccsetup.providers.places import host_of
from ccsetup.system import lenient

_HEADER = f"the answer's header {api.ORGANIZATION}"
_SAME = "an API key has no account beside its organization"


def read_organization(asking: Asking) -> dict[str, Fact]:
    """The organization of the credential, by a listing of one model."""
    access = asking.access
    if not access.credentials:
        return {
            "account": Fact(because=_SAME),
            "organization": Fact(because="the profile holds no credential that ccsetup may use"),
        }
    url = api.address(access)
    found = asking.look_up(f"{_HEADER} of {host_of(url)}", "a valid key", url, lambda: api.read_organization(access))
    return {"account": Fact(because=_SAME), "organization": found}


def read_login(asking: Asking, folder: Path | None, home: Path) -> dict[str, Fact]:
    """The account of a plan, by what Claude Code noted at sign-in; its e-mail address is left out."""
    path = folder / ".claude.json" if folder else home / ".claude.json"
    notes: list[str] = []
    login = lenient.table(lenient.read_json(path, notes), "oauthAccount")
    by = "oauthAccount of Claude Code's .claude.json"
    if notes:
        unread = Fact(because=f"{by} could not be read")
        return {"account": unread, "organization": unread}
    account = lenient.text_value(login, "accountUuid")
    return {"account": asking.known(account, by), "organization": asking.known(_organization(login), by)}


def _organization(login: Mapping[str, object]) -> dict[str, str] | None:
    named = {"id": "organizationUuid", "name": "organizationName", "type": "organizationType"}
    found = {name: value for name, key in named.items() if (value := lenient.text_value(login, key))}
    return found or None
