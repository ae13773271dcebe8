"""What an installed Claude Code says of itself, read from its program text without starting it."""
