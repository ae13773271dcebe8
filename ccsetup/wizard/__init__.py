"""The questions of `init`: drafts, their verification, and set-ups that are adopted."""
