"""The board: every office of a district or the province at a glance, and one from close by."""
