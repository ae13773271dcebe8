"""What every question of the wizard is asked with."""

from dataclasses import dataclass

from ccsetup.desk import Desk
from ccsetup.wizard.found import Found
from ccsetup.wizard.talk import Talk


@dataclass(frozen=True, slots=True)
class Session:
    """`verify`: the provider will be asked; without it nothing of an SDK is imported."""

    desk: Desk
    found: Found
    talk: Talk
    verify: bool
