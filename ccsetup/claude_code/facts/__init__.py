"""Facts about an installed Claude Code, read from its program text without starting it."""
