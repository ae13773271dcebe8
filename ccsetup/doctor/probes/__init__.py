"""The probes, one module per subject: each checks one thing and yields its results."""
