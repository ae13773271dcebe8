"""Compares pins with the live catalogue: which places to query (`lookups`), what they listed (`state`), what it means
(`judge`)."""
