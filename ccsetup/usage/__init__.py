"""What Claude Code used, read from its transcripts and kept as counts."""
