"""Observes what Claude Code really does with a profile."""
