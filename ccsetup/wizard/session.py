"""What every question of the wizard is asked with."""

from dataclasses import dataclass

from ccsetup.wizard.found import MachineSetup
from ccsetup.wizard.talk import Talk
from ccsetup.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Session:
    """`verify`: the provider will be asked; without it nothing of an SDK is imported."""

    workspace: Workspace
    found: MachineSetup
    talk: Talk
    verify: bool
