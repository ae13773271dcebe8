"""The objects that commands use: system, surfaces, profiles, secrets, trust."""

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ccsetup.knowledge import pages, secret_shapes, settings_files, surfaces
from ccsetup.knowledge.pages import Finding
from ccsetup.profile import environment, outcome
from ccsetup.profile.entries import Entries
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.insecure import find_insecure
from ccsetup.profile.outcome import Outcome
from ccsetup.profile.pending import Pending
from ccsetup.profile.profile import Profile, references, relative_path
from ccsetup.profile.removed import Removed
from ccsetup.profile.store import Store
from ccsetup.profile.trust import Trust
from ccsetup.profile.vault import PERSON_SECONDS, REQUEST_SECONDS, Vault, needs_record
from ccsetup.profile.verified import Checked
from ccsetup.providers.catalogue import TIERS, is_alias, without_suffix
from ccsetup.system import files, redact
from ccsetup.system.errors import UNAVAILABLE, USAGE, UserError
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

if TYPE_CHECKING:  # imported by the methods: `list` and `show` need none of them
    from ccsetup.claude_code.alias_targets import AliasTarget, ClientModels
    from ccsetup.claude_code.conflicts import Surroundings
    from ccsetup.claude_code.installation import Client
    from ccsetup.claude_code.settings import Layer
    from ccsetup.providers.access import Access
    from ccsetup.providers.catalogue_cache import Catalogues
    from ccsetup.providers.prices.kept import KeptPrices

_WORDS, _WORD = 5, 60  # how many needs a refusal names, and how many characters of each


@dataclass(frozen=True)
class Workspace:
    system: System

    @cached_property
    def knowledge(self) -> surfaces.Knowledge:
        known = surfaces.load_surfaces()
        for name in self.system.environment.keys() & {*known.variables, *known.shared.secrets}:
            if known.is_secret(name):  # it may be part of a request
                redact.note(self.system.environment[name])
        return known

    @cached_property
    def store(self) -> Store:
        system = self.system
        files.refuse_unsafe(
            system.config, system.profiles, system.cache, system.cache / "compiled", system.state, home=system.home
        )
        return Store(system, self.knowledge)

    @cached_property
    def trust(self) -> Trust:
        return self.store.trust

    @cached_property
    def entries(self) -> Entries:
        return Entries(self.system.state / "keyring", self.system.config / "secrets")

    @cached_property
    def removed(self) -> Removed:
        return Removed(self.system.state / "removed")

    @cached_property
    def pending(self) -> Pending:
        return Pending(self.system.state / "pending")

    @cached_property
    def verified(self) -> Checked:
        return Checked(self.system.state / "verified")

    @cached_property
    def catalogues(self) -> "Catalogues":
        from ccsetup.providers.catalogue_cache import Catalogues

        return Catalogues(self.system.cache / "catalogues", self.identity_key)

    @cached_property
    def prices(self) -> "KeptPrices":
        from ccsetup.providers.prices.kept import KeptPrices

        return KeptPrices(self.system.state / "prices")

    def identity_key(self, name: str, profile: Profile) -> tuple[str, ...]:
        """Return who the profile's requests come from in this shell, as far as known without fetching a secret."""
        from ccsetup.claude_code import effective
        from ccsetup.providers import identity

        change = effective.change_without_secrets(name, profile, self.knowledge, str(self.system.home))
        child = self.effective_environment(change)
        shell = {name: value for name, value in child.items() if name not in change.values}
        # boto3 reads these from this process, although a Bedrock profile clears them for its child.
        moved = {name: value for name, value in self.system.environment.items() if name.startswith("AWS_ENDPOINT_URL")}
        secrets = identity.secret_digests(profile, self.system.environment, self.system.home)
        return (*identity.declared_identity(name, profile), *identity.ambient_identity({**shell, **moved}), *secrets)

    @cached_property
    def client(self) -> "Client | None":
        """The Claude Code on the PATH; None if not found."""
        from ccsetup.claude_code import installation

        return installation.find(self.system.environment)

    def alias_targets(self, name: str, profile: Profile) -> "Mapping[str, AliasTarget]":
        """What each tier's alias asks for with this profile: {tier: target}."""
        return self._models(name, profile).alias_targets(home=self.system.home, layers=self.layers(self.config_dir)[0])

    def sent_id(self, name: str, profile: Profile, pin: str) -> str:
        """Return the id that Claude Code sends for a pin of the profile."""
        return self._models(name, profile).sent_id(without_suffix(pin))

    def _models(self, name: str, profile: Profile) -> "ClientModels":
        from ccsetup.claude_code import effective
        from ccsetup.claude_code.alias_targets import ClientModels

        change = effective.change_without_secrets(name, profile, self.knowledge, str(self.system.home))
        declared = {variable: value for variable, value in environment.reveal(change).items() if value}
        return ClientModels(declared, profile.set.get("region", ""), self.client, self.knowledge, self.system.cache)

    def unpinned(self, name: str, profile: Profile) -> "Mapping[str, AliasTarget]":
        """The tiers that the profile leaves to Claude Code's own alias, and what each asks for."""
        aliases = self.knowledge.shared.aliases
        tiers = [tier for tier in TIERS if is_alias(profile.models.get(tier, tier), aliases)]
        targets = self.alias_targets(name, profile) if tiers else {}
        return {tier: targets[tier] for tier in tiers}

    def references(self, profile: Profile) -> dict[str, str]:
        """Return the profile's secret settings: {setting: reference}."""
        return references(profile, self.knowledge.surface(profile.surface))

    def outcome(self, name: str, profile: Profile) -> Outcome:
        """Return what the profile would do that is not harmless."""
        return outcome.find_outcome(name, profile, self.knowledge, str(self.system.home))

    def to_record(self, profile: Profile) -> tuple[str, ...]:
        """Return the references that must be recorded to be trusted, for a profile that was made here."""
        return tuple(filter(needs_record, self.references(profile).values()))

    def untrusted(self, name: str, profile: Profile) -> Finding | None:
        """Return why the profile is not trusted: an import not allowed, a reference not recorded. None if it is."""
        imported = self.trust.is_imported(name)
        if imported and not self.store.is_allowed(name, self.store.text(name), profile):
            shown = [word if len(word) <= _WORD else f"{word[:_WORD]}…" for word in self.outcome(name, profile).names]
            more = [f"{len(shown) - _WORDS} more"] if len(shown) > _WORDS else []
            facts = {"profile": name, "surface": profile.surface, "needs": ", ".join((*shown[:_WORDS], *more))}
            return Finding("profile-untrusted", facts)
        if not imported:
            for reference in self.to_record(profile):
                if not self.trust.allows(name, reference):
                    return Finding("secret-untrusted", {"profile": name, "reference": reference})
        return None

    def unusable(self, name: str, profile: Profile) -> Finding | None:
        """Return why nothing of the profile may be run, read or sent here; None if it may be used."""
        if setting := relative_path(profile, self.knowledge.surface(profile.surface)):
            facts = {"profile": name, "surface": profile.surface, "setting": setting, "path": profile.set[setting]}
            return Finding("path-relative", facts)
        return self.untrusted(name, profile) or find_insecure(name, profile, self.knowledge, str(self.system.home))

    def refuse_unusable(self, name: str, profile: Profile) -> None:
        """Raise if the profile must not be used. Call this before running, reading or sending anything for it. The
        vault refuses an unrecorded secret instead, so that the rest of the profile can be examined."""
        finding = self.unusable(name, profile)
        if finding is not None and finding.check != "secret-untrusted":
            code = UNAVAILABLE if finding.check == "profile-untrusted" else USAGE
            raise pages.Explained(finding, code)

    def secrets(self, name: str, profile: Profile, seconds: float = PERSON_SECONDS) -> Mapping[str, Secret]:
        """Fetch the profile's secrets, each within `seconds`. Raises UserError (exit code 3) if one cannot be read."""
        self.refuse_unusable(name, profile)
        imported = self.trust.is_imported(name)  # its references were allowed with the rest of its text
        vault = Vault(
            self.system.environment,
            self.system.home,
            lambda *reference: imported or self.trust.allows(*reference),
            self.entries.usable_entry,
            seconds,
        )
        return vault.fetch(name, self.references(profile))

    def change(self, name: str, profile: Profile) -> EnvironmentChange:
        """Return the profile's change to the environment, with its secrets fetched."""
        return self.change_with(name, profile, self.secrets(name, profile))

    def rehearse_change(self, name: str, profile: Profile) -> tuple[EnvironmentChange, UserError | None]:
        """Like `change`, for a run without real requests: made-up secrets, and the error, if they cannot be fetched."""
        self.refuse_unusable(name, profile)
        try:
            return self.change(name, profile), None
        except UserError as error:
            made_up = {answer: Secret(f"stand-in-for-{answer}") for answer in self.references(profile)}
            return self.change_with(name, profile, made_up), error

    def change_with(self, name: str, profile: Profile, secrets: Mapping[str, Secret]) -> EnvironmentChange:
        """Like `change`, with the given secrets."""
        return environment.change(name, profile, self.knowledge, home=str(self.system.home), secrets=secrets)

    def stored_answers(self, name: str) -> tuple[str, ...]:
        """Return the settings whose secrets are in the profile's own keyring entries; none if it is unreadable."""
        try:
            return self.own_entries(self.store.load(name))
        except UserError:
            return ()

    def own_entries(self, profile: Profile) -> tuple[str, ...]:
        """Return the settings that refer to the profile's own keyring entries."""
        return tuple(answer for answer, reference in self.references(profile).items() if reference == "keyring:")

    def sweep(self) -> None:
        """Delete the secrets of removed profiles. Call it under the lock, before and after a change."""
        self.entries.sweep_all()
        if self.entries.secrets.is_dir():
            with suppress(UserError):  # a file that cannot be read may name any of them
                self.entries.sweep_files([self.store.text(name) for name in self.store.names()])

    def access(self, name: str, profile: Profile) -> "Access":
        """Return the profile's access to its provider, with secrets fetched; its time limit begins now."""
        from ccsetup.providers.access import PROFILE_SECONDS, Access  # it reads how requests are sent

        until = time.monotonic() + PROFILE_SECONDS
        secrets = self.secrets(name, profile, REQUEST_SECONDS)
        change = self.change_with(name, profile, secrets)
        known = self.effective_environment(change), self.system.home, self.system.now()
        return Access(name, profile, secrets, *known, until=until, export=self.credential_export(change))

    def effective_environment(self, change: EnvironmentChange) -> dict[str, str]:
        """Return the environment for requests with this change, settings layers included; secrets are masked."""
        from ccsetup.claude_code import effective, first_keys

        applied = environment.apply_change(change, self.system.environment)
        layers = first_keys.signing_layers(self._layers_of(change), applied, change, self.knowledge, self.system)
        return secret_shapes.mask(effective.of_requests(layers, applied, change, self.knowledge))

    def credential_export(self, change: EnvironmentChange) -> tuple[str, str] | None:
        """Return the command of `awsCredentialExport`, and its layer if a project may bring it; None if not set."""
        from ccsetup.claude_code import effective

        line = effective.lines(self._layers_of(change)).get("awsCredentialExport")
        return (line.value, line.layer if line.from_folder else "") if line is not None and line.value else None

    def _layers_of(self, change: EnvironmentChange) -> "tuple[Layer, ...]":
        return self.layers(str(change.values.get("CLAUDE_CONFIG_DIR") or "") or None)[0]

    def layers(self, config_dir: str | None = None) -> "tuple[tuple[Layer, ...], tuple[Finding, ...]]":
        """Return the settings layers and the findings of unreadable ones, read once for each configuration folder."""
        from ccsetup.claude_code import settings

        if config_dir not in self._layers:
            self._layers[config_dir] = settings.layers(self.system, config_dir)
        return self._layers[config_dir]

    def forget_layers(self) -> None:
        """Have the settings files read again, since one of them was written."""
        self._layers.clear()

    @cached_property
    def _layers(self) -> "dict[str | None, tuple[tuple[Layer, ...], tuple[Finding, ...]]]":
        return {}

    @property
    def config_dir(self) -> str | None:
        """The folder to which this shell moves Claude Code's login and user settings; None for the default."""
        return self.system.environment.get("CLAUDE_CONFIG_DIR") or None

    def surroundings(self, config_dir: str | None = None) -> "Surroundings":
        """Return what Claude Code finds in this shell and folder; `config_dir` is the profile's folder for its login.

        Makes no request, starts no process and fetches no secret.
        """
        from ccsetup.claude_code import anthropic_profile, effective, login
        from ccsetup.claude_code.conflicts import Surroundings

        layers, broken = self.layers(config_dir)
        shell = {**self.system.environment, **({settings_files.MOVED: config_dir} if config_dir else {})}
        decided = effective.values(effective.variables(layers, shell, None))
        there = replace(self.system, environment=decided)  # reading macOS's keychain would prompt the user
        signed_in = None if sys.platform == "darwin" else login.login(there, []) is not None
        own = anthropic_profile.signing_profile(decided, self.system.home, has_login=signed_in is not False) is not None
        state = Path(settings_files.state_file(config_dir, self.system.environment, str(self.system.cwd)))
        key, pipes = login.console_key(state, decided), login.find_pipes(state, login.login_file(there))
        known = self.system.environment, layers, (*broken, *pipes), signed_in
        name = self.system.environment.get(environment.ACTIVE, "")
        try:
            active = self.store.load(name)
        except UserError:  # renamed or removed since, or not a profile of ccsetup
            return Surroundings(*known, profile_signs=own, console_key=key)
        change = effective.change_without_secrets(name, active, self.knowledge, str(self.system.home))
        return Surroundings(*known, change, active.surface, own, key)
