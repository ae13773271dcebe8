"""Profiles: the environment that a profile sets, its files, its secrets, and whether it is trusted."""
