"""One file a command: parse, call the core, hand the result to `report`."""
