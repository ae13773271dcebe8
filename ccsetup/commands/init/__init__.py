"""`ccsetup init`."""
