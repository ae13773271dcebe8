"""Readers of `profiles/` and `checks/`."""
