"""Reversals: a payment or a deposit is undone on its own day, by its own clerk, with approval and counted cash."""
