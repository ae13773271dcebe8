"""The least permission that a profile needs in its cloud."""
