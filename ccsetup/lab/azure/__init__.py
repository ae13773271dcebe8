"""Microsoft Foundry, as far as Claude goes."""
