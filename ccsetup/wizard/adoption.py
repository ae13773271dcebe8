"""What adoption reads, and what it has made of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ccsetup.claude_code.conflicts import Surroundings
from ccsetup.claude_code.settings import MANAGED, Layer
from ccsetup.claude_code.signing import header_replaces_login
from ccsetup.knowledge import pages, precedence
from ccsetup.system.errors import UserError
from ccsetup.system.secret import Secret
from ccsetup.wizard.draft import Draft
from ccsetup.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SetupSource:
    """A source of settings: `layer` is the settings file, None for the shell."""

    values: Mapping[str, str]  # variables
    lines: Mapping[str, str]
    layer: Layer | None = None

    @property
    def name(self) -> str:
        return str(self.layer.path) if self.layer else "this shell"


class Held(NamedTuple):
    """A secret in plain text in the source: its variable, the setting that it becomes, and the secret."""

    variable: str
    answer: str
    secret: Secret


@dataclass(slots=True)
class Adopted:
    """The profile so far. `secrets` are not in the draft yet; `left` is what the profile leaves out, as (variable,
    reason); `given` are the settings that flags provide."""

    draft: Draft
    source: SetupSource
    given: frozenset[str] = frozenset()
    secrets: list[Held] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    def provides(self, *answers: str) -> bool:
        """Whether a flag or the source provides one of these settings."""
        return any(answer in self.given or answer in self.draft.set for answer in answers)

    def refuse(self, variable: str, reason: str, answer: str = "", hint: str = "") -> UserError:
        """Return the UserError for a variable that decides where requests go or who pays and cannot be adopted."""
        hint = hint or (
            f"give it instead: --set {answer}=…"
            if answer
            else "create the profile with flags: ccsetup init NAME --surface …"
        )
        return UserError(f"{variable} in {self.source.name} cannot be adopted: {reason}", hint)


def shell_source(workspace: Workspace) -> SetupSource:
    """Return this shell as a source."""
    return SetupSource(workspace.system.environment, {})


def find_strongest_source(surroundings: Surroundings) -> SetupSource:
    """Return the user's strongest settings file that selects a provider.

    Raises UserError if none does, or if it may be one that the client cannot read.
    """
    for finding in surroundings.broken:
        if finding.check == "managed-line-ignored":
            continue
        title = pages.load_page(finding.check).filled(finding.facts)[0]
        raise UserError(title, f"see the fix: ccsetup explain {finding.check}")
    for layer in surroundings.layers:
        lines = {name: value for name, value in layer.content.items() if isinstance(value, str)}
        order = precedence.load()
        provider, signer = order.selected(layer.env)[0], order.signer({**layer.env, **lines})
        signs_itself = bool(layer.env.get(provider.base)) and header_replaces_login(layer.env)
        if layer.name != MANAGED and (provider.flags or signer.name or signs_itself):
            return SetupSource(layer.env, lines, layer)
    raise UserError(
        "no settings file of Claude Code selects a provider",
        "adopt what this shell exports with --from-env, or create one with: ccsetup init NAME --surface …",
    )
