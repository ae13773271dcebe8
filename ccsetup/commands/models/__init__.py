"""`ccsetup models`."""
