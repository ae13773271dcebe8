"""Advice from facts and measured work: what to have confirmed in writing, and what the work would cost elsewhere."""
