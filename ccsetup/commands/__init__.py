"""The commands: each file parses its arguments, calls the core and prints the result."""
