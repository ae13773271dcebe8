"""Readers of the data in `profiles/` and `checks/`."""
