"""The parts of `ccsetup drift`: what it shows, how it re-pins, how it ends."""

from ccsetup.commands.drifted.show import events

__all__ = ["events"]
