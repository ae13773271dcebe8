"""Anthropic's API, and the platforms that serve it."""
