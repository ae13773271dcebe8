"""The context of the wizard's questions."""

from dataclasses import dataclass

from ccsetup.wizard.found import MachineSetup
from ccsetup.wizard.talk import Talk
from ccsetup.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Session:
    """The data that questions use. Without `verify` the provider is not queried and no SDK is imported."""

    workspace: Workspace
    found: MachineSetup
    talk: Talk
    verify: bool
