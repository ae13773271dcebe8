"""The installed Claude Code: its settings, its login, what it would use, and what stands in its way."""
