"""The installed Claude Code: its settings, its login, its effective configuration, and what overrides a profile."""
