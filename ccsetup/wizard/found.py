"""What this machine already has: AWS profiles, Google credentials, keys, a Claude login, what Claude Code selects now.

Offline and quick; a file that cannot be read is a note, never an error. No secret's value leaves here.
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
    """Everything detected. `keys` are references to secrets in the environment: {surface: "env:NAME"}."""

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
        """The AWS profile called `name`."""
        return next((profile for profile in self.aws if profile.name == name), None)

    def answer(self, surface: str, name: str) -> str | None:
        """What Claude Code is told today for this answer, strongest source first; None for nothing."""
        told = (chosen.answers.get(name) for chosen in self.selections if chosen.surface == surface)
        return next((value for value in told if value), None)


def find_setup(system: System, knowledge: Knowledge) -> MachineSetup:
    """Look at the files and variables of `system`; no request, no process."""
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
