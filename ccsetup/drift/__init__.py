"""Pins against the live catalogue: who asks where (`places`), what was seen (`state`), what it means (`judge`)."""
