"""`ccsetup schedule`."""
