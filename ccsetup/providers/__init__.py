"""Requests to the providers, and their responses."""
