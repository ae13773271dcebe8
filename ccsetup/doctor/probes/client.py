"""The installed Claude Code: whether it is there, new enough for the pinned models, and knows what the profile sets."""

import re
from collections.abc import Iterator

import msgspec

from ccsetup.claude_code import installation
from ccsetup.claude_code.installation import Client
from ccsetup.doctor.probes.case import Case, Passed, Result
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import catalogue
from ccsetup.system import decoding, files

_DAY = 24 * 3600
_LARGEST = 65_536  # bytes; the client ignores a larger one


class _Verdict(msgspec.Struct, frozen=True):
    """What Claude Code noted of a model; `at` in milliseconds since 1970."""

    s: str
    at: float


class _Memory(msgspec.Struct, frozen=True):
    """cache/model-access.json as 2.1.330 writes it: by account and place (hashed), by model id."""

    version: int
    entries: dict[str, dict[str, _Verdict]] = {}


def check_client(case: Case) -> Iterator[Result]:
    client = _client(case)
    if client is None:
        # Doctor may look where nobody works: on a build machine, in a container.
        yield Finding("claude-missing", case.facts(), "warning")
        return
    wrong = [*_too_old(case, client), *_unknown(case, client)]
    yield from wrong
    if not wrong:
        yield Passed("client", f"Claude Code {client.version or 'of unknown version'}")


def memory(case: Case) -> Iterator[Result]:
    """Refusals that the client remembers for a day, although they may have been mended since."""
    folder = case.access.environment.get("CLAUDE_CONFIG_DIR") or str(case.system.home / ".claude")
    path = case.system.home / folder / "cache" / "model-access.json"
    pinned = set(case.distinct_pins)
    now = case.system.now().timestamp()
    try:
        noted = decoding.from_json(files.read_named(path, _LARGEST), _Memory).entries
    except (OSError, msgspec.DecodeError, RecursionError):
        noted = {}
    refused = {
        model
        for models in noted.values()
        for model, verdict in models.items()
        if verdict.s == "refused" and 0 <= now - verdict.at / 1000 < _DAY and model.removesuffix("[1m]") in pinned
    }
    for model in sorted(refused):
        yield case.finding("stale-access-cache", model=model, path=str(path))
    if not refused:
        yield Passed("memory")


def _client(case: Case) -> Client | None:
    # The user's, whatever PATH the profile gives to a child.
    return case.once("client", lambda: installation.find(case.system.environment))


def _too_old(case: Case, client: Client) -> Iterator[Result]:
    for model in case.distinct_pins:
        tier, version = catalogue.family(model)
        needed = case.knowledge.shared.needs.get("-".join([tier or "", *map(str, version)]))
        if needed and client.version and _numbers(client.version) < _numbers(needed):
            yield case.finding("claude-too-old", version=client.version, model=model, needed=needed)


def _unknown(case: Case, client: Client) -> Iterator[Result]:
    # The first reading of a version takes a second or two: once a run, whatever the number of profiles.
    case.once(("variables", client), lambda: installation.knows(client, (), case.system.cache))
    yield from installation.strangers(client, case.change, case.system.cache)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
