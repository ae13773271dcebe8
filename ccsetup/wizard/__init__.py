"""The questions of `init`: drafts, their verification, and adopted set-ups."""
