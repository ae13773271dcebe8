"""Probes of the installed Claude Code: that it exists, supports the pinned models, and knows the profile's
variables."""

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
    """A result that Claude Code cached for a model; `at` in milliseconds since 1970."""

    s: str
    at: float


class _Memory(msgspec.Struct, frozen=True):
    """cache/model-access.json as 2.1.330 writes it: by account and place (hashed), then by model id."""

    version: int
    entries: dict[str, dict[str, _Verdict]] = {}


def check_client(case: Case) -> Iterator[Result]:
    client = _client(case)
    if client is None:
        # Doctor may run where Claude Code is not used: on a build machine, in a container.
        yield Finding("claude-missing", case.facts(), "warning")
        return
    findings = [*_too_old(case, client), *_unknown(case, client)]
    yield from findings
    if not findings:
        yield Passed("client", f"Claude Code {client.version or 'of unknown version'}")


def memory(case: Case) -> Iterator[Result]:
    """Report refusals that the client caches for a day, although they may have been resolved since."""
    folder = case.access.environment.get("CLAUDE_CONFIG_DIR") or str(case.system.home / ".claude")
    path = case.system.home / folder / "cache" / "model-access.json"
    pinned = set(case.distinct_pins)
    now = case.system.now().timestamp()
    try:
        cached = decoding.from_json(files.read_named(path, _LARGEST), _Memory).entries
    except (OSError, msgspec.DecodeError, RecursionError):
        cached = {}
    refused = {
        model
        for models in cached.values()
        for model, verdict in models.items()
        if verdict.s == "refused" and 0 <= now - verdict.at / 1000 < _DAY and model.removesuffix("[1m]") in pinned
    }
    for model in sorted(refused):
        yield case.finding("stale-access-cache", model=model, path=str(path))
    if not refused:
        yield Passed("memory")


def _client(case: Case) -> Client | None:
    # The user's client, whatever PATH the profile gives to a child process.
    return case.once("client", lambda: installation.find(case.system.environment))


def _too_old(case: Case, client: Client) -> Iterator[Result]:
    for model in case.distinct_pins:
        tier, version = catalogue.parse_family(model)
        needed = case.knowledge.shared.needs.get("-".join([tier or "", *map(str, version)]))
        if needed and client.version and _numbers(client.version) < _numbers(needed):
            yield case.finding("claude-too-old", version=client.version, model=model, needed=needed)


def _unknown(case: Case, client: Client) -> Iterator[Result]:
    # Reading a version for the first time takes a second or two, so it is done once per run for all profiles.
    case.once(("variables", client), lambda: installation.find_known_names(client, (), case.system.cache))
    yield from installation.unknown_variables(client, case.change, case.system.cache)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
