"""What every question of the wizard is asked with."""

from dataclasses import dataclass

from ccsetup.wizard.found import Found
from ccsetup.wizard.talk import Talk
from ccsetup.workspace import Desk


@dataclass(frozen=True, slots=True)
class Session:
    """`verify`: the provider will be asked; without it nothing of an SDK is imported."""

    desk: Desk
    found: Found
    talk: Talk
    verify: bool
