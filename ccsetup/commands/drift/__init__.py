"""`ccsetup drift`."""
