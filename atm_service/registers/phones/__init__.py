"""Whose phone it is: proved by a one-time code that came to it."""
