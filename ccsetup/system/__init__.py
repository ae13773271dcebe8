"""Files, processes, the console, secrets and errors: what would serve any program."""
