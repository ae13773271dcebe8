"""Probes of the installed Claude Code: that it exists, supports the pinned models, and knows the profile's
variables."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import assert_never

import msgspec

from ccsetup.claude_code import installation
from ccsetup.claude_code.alias_targets import taken
from ccsetup.claude_code.facts.client_facts import ClientFacts
from ccsetup.claude_code.facts.kept import installed_facts
from ccsetup.claude_code.facts.provider_tables import provider_name
from ccsetup.claude_code.installation import Client
from ccsetup.doctor.probes.case import Broken, Case, Passed, Result, Skipped
from ccsetup.knowledge import known_broken, precedence, settings_files
from ccsetup.knowledge.known_broken import Condition, version_numbers
from ccsetup.knowledge.pages import Finding
from ccsetup.providers import catalogue
from ccsetup.providers.aws import client_files, sources
from ccsetup.providers.catalogue import TIERS
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
    client = case.client()
    if client is None:
        # Doctor may run where Claude Code is not used: on a build machine, in a container.
        yield Finding("claude-missing", case.facts(), "warning")
        return
    if client.failure:
        yield Broken("client", f"{client.start} does not work: `claude --version` {client.failure}")
        return
    wrapped = [*client.wrapper.findings()] if client.wrapper else []
    findings = [*_too_old(case, client), *_known_broken(case, client), *_unknown(case, client), *wrapped]
    yield from findings
    yield from (Broken("client", f"Claude Code is started by a script, which {one.facts['what']}") for one in wrapped)
    yield from _newer(case, client)
    if not findings:
        yield Passed("client", f"Claude Code {client.version or 'of unknown version'}")


def prefix(case: Case) -> Iterator[Result]:
    """A prefix that the client ignores: where the tiers that are not pinned go instead."""
    rule = case.surface.prefix
    chosen = case.access.environment.get(rule.variable) if rule else None
    if rule is None or not chosen:
        yield Skipped("prefix", "no prefix is chosen", telling=False)
        return
    targets = case.alias_targets()
    missing = [tier for tier in TIERS if tier not in case.pins]
    elsewhere = {tier: id_ for tier in missing if (id_ := targets[tier].id) and not id_.startswith(f"{chosen}.")}
    if elsewhere:
        takes = ", ".join(taken(rule, case.client(), case.system.cache))
        ids = ", ".join(dict.fromkeys(elsewhere.values()))
        yield case.finding("bedrock-prefix-ignored", prefix=chosen, tiers=", ".join(elsewhere), ids=ids, takes=takes)
    else:
        yield Passed("prefix", chosen)


def memory(case: Case) -> Iterator[Result]:
    """Report refusals that the client caches for a day, although they may have been resolved since."""
    moved = case.access.environment.get("CLAUDE_CONFIG_DIR")
    folder = settings_files.user_folder(moved, str(case.system.home), str(case.system.cwd))
    path = Path(folder) / "cache" / "model-access.json"
    pinned = set(case.sent_pins)
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


def _too_old(case: Case, client: Client) -> Iterator[Result]:
    for model in case.distinct_pins:
        tier, version = catalogue.parse_family(model)
        needed = case.knowledge.shared.needs.get("-".join([tier or "", *map(str, version)]))
        if needed and client.version and version_numbers(client.version) < version_numbers(needed):
            yield case.finding("claude-too-old", version=client.version, model=model, needed=needed)


def _known_broken(case: Case, client: Client) -> Iterator[Result]:
    for entry in known_broken.broken_versions(client.version, case.profile.surface):
        if _applies(entry.condition, case):
            yield case.finding("claude-known-broken", version=client.version, what=entry.what, range=entry.extent)


def _applies(condition: Condition, case: Case) -> bool:
    """Whether the condition under which a version fails holds for this profile."""
    match condition:
        case "":
            return True
        case "bearer":
            environment = case.access.environment
            return bool(case.access.secrets.get("bearer_token") or environment.get("AWS_BEARER_TOKEN_BEDROCK"))
        case "sso-region":
            return _sso_region(case) not in ("", case.place)
        case "project-lookup":
            return False  # `gcp_project_number` asks, once the credentials work
        case _:
            assert_never(condition)


def _sso_region(case: Case) -> str:
    """Return the `sso_region` of the sign-in that signs; "" if another source does."""
    environment = case.access.environment
    read = client_files.read_files(environment, case.access.home)
    signer = sources.chain(read.profiles, environment.get("AWS_PROFILE") or "default")[-1]
    if signer.kind != "sso":
        return ""
    values = read.profiles.get(signer.profile, {})
    return read.sessions.get(values.get("sso_session", ""), values).get("sso_region", "")


def _unknown(case: Case, client: Client) -> Iterator[Result]:
    # Reading a version for the first time takes a second or two, so it is done once per run for all profiles.
    case.once(("variables", client), lambda: installation.find_known_names(client, (), case.system.cache))
    yield from installation.unknown_variables(client, case.change, case.system.cache)


def _newer(case: Case, client: Client) -> Iterator[Result]:
    """Facts of a newer client that are not those of the release that ccsetup was made for."""
    made_for = case.surface.client
    if not client.version or version_numbers(client.version) <= version_numbers(made_for):
        return
    facts = installed_facts(client.code, client.version, case.system.cache)
    moved = {tier: id_ for tier, id_ in _built_in(case, facts).items() if case.surface.aliases.get(tier, id_) != id_}
    variables = [name for name in facts.managed if not case.knowledge.is_accounted(name)]
    if moved or variables:
        details = [*(f"{tier} {id_}" for tier, id_ in moved.items()), *(f"variable {name}" for name in variables)]
        yield case.finding(
            "facts-older-than-client",
            version=client.version,
            client=made_for,
            differences=", ".join((*moved, *variables)),
            details=", ".join(details),
        )


def _built_in(case: Case, facts: ClientFacts) -> Mapping[str, str]:
    provider = precedence.load().selected(case.access.environment)[0]
    return facts.aliases.get(provider_name(provider.client), {})
