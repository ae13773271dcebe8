"""ccsetup: named profiles for every way Claude Code reaches Claude."""

__version__ = "0.2.0"
