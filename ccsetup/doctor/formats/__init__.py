"""A run's reports as text, JSON, JUnit XML and Markdown. Pure: the command prints."""
