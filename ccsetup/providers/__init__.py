"""How the providers are reached, and what they answer."""
