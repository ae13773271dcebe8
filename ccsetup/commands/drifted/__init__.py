"""The parts of `ccsetup drift`: what it shows, how it re-pins, how it ends."""
