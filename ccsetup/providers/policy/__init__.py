"""The least that a cloud has to allow for a profile."""
