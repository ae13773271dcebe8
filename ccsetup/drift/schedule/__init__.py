"""Runs `drift` on a timer that the machine already has."""
