"""Shell dialects, one module each: take names and values, return shell code."""
