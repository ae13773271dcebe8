"""The limits that the providers set."""
