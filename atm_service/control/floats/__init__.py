"""Floats: how much cash an office is to hold, how much it will need, and who brings it."""
