"""Microsoft Foundry, limited to Claude."""
