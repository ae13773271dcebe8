"""What models cost, read from their sellers."""
