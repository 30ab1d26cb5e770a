"""The board: every office of an area or the province at a glance, and one from close by."""
