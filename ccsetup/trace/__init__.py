"""What Claude Code really does with a profile."""
