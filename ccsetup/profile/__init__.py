"""The profile, the environment that it gives, its files, its secrets, and whether it is trusted."""
