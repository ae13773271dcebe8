"""Writing a settings file for `ccsetup apply`, and giving back what stood there."""
