"""What a command works with: the system, the surfaces, the profiles, the secrets, the record of trust."""

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from ccsetup.claude_code import effective, installation, settings
from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.knowledge import pages, secret_shapes, surfaces
from ccsetup.knowledge.pages import Finding
from ccsetup.profile import environment, outcome
from ccsetup.profile.entries import Entries
from ccsetup.profile.environment import EnvironmentChange
from ccsetup.profile.outcome import Outcome
from ccsetup.profile.pending import Pending
from ccsetup.profile.profile import Profile, references, relative_path
from ccsetup.profile.removed import Removed
from ccsetup.profile.store import Store
from ccsetup.profile.trust import Trust
from ccsetup.profile.vault import PERSON_SECONDS, REQUEST_SECONDS, Vault, needs_record
from ccsetup.providers import identity
from ccsetup.providers.access import PROFILE_SECONDS, Access
from ccsetup.providers.catalogue_cache import Catalogues
from ccsetup.system import redact
from ccsetup.system.errors import UNAVAILABLE, USAGE, UserError
from ccsetup.system.secret import Secret
from ccsetup.system.system import System

_WORDS, _WORD = 5, 60  # how many things a refusal names, and how much of each


@dataclass(frozen=True)
class Workspace:
    system: System

    @cached_property
    def knowledge(self) -> surfaces.Knowledge:
        known = surfaces.load_surfaces()
        for name in self.system.environment.keys() & {*known.variables, *known.shared.secrets}:
            if known.is_secret(name):  # it may take part in a request
                redact.note(self.system.environment[name])
        return known

    @cached_property
    def store(self) -> Store:
        return Store(self.system, self.knowledge)

    @cached_property
    def trust(self) -> Trust:
        return Trust(self.system.state, self.system.config)

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
    def catalogues(self) -> Catalogues:
        return Catalogues(self.system.cache / "catalogues", self.asks_as)

    def asks_as(self, name: str, profile: Profile) -> tuple[str, ...]:
        """As whom the profile would ask from this shell, as far as that is told without fetching a secret."""
        change = effective.unfetched(name, profile, self.knowledge, str(self.system.home))
        child = environment.applied(change, self.system.environment)
        shell = {name: value for name, value in child.items() if name not in change.values}
        # boto3 reads these of the process, which a Bedrock profile clears for its child alone.
        moved = {name: value for name, value in self.system.environment.items() if name.startswith("AWS_ENDPOINT_URL")}
        secrets = identity.held(profile, self.system.environment, self.system.home)
        return (*identity.declared(name, profile), *identity.ambient({**shell, **moved}), *secrets)

    @cached_property
    def client_version(self) -> str:
        """Of the Claude Code on the PATH; empty where there is none."""
        client = installation.find(self.system.environment)
        return client.version if client else ""

    def references(self, profile: Profile) -> dict[str, str]:
        """The profile's secret answers: {answer: reference}."""
        return references(profile, self.knowledge.surface(profile.surface))

    def outcome(self, name: str, profile: Profile) -> Outcome:
        """What the profile would do that is not harmless."""
        return outcome.of(name, profile, self.knowledge, str(self.system.home))

    def to_record(self, profile: Profile) -> tuple[str, ...]:
        """The references that count only once recorded, for a profile that was made here."""
        return tuple(filter(needs_record, self.references(profile).values()))

    def untrusted(self, name: str, profile: Profile) -> Finding | None:
        """Why the profile is not trusted here, None where it is or need not be: it was imported and not allowed, or the
        text of a reference was not recorded."""
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
        """Why nothing of the profile may be run, read or sent here; None where it may."""
        if setting := relative_path(profile, self.knowledge.surface(profile.surface)):
            facts = {"profile": name, "surface": profile.surface, "setting": setting, "path": profile.set[setting]}
            return Finding("path-relative", facts)
        return self.untrusted(name, profile)

    def refuse_unusable(self, name: str, profile: Profile) -> None:
        """The gate: whatever runs, reads or sends something for a profile comes through here first. A secret that was
        not recorded is refused by the vault: the rest of the profile can be examined."""
        finding = self.unusable(name, profile)
        if finding is not None and finding.check != "secret-untrusted":
            code = UNAVAILABLE if finding.check == "profile-untrusted" else USAGE
            raise pages.Explained(finding, code)

    def secrets(self, name: str, profile: Profile, seconds: float = PERSON_SECONDS) -> Mapping[str, Secret]:
        """The profile's secrets, fetched now, each within `seconds`; one that cannot be had is a UserError, exit
        code 3."""
        self.refuse_unusable(name, profile)
        imported = self.trust.is_imported(name)  # what it refers to was allowed with the rest of its text
        recorded = self.trust.allows
        vault = Vault(
            self.system.environment,
            self.system.home,
            lambda *one: imported or recorded(*one),
            self.entries.usable_entry,
            seconds,
        )
        return vault.fetch(name, self.references(profile))

    def change(self, name: str, profile: Profile) -> EnvironmentChange:
        """What the profile does to the environment, secrets fetched."""
        return self.change_with(name, profile, self.secrets(name, profile))

    def rehearsed(self, name: str, profile: Profile) -> tuple[EnvironmentChange, UserError | None]:
        """Like `change`, for a run that reaches nobody: with made-up secrets, and the reason, where they cannot be
        fetched."""
        self.refuse_unusable(name, profile)
        try:
            return self.change(name, profile), None
        except UserError as why:
            made_up = {answer: Secret(f"stand-in-for-{answer}") for answer in self.references(profile)}
            return self.change_with(name, profile, made_up), why

    def change_with(self, name: str, profile: Profile, secrets: Mapping[str, Secret]) -> EnvironmentChange:
        """Like `change`, with the given secrets."""
        return environment.change(name, profile, self.knowledge, home=str(self.system.home), secrets=secrets)

    def stored(self, name: str) -> tuple[str, ...]:
        """The answers whose secrets are the profile's own keyring entries; none for a profile that cannot be read."""
        try:
            return self.own_entries(self.store.load(name))
        except UserError:
            return ()

    def own_entries(self, profile: Profile) -> tuple[str, ...]:
        """The answers that refer to the profile's own keyring entries."""
        return tuple(answer for answer, reference in self.references(profile).items() if reference == "keyring:")

    def sweep(self) -> None:
        """Delete the secrets of profiles that are no more. To be called under the lock, before and after a change."""
        self.entries.sweep_all()
        if self.entries.secrets.is_dir():
            with suppress(UserError):  # a file that cannot be read may name any of them
                self.entries.sweep_files([self.store.text(name) for name in self.store.names()])

    def access(self, name: str, profile: Profile) -> Access:
        """How the profile reaches its provider, secrets fetched; its environment is what a child would get. The time
        for all that is asked about it begins now."""
        until = time.monotonic() + PROFILE_SECONDS
        secrets = self.secrets(name, profile, REQUEST_SECONDS)
        child = environment.applied(self.change_with(name, profile, secrets), self.system.environment)
        known = secret_shapes.masked(child), self.system.home, self.system.now()
        return Access(name, profile, secrets, *known, until=until)

    @property
    def config_dir(self) -> str | None:
        """Where this shell moves Claude Code's login and the user's settings; None for the home folder."""
        return self.system.environment.get("CLAUDE_CONFIG_DIR") or None

    def surroundings(self, config_dir: str | None = None) -> Surroundings:
        """What Claude Code finds in this shell and folder; `config_dir` is where a profile keeps its login.

        No request, no process, and no secret is fetched.
        """
        from ccsetup.claude_code import login

        layers, broken = settings.layers(self.system, config_dir)
        moved = {"CLAUDE_CONFIG_DIR": config_dir} if config_dir else {}
        there = replace(self.system, environment={**self.system.environment, **moved})
        # On macOS the login is in the keychain, which would ask the person.
        signed_in = None if sys.platform == "darwin" else login.login(there, []) is not None
        name = self.system.environment.get(environment.ACTIVE, "")
        try:
            active = self.store.load(name)
        except UserError:  # renamed or removed since, or not ours at all
            return Surroundings(self.system.environment, layers, broken, signed_in)
        change = effective.unfetched(name, active, self.knowledge, str(self.system.home))
        return Surroundings(self.system.environment, layers, broken, signed_in, change, active.surface)
