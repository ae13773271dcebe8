"""Compares what ccsetup says of a world with what the client did there."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ccsetup.knowledge.surfaces import load_surfaces
from tests.agree import aws, direct, google, header_kinds, kinds_files, platforms
from tests.agree.observe import Observed, Site
from tests.agree.world import PROFILE, World
from tests.support.client_runner import find_client
from tests.support.program import Done

WAYS: Mapping[str, frozenset[str]] = {
    **{key: frozenset({kind}) for kind, key in aws.KEYS.items()},
    **dict.fromkeys((aws.KEYS[kind] for kind in ("good", "other", "lists", "invokes")), frozenset({"keys"})),
    aws.KEYS["bad"]: frozenset({"keys", "env"}),
    aws.BEARER: frozenset({"bearer", "auth-token"}),
    aws.KEYS["role"]: frozenset({"role", "web", "container"}),
    "nobody": frozenset({"auth-token", "bearer", "oauth-token", "key-helper"}),
    "skip-foundry-auth": frozenset({"none"}),  # what the client sends there instead of a credential
    "": frozenset({"env", "keys"}),  # a key id of blanks
    **{token: frozenset({kind}) for kind, token in direct.TOKENS.items()},
    **google.TOKENS,
    platforms.PLATFORM_KEY: frozenset({"api-key"}),
    platforms.RESOURCE.key: frozenset({"api-key"}),
    platforms.RESOURCE.token: frozenset({"auth-token"}),
    kinds_files.CONSOLE_KEY: frozenset({"api-key"}),
    header_kinds.WRONG_KEY: frozenset({"api-key", "oauth-token"}),
    header_kinds.WRONG_OAUTH: frozenset({"oauth-token", "auth-token"}),
    **dict.fromkeys(("wrong-key-0000000000000000000000", "1", "null", "true"), frozenset({"api-key"})),
}
"""What is sent: the words of contract §3 for it."""
_NOT_FOLLOWED = ("settings-override", "settings-model-override", "env-hijack", "two-providers", "settings-beats-shell",
                 "anthropic-profile-signs", "console-key-signs",
                 "managed-settings-block")  # fmt: skip
"""Roots that say that Claude Code does not follow the profile, not that it fails."""
_PLAYED = ("aws-region-invalid", "vertex-location-invalid")
"""Root causes that name an unknown host: the lab answers as any host."""
_ALIKE = ("foundry", "mantle", "anthropic-aws")
"""What sends the same request as the Anthropic API: at a base URL of the user's they cannot be told apart."""
_COMMANDS = ("export", "key-helper", "process")
_NO_CREDENTIAL = re.compile(
    rf'"false"|echo .{{}}|credential_process = false|= echo nonsense|"Expiration": "{aws.PAST}"'
)
"""Commands in a world's files that give no credential, so that another signs: that shows when they are run."""
_NAMES = {
    "firstParty": "anthropic",
    "gateway": "anthropic",
    "anthropicAws": "anthropic-aws",
    "anthropicGoogleCloud": "anthropic-google",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Differences as (kind, details); a kind that begins with "false OK" must never occur. `verdict` and `root` are
    doctor's."""

    differences: tuple[tuple[str, str], ...]
    verdict: str | None
    root: str | None = None


def judge(world: World, site: Site, observed: Observed, *, traced: bool = False) -> Judgement:
    """Ask ccsetup about a world, and compare; `traced`: `trace` too, which runs the client once more, in a
    world used by `env`."""
    differences = [("the client reaches for a host that is not played", host) for host in observed.strangers]
    if world.use != "run":
        differences += _status(world, _document(site, "status", "--json"), observed)
    said = _document(site, "doctor", PROFILE if world.profile else "--here", "--json")
    report = said["profiles"][0] if "profiles" in said else {}
    differences += _doctor(world, said, observed)
    if traced:
        differences += _trace(world, _document(site, "trace", PROFILE, "--seconds", "40", "--json"), observed)
    return Judgement(tuple(differences), report.get("verdict"), report.get("root"))


def _document(site: Site, *arguments: str) -> Any:  # noqa: ANN401 - a document of any form
    done: Done = site.program.run(*arguments, cwd=site.work, environment=dict(site.environment))
    return json.loads(done.out) if done.out else {"error": done.err}


def _status(world: World, said: Mapping[str, Any], observed: Observed) -> Iterator[tuple[str, str]]:
    if "error" in said:
        yield "status: no answer", str(said["error"])[-200:]
        return
    way, host = said["identity"].partition(":")[0], (said["host"] or "").strip("[]")
    if observed.provider is None:
        return  # status names the source, not whether it has credentials
    provider = _NAMES.get(said["provider"], said["provider"])
    if observed.host == "127.0.0.1" and provider in _ALIKE and observed.provider == "anthropic":
        provider = "anthropic"
    main = _model(said["models"]["main"])
    fell_back = main in map(_model, observed.refused) and main != _model(observed.model)
    claims = {
        "provider": (provider, observed.provider),
        "place": (said["place"] if observed.place and not fell_back else observed.place, observed.place),
        "project": (said["project"] if observed.project else None, observed.project),
        "model": _models(world, said, observed) if observed.model and not fell_back else (None, None),
        "host": (host or observed.host, observed.host),
    }
    if find_client() is None:
        del claims["model"]  # ccsetup reads the ids from the installed client
    for name, (ours, theirs) in claims.items():
        if ours != theirs:
            yield f"status: {name}", f"{ours!r}, the client {theirs!r}"
    sent_by = [sent.strip(' "') for sent in (observed.identity or "none").split(" and ")]
    ways = {way for sent in sent_by for way in WAYS.get(sent, {sent})}
    if world.use == "apply" and "file:" in world.profile:
        ways.add("key-helper")  # by which `apply` hands the profile's secret over
    if way == "key-helper" and any(f"echo {sent}" in text for text in world.files.values() for sent in sent_by):
        return
    if way in _COMMANDS and way not in ways and _NO_CREDENTIAL.search(str(world.files).replace("\\", "")):
        return
    if way not in ways:
        yield "status: identity", f"{said['identity']!r}, the client {observed.identity!r}"


def _models(world: World, said: Mapping[str, Any], observed: Observed) -> tuple[str | None, str | None]:
    """Both ids. Seen: where a tier is not pinned, the client tries its alias, and falls back to older models. The
    prefix of an id that nobody wrote is the client's choice among the region's profiles, which only a listing tells."""
    main = said["models"]["main"] or ""
    if main not in f"{world.files} {world.environment} {world.profile}":
        main, there = (re.sub(r"^[a-z-]+\.(?=anthropic\.)", "", model or "") for model in (main, observed.model))
        if main == there:
            return main, there
        main = said["models"]["main"] or ""
    if main in (alias["id"] for alias in said["aliases"].values()):
        families = [re.search(r"opus|sonnet|haiku|fable", model or "") for model in (main, observed.model)]
        ours, theirs = (family and family[0] for family in families)
        return ours, theirs
    return _model(main), _model(observed.model)


def _model(model: str | None) -> str | None:
    """The id without what only a listing tells: which of the region's profiles there are."""
    return re.sub(r"^(apac|jp|au|global)\.|\[1m\]$", "", model, flags=re.IGNORECASE) if model else None


def _doctor(world: World, said: Mapping[str, Any], observed: Observed) -> Iterator[tuple[str, str]]:
    if "error" in said:
        yield "doctor: no answer", str(said["error"])[-200:]
        return
    (report,) = said["profiles"]
    verdict, errors = report["verdict"], [one["check"] for one in report["findings"] if one["severity"] == "error"]
    details = f"{verdict} {errors or ''}, the client: {observed.said[:120]!r}"
    if verdict in ("ok", "warning") and not observed.worked:
        yield "false OK of doctor", details
    if verdict == "error" and observed.worked and _is_about_another_model(report, observed):
        return
    if not world.profile and verdict == "error" and observed.worked and report["root"] not in _PLAYED:
        yield f"doctor --here: {report['root']}", details
    if not world.profile:
        return
    if verdict in ("ok", "warning") and observed.worked and not _serves(world, observed):
        yield "false OK of doctor: another surface", f"{world.profile!r} {observed}"
    if verdict == "error" and observed.worked and report["root"] not in _NOT_FOLLOWED and _serves(world, observed):
        yield f"doctor: {report['root']}", details


def _is_about_another_model(report: Mapping[str, Any], observed: Observed) -> bool:
    """Whether each error is about a tier's model that this run did not use: the run says nothing about it."""
    errors = [one for one in report["findings"] if one["severity"] == "error"]
    of_a_tier = all(one["facts"].get("tier") or one["check"] == "foundry-deployment-missing" for one in errors)
    return of_a_tier and all(_model(one["facts"].get("model")) != _model(observed.model) for one in errors)


def _trace(world: World, said: Mapping[str, Any], observed: Observed) -> Iterator[tuple[str, str]]:
    """Compare with a trace of the profile: the client's own credentials are stand-ins there, so that it may work."""
    if "error" in said:
        yield "trace: no answer", str(said["error"])[-200:]
        return
    if said["verdict"] == "as-declared" and observed.provider is not None and not _serves(world, observed):
        yield "false OK of trace: another surface", f"{world.profile!r} {observed}"
    main = next((request for request in said["requests"] if request["role"] == "main"), None)
    if main is None or observed.provider is None:
        if observed.provider is not None:
            yield "trace: no request", f"{said['differences']}, the client {observed}"
        return
    for name in ("provider", "host", "place", "project", "model"):
        ours, theirs = main[name], getattr(observed, name)
        if name in ("place", "model") and _model(main["model"]) in map(_model, observed.refused):
            continue
        if ours != theirs and not any(
            line.startswith(name) or (theirs and theirs in line) for line in said["differences"]
        ):
            yield f"trace: {name}", f"{ours!r}, the client {theirs!r}; {said['differences']}"


def _serves(world: World, observed: Observed) -> bool:
    """Whether the request went where the profile says: its provider, and its region, location or project."""
    profile = tomllib.loads(world.profile)
    surface = load_surfaces().surfaces[profile["surface"]]
    if surface.wire.provider != observed.provider:
        return False
    said = profile["set"]
    wanted = {"place": said.get("region") or said.get("location"), "project": said.get("project")}
    return all(value in (None, wanted[name] or value) for name, value in
               (("place", observed.place), ("project", observed.project)))  # fmt: skip
