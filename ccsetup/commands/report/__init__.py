"""`ccsetup report`."""
