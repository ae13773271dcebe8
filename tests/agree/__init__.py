"""The differential test: random worlds, what the real client does there, and what ccsetup says of them."""
