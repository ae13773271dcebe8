"""What every command has on its desk: the world, what we know, the store, the vault, the record of trust."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ccsetup import effective, environ, installed, page, redact, settings, surface, world
from ccsetup.catalogue import Listing
from ccsetup.catalogues import Catalogues
from ccsetup.clouds import Access, asking
from ccsetup.entries import Entries
from ccsetup.environ import Change
from ccsetup.leftovers import Scene
from ccsetup.page import Finding
from ccsetup.pending import Pending
from ccsetup.profile import Profile, moves_requests, references
from ccsetup.refusal import COULD_NOT_LOOK, Refusal
from ccsetup.removed import Removed
from ccsetup.secret import Secret
from ccsetup.store import Store
from ccsetup.trust import Trust
from ccsetup.vault import Vault
from ccsetup.watch import Runs

if TYPE_CHECKING:
    from ccsetup.probes.case import Case, Once


@dataclass(frozen=True)
class Desk:
    world: world.World

    @cached_property
    def knowledge(self) -> surface.Knowledge:
        known = surface.load()
        for name in self.world.environment.keys() & {*known.variables, *known.shared.secrets}:
            if known.is_secret(name):  # it may take part in a request
                redact.note(self.world.environment[name])
        return known

    @cached_property
    def store(self) -> Store:
        return Store(self.world, self.knowledge)

    @cached_property
    def trust(self) -> Trust:
        return Trust(self.world.state)

    @cached_property
    def entries(self) -> Entries:
        return Entries(self.world.state / "keyring", self.world.config / "secrets")

    @cached_property
    def removed(self) -> Removed:
        return Removed(self.world.state / "removed")

    @cached_property
    def pending(self) -> Pending:
        return Pending(self.world.state / "pending")

    @cached_property
    def catalogues(self) -> Catalogues:
        return Catalogues(self.world.cache / "catalogues", self.asks_as)

    def asks_as(self, name: str, profile: Profile) -> tuple[str, ...]:
        """As whom the profile would ask from this shell, as far as that is told without fetching a secret."""
        change = effective.unfetched(name, profile, self.knowledge, str(self.world.home))
        child = environ.applied(change, self.world.environment)
        shell = {name: value for name, value in child.items() if name not in change.values}
        # boto3 reads these of the process, which a Bedrock profile clears for its child alone.
        moved = {name: value for name, value in self.world.environment.items() if name.startswith("AWS_ENDPOINT_URL")}
        secrets = asking.held(profile, self.world.environment, self.world.home)
        return (*asking.declared(name, profile), *asking.ambient({**shell, **moved}), *secrets)

    @cached_property
    def runs(self) -> Runs:
        return Runs(self.world.state / "drift")

    @cached_property
    def client_version(self) -> str:
        """Of the Claude Code on the PATH; empty where there is none."""
        client = installed.find(self.world.environment)
        return client.version if client else ""

    def references(self, profile: Profile) -> dict[str, str]:
        """The profile's secret answers: {answer: reference}."""
        return references(profile, self.knowledge.surface(profile.surface))

    def claims(self, profile: Profile) -> tuple[str, ...]:
        """What of the profile needs this machine's trust, when it came from elsewhere: its references, and variables
        with which it could run a program here. In the words that are recorded."""
        variables = [f"env.{name}={value}" for name, value in profile.env.items() if self.knowledge.is_risky(name)]
        return (*self.references(profile).values(), *variables)

    def secrets(self, name: str, profile: Profile) -> Mapping[str, Secret]:
        """The profile's secrets, fetched now; one that cannot be had is a Refusal, exit code 3."""
        moved = moves_requests(profile) and self.trust.is_imported(name)
        entries = self.entries.usable_entry
        vault = Vault(self.world.environment, self.world.home, self.trust.allows, entries, moved)
        return vault.fetch(name, self.references(profile))

    def change(self, name: str, profile: Profile) -> Change:
        """What the profile does to the environment, secrets fetched."""
        return self._change(name, profile, self.secrets(name, profile))

    def rehearsed(self, name: str, profile: Profile, secrets: Mapping[str, Secret]) -> Change:
        """The same with secrets that are given."""
        return self._change(name, profile, secrets)

    def refuse_untrusted(self, name: str, profile: Profile) -> None:
        """A profile from elsewhere sets no variable that could run a program here, before it is trusted."""
        if self.trust.is_imported(name):
            for claim in self.claims(profile):
                if claim.startswith("env.") and not self.trust.allows(name, claim):
                    raise page.refusal("secret-untrusted", COULD_NOT_LOOK, profile=name, reference=claim)

    def _change(self, name: str, profile: Profile, secrets: Mapping[str, Secret]) -> Change:
        self.refuse_untrusted(name, profile)
        return environ.change(name, profile, self.knowledge, home=str(self.world.home), secrets=secrets)

    def stored(self, name: str) -> tuple[str, ...]:
        """The answers whose secrets are the profile's own keyring entries; none for a profile that cannot be read."""
        try:
            return self.own_entries(self.store.load(name))
        except Refusal:
            return ()

    def own_entries(self, profile: Profile) -> tuple[str, ...]:
        """The answers that refer to the profile's own keyring entries."""
        return tuple(answer for answer, reference in self.references(profile).items() if reference == "keyring:")

    def sweep(self) -> None:
        """Delete the secrets of profiles that are no more. To be called under the lock, before and after a change."""
        self.entries.sweep_all()
        if self.entries.secrets.is_dir():
            self.entries.sweep_files([self.store.text(name) for name in self.store.names()])

    def draft_case(self, access: Access, listing: Listing) -> "Case":
        """A profile that is not there yet, for an examination of what its provider says."""
        from ccsetup.probes.case import Case, Once  # brings every probe along

        name, profile = access.name, access.profile
        change = environ.change(name, profile, self.knowledge, home=str(self.world.home), secrets=access.secrets)
        surface_, scene = self.knowledge.surface(profile.surface), self.scene()
        return Case(
            name,
            profile,
            surface_,
            self.knowledge,
            self.world,
            access,
            change,
            Once(),
            scene,
            here=False,
            known=listing,
        )

    def case(self, name: str, profile: Profile, once: "Once", *, live: bool = False) -> "Case":
        """The profile for an examination; a secret that cannot be had is part of what is examined."""
        from ccsetup.probes.case import Case

        unfetched: Finding | None = None
        secrets: Mapping[str, Secret] = {}
        try:
            secrets = self.secrets(name, profile)
            change = self._change(name, profile, secrets)
        except page.Explained as why:
            unfetched = why.finding
            change = environ.change(name, profile, self.knowledge, home=str(self.world.home), secrets=secrets)
        child = environ.applied(change, self.world.environment)
        access = Access(name, profile, secrets, child, self.world.home, self.world.now(), once)
        surface_ = self.knowledge.surface(profile.surface)
        moved = change.values.get("CLAUDE_CONFIG_DIR")
        scene = self.scene(str(moved) if moved else None)
        return Case(name, profile, surface_, self.knowledge, self.world, access, change, once, scene, unfetched, live)

    def access(self, name: str, profile: Profile) -> Access:
        """How the profile reaches its provider, secrets fetched; its environment is what a child would get."""
        secrets = self.secrets(name, profile)
        child = environ.applied(self._change(name, profile, secrets), self.world.environment)
        return Access(name, profile, secrets, child, self.world.home, self.world.now())

    @property
    def config_dir(self) -> str:
        """Where Claude Code keeps its login and the user's settings in this shell."""
        return self.world.environment.get("CLAUDE_CONFIG_DIR") or str(self.world.home / ".claude")

    def scene(self, config_dir: str | None = None) -> Scene:
        """What Claude Code finds in this shell and folder; `config_dir` is where a profile keeps its login.

        No request, no process, and no secret is fetched.
        """
        from ccsetup.detect import claude

        layers, broken = settings.layers(self.world, config_dir)
        moved = {"CLAUDE_CONFIG_DIR": config_dir} if config_dir else {}
        there = replace(self.world, environment={**self.world.environment, **moved})
        # On macOS the login is in the keychain, which would ask the person.
        signed_in = None if sys.platform == "darwin" else claude.login(there, []) is not None
        name = self.world.environment.get(environ.ACTIVE, "")
        try:
            active = self.store.load(name)
        except Refusal:  # renamed or removed since, or not ours at all
            return Scene(self.world.environment, layers, broken, signed_in)
        change = effective.unfetched(name, active, self.knowledge, str(self.world.home))
        return Scene(self.world.environment, layers, broken, signed_in, change, active.surface)
