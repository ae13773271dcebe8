"""What this machine already has: AWS profiles, Google credentials, keys, a Claude login, Claude Code's current
selection.

Offline and quick; an unreadable file is a note, not an error. Never contains a secret's value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ccsetup.claude_code import login as claude
from ccsetup.claude_code.login import Login, Selection
from ccsetup.knowledge import secret_shapes
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.providers.aws import config_files as aws
from ccsetup.providers.aws.config_files import AwsProfile
from ccsetup.providers.google import config_files as google
from ccsetup.providers.google.config_files import Adc, Configuration
from ccsetup.system.system import System


@dataclass(frozen=True, slots=True)
class MachineSetup:
    """Everything that was detected. `keys` are references to secrets in the environment: {surface: "env:NAME"}."""

    aws: tuple[AwsProfile, ...]
    aws_environment: Mapping[str, str]
    configurations: tuple[Configuration, ...]
    adc: Adc
    projects: tuple[str, ...]
    keys: Mapping[str, str]
    login: Login | None
    selections: tuple[Selection, ...]
    notes: tuple[str, ...]

    def profile(self, name: str) -> AwsProfile | None:
        """Return the AWS profile called `name`; None if not found."""
        return next((profile for profile in self.aws if profile.name == name), None)

    def answer(self, surface: str, name: str) -> str | None:
        """Return the current value of this setting, strongest source first; None if not set."""
        values = (selection.answers.get(name) for selection in self.selections if selection.surface == surface)
        return next((value for value in values if value), None)


def find_setup(system: System, knowledge: Knowledge) -> MachineSetup:
    """Read the files and variables of `system`; no request, no process."""
    notes: list[str] = []
    system = replace(system, environment=secret_shapes.mask(system.environment))
    configurations = google.configurations(system, notes)
    adc = google.adc(system, notes)
    return MachineSetup(
        aws=aws.profiles(system, notes),
        aws_environment=aws.environment(system),
        configurations=configurations,
        adc=adc,
        projects=google.projects(system, configurations, adc),
        keys=claude.keys(system, knowledge),
        login=claude.login(system, notes),
        selections=claude.selections(system, knowledge, notes),
        notes=tuple(notes),
    )
