"""`ccsetup apply`."""
