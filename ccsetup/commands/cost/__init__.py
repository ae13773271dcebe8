"""`ccsetup cost`."""
