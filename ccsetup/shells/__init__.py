"""One module a dialect: a mapping of names and values in, text for that shell out."""
