"""The quota limits of the providers."""
