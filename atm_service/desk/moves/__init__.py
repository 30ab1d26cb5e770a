"""Counted cash between the vault and the clerk's drawer."""
