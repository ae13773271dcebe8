"""HTML pages: one file each, static, without script."""
