"""General-purpose modules: files, processes, the console, secrets and errors."""
